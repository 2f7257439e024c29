#include "connectors/http/config.hpp"

namespace tandem::http {

const config::Fields<Config>& config_fields() {
    static const auto fields =
        config::Fields<Config>()
            .field("rate_limit", &Config::rate_limit,
                   "Requests per second that are taken; further ones get 429 with Retry-After. 0: no limit.")
            .range(0, 1'000'000)
            .field("burst", &Config::burst,
                   "Requests that may come at once before rate_limit counts. 0: two seconds' worth of it.")
            .range(0, 10'000'000);
    return fields;
}

}  // namespace tandem::http
