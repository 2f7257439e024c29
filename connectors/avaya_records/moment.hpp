// Which of the times that a wall clock shows twice was meant. Pure.
#pragma once

#include "core/base/time.hpp"
#include "core/base/zone.hpp"

#include <chrono>

namespace tandem::avaya_records {

struct Moment {
    Instant at{};
    bool uncertain = false;
};

// Of something that lasted so long from then on, and of which a record arrived when it was over: a record comes at
// once, so the later meaning counts unless that would be in the future. The clocks of switch and gateway may differ by
// two minutes.
inline Moment meant(const LocalMeaning& both, std::chrono::seconds lasted, Instant arrived) {
    constexpr auto kClocksDiffer = std::chrono::seconds(120);
    if (both.first == both.last) return {both.first, false};
    if (both.last + lasted > arrived + kClocksDiffer) return {both.first, false};
    return {both.last, true};
}

}  // namespace tandem::avaya_records
