// Options of the http connector, written under `options:` of a connector entry.
#pragma once

#include "core/config/fields.hpp"

#include <chrono>
#include <cstdint>

namespace tandem::http {

struct Config {
    std::int64_t rate_limit = 0;  // requests per second; 0: none
    std::int64_t burst = 0;       // 0: two seconds' worth of rate_limit
    std::int64_t send_window = 10;
    std::int64_t send_rate = 0;  // messages per second; 0: no limit
    std::chrono::milliseconds send_timeout = std::chrono::seconds(30);
    std::chrono::milliseconds poll_every{0};  // 0: as the pack says
    std::int64_t backfill_days = -1;          // negative: as the pack says
};

const config::Fields<Config>& config_fields();

}  // namespace tandem::http
