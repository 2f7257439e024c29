// Names by which a call record without UCID and the call that was seen live find each other: our own rule, described in
// connectors/avaya_records/README.md.
#pragma once

#include "core/base/time.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya {

struct Meeting {
    std::string name;
    Instant at{};                                       // the end
    std::optional<std::chrono::milliseconds> lasted{};  // empty: not known, or not to be compared
};

inline constexpr std::size_t kMaxMeetings = 8;

// "<last 9 digits of the outside number>|<digits of the inside number>" and what is said of it; empty if a number is
// unknown.
enum class Kind {
    Answered,  // it lasted from the answer to the end
    Whole,     // "...|whole": an answered call from its first sign on, as it is counted where an announcement answers
    Missed,    // "...|missed": no agent answered; how long it lasted is counted in too many ways to be compared
};
std::string meeting_name(std::string_view outside, std::string_view inside, Kind kind = Kind::Answered);

// Adds it, unless it has no name, or that name at that time is there, or there are kMaxMeetings.
void add_meeting(std::vector<Meeting>& list, Meeting one);

}  // namespace tandem::avaya
