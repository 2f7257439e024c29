// The avaya_dmcc connector.
#pragma once

#include "core/connector/connector.hpp"

#include <memory>

namespace tandem::avaya_dmcc {

std::unique_ptr<const connector::Connector> connector();

}  // namespace tandem::avaya_dmcc
