#include "connectors/avaya_dmcc/call_names.hpp"

#include <algorithm>
#include <chrono>

namespace tandem::avaya_dmcc {
namespace {

using avaya::Kind;
using avaya::Meeting;
using avaya::meeting_name;

Millis between(Instant from, Instant to) {
    return std::max(Millis(0), std::chrono::duration_cast<Millis>(to - from));
}

void add_whole(const Call& call, std::string_view outside, std::vector<Meeting>& out) {
    const bool inbound = call.direction == Direction::Inbound;
    const std::string& number = !inbound ? call.ani : call.entry_vdn.empty() ? call.dnis : call.entry_vdn;
    const auto end = *call.ended_at;
    if (!call.answered_at) return avaya::add_meeting(out, {meeting_name(outside, number, Kind::Missed), end, {}});
    std::optional<Millis> talked;
    std::optional<Millis> whole;
    if (!call.start_uncertain) talked = between(*call.answered_at, end);
    if (!call.start_uncertain && call.started_at) whole = between(*call.started_at, end);
    avaya::add_meeting(out, {meeting_name(outside, number), end, talked});
    const auto first = std::ranges::find_if(
        call.legs, [](const Leg& leg) { return leg.role == Role::Agent && leg.answered_at.has_value(); });
    if (first != call.legs.end()) avaya::add_meeting(out, {meeting_name(outside, first->station), end, talked});
    avaya::add_meeting(out, {meeting_name(outside, number, Kind::Whole), end, whole});
}

void add_part(const Leg& leg, std::string_view outside, std::vector<Meeting>& out) {
    const auto from = leg.customer_from ? leg.customer_from : leg.answered_at;
    if (leg.role != Role::Agent || !from || !leg.ended_at || leg.end_uncertain) return;
    std::optional<Millis> lasted;
    if (!leg.start_uncertain) lasted = between(*from, *leg.ended_at);
    avaya::add_meeting(out, {meeting_name(outside, leg.station), *leg.ended_at, lasted});
}

}  // namespace

std::vector<Meeting> meetings(const Call& call) {
    std::vector<Meeting> out;
    if (!call.ended() || call.end_uncertain) return out;
    if (call.direction != Direction::Inbound && call.direction != Direction::Outbound) return out;
    const std::string& outside = call.direction == Direction::Inbound ? call.ani : call.dnis;
    add_whole(call, outside, out);
    for (const Leg& leg : call.legs)
        add_part(leg, outside, out);
    return out;
}

}  // namespace tandem::avaya_dmcc
