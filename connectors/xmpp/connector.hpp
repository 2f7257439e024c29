// The XMPP connector (README.md).
#pragma once

#include "core/connector/connector.hpp"

#include <memory>

namespace tandem::xmpp {

std::unique_ptr<const connector::Connector> connector();

}  // namespace tandem::xmpp
