// Calls of whose end no monitor tells: one that went where nobody listens, and one that waits at a VDN whose monitor
// was lost and whose new monitor does not follow it (vendors/avaya.md 2.7). The former ends in doubt, the latter is
// looked at now and then (2.9).
#include "connectors/avaya_dmcc/call_end.hpp"
#include "connectors/avaya_dmcc/call_legs.hpp"
#include "connectors/avaya_dmcc/calls_state.hpp"

#include <algorithm>
#include <utility>

namespace tandem::avaya_dmcc {
namespace {

bool at_a_station(const Call& call, const Plan& plan) {
    return std::ranges::any_of(call.legs,
                               [&](const Leg& leg) { return leg.open() && plan.stations.contains(leg.station); });
}

// A device by which AES finds the call: one that is monitored, whose id is known, if there is one.
std::string device_of(const Call& call, const Part& part, const Plan& plan) {
    std::string other;
    for (const Leg& leg : call.legs) {
        if (!leg.open() || leg.call != part.call || !counts(leg)) continue;
        if (plan.stations.contains(leg.station)) return leg.station;
        if (leg.role == Role::Agent) other = leg.station;
    }
    if (!part.by.empty()) return part.by;
    if (!other.empty()) return other;
    return call.queues.empty() ? call.entry_vdn : call.queues.back().number;
}

Calls::Unconfirmed asked_for(const Call& call, const Part& part, const Plan& plan) {
    Connection connection{.call = part.call, .device = {}};
    connection.device.number = device_of(call, part, plan);
    return {.switch_name = call.switch_name, .connection = std::move(connection)};
}

}  // namespace

// After a transfer to a number outside or to a station that is not monitored nothing more is told of a call that no
// call-type monitor follows.
void Calls::State::doubt_unwatched(CallEntry& entry, Instant at) const {
    Call& call = entry.call;
    if (!is_unwatched(entry) || call.customer_gone || plan.stations.empty() || open_legs(call) == 0) return;
    end_later(call, at + kEndWait, at, {});
    call.end_doubtful = true;
}

// Who would have told of the end is gone: what has nobody of ours on it may have ended already.
void Calls::State::doubt_end(Call& call, Instant at) const {
    if (call.end_due) return;
    consider_end(call, at, {});
    call.end_doubtful |= call.end_due.has_value();
}

bool Calls::State::is_unwatched(const CallEntry& entry) const {
    const Call& call = entry.call;
    return !call.ended() && !call.followed() && !call.end_due && !entry.lost_at && !at_a_station(call, plan);
}

void Calls::State::looked_at(CallEntry& entry, const CallSnapshot& snapshot, CallRecords& records) {
    Call& call = entry.call;
    if (snapshot.gone) remove_part(call, snapshot.asked.call);
    if (call.parts.empty()) return end_in_doubt(entry, entry.heard, snapshot.at, records);
    entry.heard = std::max(entry.heard, snapshot.at);
    table.update(entry, due_of(entry));
}

CallRecords Calls::unfollow(Instant at, std::string_view switch_name, std::string_view vdn) {
    CallRecords records;
    state_->expire(at, records);
    state_->table.each([&](CallEntry& entry) {
        Call& call = entry.call;
        if (!call.followed() || !same_switch(call, switch_name)) return;
        avaya_dmcc::unfollow(call, vdn);
        if (call.followed() || call.ended() || entry.lost_at) return;
        state_->doubt_end(call, at);
        state_->touch(entry, at, records);
    });
    return records;
}

std::vector<Calls::Unconfirmed> Calls::unconfirmed() const {
    std::vector<Unconfirmed> parts;
    const CallTable& table = state_->table;
    table.each([&](const CallEntry& entry) {
        if (entry.call.ended() || !entry.lost_at) return;
        for (const Part& part : entry.call.parts)
            if (std::ranges::find(entry.confirmed, part.call) == entry.confirmed.end())
                parts.push_back(asked_for(entry.call, part, state_->plan));
    });
    return parts;
}

std::vector<Calls::Unconfirmed> Calls::unwatched(std::size_t most) const {
    std::vector<const CallEntry*> entries;
    const CallTable& table = state_->table;
    table.each([&](const CallEntry& entry) {
        if (state_->is_unwatched(entry)) entries.push_back(&entry);
    });
    std::ranges::sort(entries, {}, [](const CallEntry* entry) { return entry->heard; });
    std::vector<Unconfirmed> parts;
    for (const CallEntry* entry : entries)
        for (const Part& part : entry->call.parts)
            if (parts.size() < most) parts.push_back(asked_for(entry->call, part, state_->plan));
    return parts;
}

}  // namespace tandem::avaya_dmcc
