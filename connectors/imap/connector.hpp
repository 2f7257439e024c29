// The IMAP connector (README.md).
#pragma once

#include "core/connector/connector.hpp"

#include <memory>

namespace tandem::imap {

std::unique_ptr<const connector::Connector> connector();

}  // namespace tandem::imap
