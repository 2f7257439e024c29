// The options of the configuration file, one table per section. Private to core/config.
#pragma once

#include "core/config/fields.hpp"
#include "core/config/gateway.hpp"

namespace tandem::config {

const Fields<GatewayConfig>& gateway_fields();

}  // namespace tandem::config
