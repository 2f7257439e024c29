#include "connectors/avaya_dmcc/call_parties.hpp"

#include "connectors/avaya_dmcc/call_end.hpp"
#include "connectors/avaya_dmcc/call_legs.hpp"

#include <algorithm>

namespace tandem::avaya_dmcc {
namespace {

void set_once(std::string& known, std::string_view told) {
    if (known.empty()) known = told;
}

std::string trunk_name(std::string_view group, std::string_view member) {
    if (group.empty() || group == "0") return {};
    return member.empty() ? std::string(group) : std::string(group) + "/" + std::string(member);
}

// A switch that tells of a call's origin tells of the customer's, whoever made this one.
Direction direction_of_original(const OriginalCall& original, const Plan& plan) {
    if (!original.calling.is_number()) return Direction::Inbound;
    if (is_outside(original.calling.device, plan)) return Direction::Inbound;
    const bool out = original.called.is_number() && is_outside(original.called.device, plan);
    return out ? Direction::Outbound : Direction::Internal;
}

Direction direction_of(const CallEvent& event, const Plan& plan) {
    if (event.extra.original) return direction_of_original(*event.extra.original, plan);
    const bool out = event.called.is_number() && is_outside(event.called.device, plan);
    if (event.kind == CallEventKind::NetworkReached) return Direction::Outbound;
    if (event.kind == CallEventKind::Originated) return out ? Direction::Outbound : Direction::Internal;
    if (event.calling.known == Subject::Known::Absent && !event.called.is_number()) return Direction::Unknown;
    if (!event.calling.is_number() || is_outside(event.calling.device, plan)) return Direction::Inbound;
    if (out) return Direction::Outbound;
    // A short number that came over a trunk is one of the network's.
    const bool own = plan.stations.contains(event.calling.device.number);
    return !own && !event.extra.trunk_group.empty() ? Direction::Inbound : Direction::Internal;
}

// An extension of ours is nobody's number who calls from outside.
bool may_be_caller(const Call& call, const CallEvent& event, const Plan& plan) {
    const auto& calling = event.calling;
    if (!calling.is_number() || calling.device.dynamic) return false;
    if (call.direction != Direction::Inbound || is_outside(calling.device, plan)) return true;
    const auto& number = calling.device.number;
    return !event.extra.trunk_group.empty() && !plan.stations.contains(number) && !is_distributor(number, plan);
}

void take_original(Call& call, const OriginalCall& original) {
    if (!original.ucid.empty()) add_unique(call.ucids, original.ucid);
    set_once(call.trunk, trunk_name(original.trunk_group, original.trunk_member));
    set_once(call.collected_digits, original.entered_digits);
    set_once(call.uui, original.uui);
    set_once(call.lookahead_vdn, original.lookahead_vdn.number);
    if (original.calling.is_number() && !original.calling.device.dynamic)
        set_once(call.ani, original.calling.device.number);
    if (original.called.is_number()) set_once(call.dnis, original.called.device.number);
}

}  // namespace

bool is_distributor(std::string_view number, const Plan& plan) {
    const std::string key(number);
    return plan.vdns.contains(key) || plan.queues.contains(key);
}

bool is_outside(std::string_view number, const Plan& plan) {
    const std::string key(number);
    if (plan.stations.contains(key) || plan.recorders.contains(key) || is_distributor(number, plan)) return false;
    return !avaya::is_extension(number, plan.extension_length);
}

bool is_outside(const Device& device, const Plan& plan) {
    return device.dynamic || is_outside(device.number, plan);
}

bool is_customer(const Call& call, std::string_view number) {
    if (number.empty()) return false;
    if (number == call.customer_device || number == call.ani) return true;
    const auto party = avaya::trunk_party(number);
    return !party.group.empty() && call.trunk == party.group + "/" + party.member;
}

void take_parties(Call& call, const CallEvent& event, const Plan& plan) {
    if (call.direction == Direction::Unknown) call.direction = direction_of(event, plan);
    if (call.ani.empty() && !call.ani_restricted && may_be_caller(call, event, plan))
        call.ani = event.calling.device.number;
    call.ani_restricted |= call.ani.empty() && event.calling.known == Subject::Known::Restricted;
    if (call.dnis.empty() && event.called.is_number() && !event.called.device.dynamic)
        call.dnis = event.called.device.number;
}

void take_caller(Call& call, const Part& part, const CallEvent& event, const Plan& plan) {
    if (part.consult || call.direction == Direction::Inbound || !call.transfers.empty()) return;
    if (!event.calling.is_number() || is_outside(event.calling.device, plan)) return;
    const auto& number = event.calling.device.number;
    if (is_distributor(number, plan)) return;
    if (std::ranges::any_of(call.legs, [&](const Leg& leg) { return leg.station == number; })) return;
    if (Leg* leg = open_leg(call, number, part, event.at)) {
        leg->state = LegState::Dialing;
        leg->agent = event.extra.logical_agent;
    }
}

void begin(Call& call, const CallEvent& event, const Plan& plan) {
    call.started_at = event.at;
    if (event.extra.original) take_original(call, *event.extra.original);
    take_parties(call, event, plan);
    if (plan.vdns.contains(call.dnis)) call.entry_vdn = call.dnis;
}

void enrich(Call& call, const Part& part, const CallEvent& event) {
    if (event.follows_call) follow(call, event.monitored);
    if (!event.ucid.empty()) add_unique(call.ucids, event.ucid);
    if (event.extra.original && (part.consult || call.start_uncertain)) take_original(call, *event.extra.original);
    if (part.consult) return;
    set_once(call.uui, event.uui);
    set_once(call.trunk, trunk_name(event.extra.trunk_group, event.extra.trunk_member));
    set_once(call.collected_digits, event.extra.entered_digits);
    set_once(call.lookahead_vdn, event.extra.lookahead_vdn.number);
    if (!event.extra.acd_group.empty()) visited_queue(call, event.extra.acd_group.number, event.at);
    call.video |= event.extra.channel_type == "VIDEO";
    if (call.transfers.empty() && call.conferences.empty())
        set_once(call.entry_vdn, event.extra.distributing_vdn.number);
}

}  // namespace tandem::avaya_dmcc
