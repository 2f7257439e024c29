// The laws of both kinds of call records.
#pragma once

#include "tests/connectors/avaya_records/reading.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace tandem::avaya_fuzz {

template <class Make>
void check(std::string_view octets, Make make) {
    const Instant at = from_micros(1'761'440'400'000'000);  // in the repeated hour of Berlin
    const auto read = [&](std::size_t piece) {
        const auto book = make();
        avaya_records::test::Reading reading(*book);
        reading.octets(octets, [&] { return piece; }, at);
        return reading.end(at + std::chrono::hours(48));
    };
    const auto whole = read(octets.size() + 1);
    if (read(1) != whole || read(7) != whole) std::abort();
    data::Arena arena;
    for (const std::string& call : whole.calls) {
        if (!data::parse_json(call, arena)) std::abort();
    }
}

}  // namespace tandem::avaya_fuzz
