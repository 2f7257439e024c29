#include "connectors/avaya/meeting.hpp"

#include "connectors/avaya/device.hpp"

#include <algorithm>

namespace tandem::avaya {
namespace {

constexpr std::size_t kTellingDigits = 9;  // of a number that is written with and without its prefixes

}  // namespace

std::string meeting_name(std::string_view outside, std::string_view inside, Kind kind) {
    std::string far = digits_of(outside);
    const std::string near = digits_of(inside);
    if (far.empty() || near.empty()) return {};
    if (far.size() > kTellingDigits) far.erase(0, far.size() - kTellingDigits);
    const std::string_view what = kind == Kind::Whole ? "|whole" : kind == Kind::Missed ? "|missed" : "";
    return far + '|' + near + std::string(what);
}

void add_meeting(std::vector<Meeting>& list, Meeting one) {
    if (one.name.empty() || list.size() == kMaxMeetings) return;
    const auto same = [&](const Meeting& other) { return other.name == one.name && other.at == one.at; };
    if (std::ranges::none_of(list, same)) list.push_back(std::move(one));
}

}  // namespace tandem::avaya
