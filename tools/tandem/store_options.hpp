// The store's options out of the configuration.
#pragma once

#include "core/config/gateway.hpp"
#include "core/store/store.hpp"

namespace tandem::tool {

store::SqliteStoreOptions store_options(const config::GatewayConfig& config);

}  // namespace tandem::tool
