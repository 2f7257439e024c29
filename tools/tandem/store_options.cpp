#include "tools/tandem/store_options.hpp"

namespace tandem::tool {

store::SqliteStoreOptions store_options(const config::GatewayConfig& config) {
    store::SqliteStoreOptions options;
    options.file = config.store.file;
    options.rules.auto_link_min_strength = static_cast<int>(config.identity.auto_link_min_strength);
    options.rules.exclusive_schemes = config.identity.exclusive_schemes;
    options.rules.max_points_per_customer = static_cast<std::size_t>(config.identity.max_points);
    options.keep_feed = std::chrono::duration_cast<std::chrono::seconds>(config.store.keep_feed);
    return options;
}

}  // namespace tandem::tool
