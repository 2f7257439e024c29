// The SMPP 3.4 connector: one account at a message centre (README.md).
#pragma once

#include "core/connector/connector.hpp"

#include <memory>

namespace tandem::smpp {

std::unique_ptr<const connector::Connector> connector();

}  // namespace tandem::smpp
