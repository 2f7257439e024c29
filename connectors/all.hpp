// The list of connectors in this binary. A new one is a folder and one line in all.cpp (README.md).
#pragma once

#include "core/connector/registry.hpp"

namespace tandem::connectors {

void add_all(connector::Registry& registry);

}  // namespace tandem::connectors
