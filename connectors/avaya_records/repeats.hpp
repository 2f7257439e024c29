// Lines that came before: a switch that reconnects may send again what it has buffered. A line is known by its hash for
// a day. Pure.
#pragma once

#include "core/base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string_view>

namespace tandem::avaya_records {

class Repeats {
public:
    struct Before {
        std::uint64_t connection = 0;  // that brought it last
        std::size_t times = 0;
    };

    explicit Repeats(std::size_t most = 200'000) : most_(most) {}

    // What is known of this text from the last day before `at`; then it has come once more. Beyond the number that is
    // remembered the oldest is forgotten.
    std::optional<Before> note(std::string_view text, std::uint64_t connection, Instant at);

private:
    using Hash = std::array<std::uint8_t, 16>;

    const std::size_t most_;
    std::map<Hash, Before> known_;
    std::deque<std::pair<Instant, Hash>> order_;  // of their first coming
};

}  // namespace tandem::avaya_records
