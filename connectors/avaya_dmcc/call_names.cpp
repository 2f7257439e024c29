#include "connectors/avaya_dmcc/call_names.hpp"

#include "connectors/avaya/device.hpp"
#include "connectors/avaya_dmcc/call_legs.hpp"

#include <algorithm>
#include <chrono>

namespace tandem::avaya_dmcc {
namespace {

constexpr std::size_t kTellingDigits = 9;

std::string tail(std::string digits) {
    return digits.size() > kTellingDigits ? digits.substr(digits.size() - kTellingDigits) : digits;
}

std::int64_t minutes_of(const Call& call) {
    if (!call.answered_at || *call.ended_at < *call.answered_at) return 0;
    return std::chrono::floor<std::chrono::minutes>(*call.ended_at - *call.answered_at).count();
}

std::vector<std::string> inside_numbers(const Call& call) {
    std::vector<std::string> numbers;
    if (call.direction == Direction::Outbound) {
        add_unique(numbers, avaya::digits_of(call.ani));
        return numbers;
    }
    add_unique(numbers, avaya::digits_of(call.entry_vdn.empty() ? call.dnis : call.entry_vdn));
    for (const Leg& leg : call.legs)
        if (leg.role == Role::Agent && leg.answered_at) add_unique(numbers, avaya::digits_of(leg.station), 2);
    return numbers;
}

}  // namespace

std::vector<std::string> meeting_names(const Call& call) {
    std::vector<std::string> names;
    if (!call.ended() || call.end_uncertain || call.start_uncertain) return names;
    if (call.direction != Direction::Inbound && call.direction != Direction::Outbound) return names;
    const auto outside = tail(avaya::digits_of(call.direction == Direction::Inbound ? call.ani : call.dnis));
    if (outside.empty()) return names;
    const auto minutes = minutes_of(call);
    for (const auto& inside : inside_numbers(call))
        for (std::int64_t minute = std::max<std::int64_t>(0, minutes - 1); minute <= minutes + 1; ++minute)
            names.push_back(outside + "|" + inside + "|" + std::to_string(minute));
    return names;
}

}  // namespace tandem::avaya_dmcc
