// The SMTP connector (README.md).
#pragma once

#include "core/connector/connector.hpp"

#include <memory>

namespace tandem::smtp {

std::unique_ptr<const connector::Connector> connector();

}  // namespace tandem::smtp
