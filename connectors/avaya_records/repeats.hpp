// Lines that came before: a switch that reconnects may send again what it has buffered. A line is known by its hash for
// a day. Pure.
#pragma once

#include "core/base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::avaya_records {

class Repeats {
public:
    explicit Repeats(std::size_t most = 200'000) : most_(most) {}

    // 0: this text came before, on the last day before `at`. Else which one it is: the first, or of texts that may come
    // more than once (`unique` is false) a further one. A connection brings each once: what it brings more often than
    // any before it is further ones. Beyond the number that is remembered the oldest is forgotten.
    std::size_t note(std::string_view text, bool unique, std::uint64_t connection, Instant at);

private:
    using Hash = std::array<std::uint8_t, 16>;
    struct Known {
        std::size_t count = 0;
        std::vector<std::pair<std::uint64_t, std::size_t>> on;  // connection, how often; the latest kMostConnections
    };
    static constexpr std::size_t kMostConnections = 8;

    const std::size_t most_;
    std::map<Hash, Known> known_;
    std::deque<std::pair<Instant, Hash>> order_;  // of their first coming
};

}  // namespace tandem::avaya_records
