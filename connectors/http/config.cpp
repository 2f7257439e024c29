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
            .range(0, 10'000'000)
            .field("send_window", &Config::send_window, "Messages that may be in the vendor's hands at once.")
            .range(1, 1'000)
            .field("send_rate", &Config::send_rate,
                   "Messages per second that are handed to the vendor; further ones wait. 0: no limit.")
            .range(0, 100'000)
            .field("send_timeout", &Config::send_timeout,
                   "How long the vendor may take to answer; then nobody knows whether it took the message.")
            .range(std::chrono::seconds(1), std::chrono::seconds(55))
            .field("poll_every", &Config::poll_every,
                   "Pause between the runs of the pack's polls, instead of what the pack says.")
            .range(std::chrono::seconds(1), std::chrono::hours(24))
            .usually("as the pack says")
            .field("backfill_days", &Config::backfill_days,
                   "How many days of the past the pack's polls ask for, instead of what the pack says. 0: none.")
            .range(0, 3'650)
            .usually("as the pack says");
    return fields;
}

}  // namespace tandem::http
