// Which call an event belongs to (vendors/avaya.md 3.4): by the switch's call id as long as its UCID is the same, by
// UCID, by the call that it came from, by the station that holds one while it calls.
#include "connectors/avaya_dmcc/call_end.hpp"
#include "connectors/avaya_dmcc/call_events.hpp"
#include "connectors/avaya_dmcc/call_legs.hpp"
#include "connectors/avaya_dmcc/call_merge.hpp"
#include "connectors/avaya_dmcc/call_parties.hpp"
#include "connectors/avaya_dmcc/call_record.hpp"
#include "connectors/avaya_dmcc/calls_state.hpp"
#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::avaya_dmcc {
namespace {

// How long a call's first record waits for its UCID, which OriginatedEvent lacks and which is asked for.
constexpr std::chrono::seconds kUcidWait{1};

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

// Of these alone no call is made: they say nothing of who calls whom.
bool makes_no_call(CallEventKind kind) {
    return kind == CallEventKind::ServiceInitiated || kind == CallEventKind::ConnectionCleared ||
           kind == CallEventKind::CallCleared || kind == CallEventKind::CallInformation ||
           kind == CallEventKind::EnteredDigits;
}

bool is_end(CallEventKind kind) {
    return kind == CallEventKind::ConnectionCleared || kind == CallEventKind::CallCleared;
}

// Its beginning was not seen.
bool comes_late(CallEventKind kind) {
    return kind == CallEventKind::Established || kind == CallEventKind::Held || kind == CallEventKind::Retrieved ||
           kind == CallEventKind::Diverted || kind == CallEventKind::Transferred ||
           kind == CallEventKind::Conferenced || kind == CallEventKind::Bridged;
}

// It was at a VDN before, which is monitored and told nothing of it.
bool came_by_vdn(const CallEvent& event, const Plan& plan) {
    if (plan.vdns.contains(std::string(subject_of(event)))) return false;
    const bool called = event.called.is_number() && plan.vdns.contains(event.called.device.number);
    const bool outside = !event.calling.is_number() || is_outside(event.calling.device, plan);
    return (called && outside) || plan.vdns.contains(event.extra.distributing_vdn.number);
}

bool begins(CallEventKind kind) {
    return kind == CallEventKind::ServiceInitiated || kind == CallEventKind::Originated ||
           kind == CallEventKind::Delivered || kind == CallEventKind::Queued || kind == CallEventKind::Offered;
}

Part part_of(const CallEvent& event, bool consult) {
    std::string by;
    if (consult) by = event.calling.is_number() ? event.calling.device.number : std::string(subject_of(event));
    return {.call = event.connection.call, .ucid = event.ucid, .consult = consult, .by = by, .cleared_at = {}};
}

std::string_view caller_of(const CallEvent& event) {
    if (event.kind == CallEventKind::ServiceInitiated || event.kind == CallEventKind::Originated)
        return subject_of(event);
    return event.calling.is_number() ? std::string_view(event.calling.device.number) : std::string_view();
}

const Leg* held_leg(const Call& call, std::string_view station) {
    for (const Leg& leg : call.legs)
        if (leg.station == station && leg.state == LegState::Held && counts(leg)) return &leg;
    return nullptr;
}

// What has begun since the link was lost needs no snapshot.
void confirm_new(CallEntry& entry) {
    if (entry.lost_at) return;
    for (const Part& part : entry.call.parts)
        add_unique(entry.confirmed, part.call);
}

void join_recovery(CallEntry& kept, CallEntry& gone) {
    if (!kept.lost_at && !gone.lost_at) return;
    for (CallEntry* entry : {&kept, &gone})
        confirm_new(*entry);
    for (const auto& call : gone.confirmed)
        add_unique(kept.confirmed, call);
    if (!kept.lost_at) kept.lost_at = gone.lost_at;
}

// The number of a call that has ended is given to another one.
void let_go(CallTable& table, CallEntry& entry) {
    entry.call.parts.clear();
    table.update(entry, entry.due);
}

}  // namespace

bool same_switch(const Call& call, std::string_view switch_name) {
    return switch_name.empty() || iequals_ascii(call.switch_name, switch_name);
}

bool is_used_again(const CallEntry& entry, std::string_view call, std::string_view ucid) {
    const auto part = std::ranges::find(entry.call.parts, call, &Part::call);
    if (part == entry.call.parts.end() || ucid.empty()) return false;
    return !part->ucid.empty() && part->ucid != ucid && !contains(entry.call.ucids, ucid);
}

CallEntry* Calls::State::known(const CallEvent& event, CallRecords& records) {
    CallEntry* entry = table.by_call(event.switch_name, event.connection.call);
    if (entry == nullptr) return nullptr;
    const bool later =
        entry->call.ended() && event.ucid.empty() && begins(event.kind) && event.at - *entry->call.ended_at > kEndWait;
    if (!later && !is_used_again(*entry, event.connection.call, event.ucid)) return entry;
    if (!entry->call.ended()) end_in_doubt(*entry, entry->heard, event.at, records);
    let_go(table, *entry);
    return nullptr;
}

CallEntry* Calls::State::consulted(const CallEvent& event) {
    if (event.extra.original)
        if (CallEntry* entry = table.by_ucid(event.extra.original->ucid)) return entry;
    CallEntry* latest = nullptr;
    std::optional<Instant> since;
    const auto caller = caller_of(event);
    if (caller.empty() || comes_late(event.kind)) return nullptr;
    for (CallEntry* entry : table.at_station(event.switch_name, caller)) {
        const Leg* leg = entry->call.ended() ? nullptr : held_leg(entry->call, caller);
        if (leg == nullptr || (since && leg->held_since < since)) continue;
        latest = entry;
        since = leg->held_since;
    }
    return latest;
}

CallEntry& Calls::State::create(const CallEvent& event) {
    Call call;
    call.switch_name = event.switch_name;
    call.start_uncertain = comes_late(event.kind) || event.extra.original.has_value() || came_by_vdn(event, plan);
    begin(call, event, plan);
    const bool consult = event.extra.original && !event.connection.call.empty();
    if (!event.connection.call.empty()) add_part(call, part_of(event, consult));
    CallEntry& entry = table.add(std::move(call), event.at);
    if (event.kind == CallEventKind::Originated) entry.wait_ucid = event.at + kUcidWait;
    return entry;
}

// Whom it calls may hear of a consultation before the monitor of the station that calls tells that it holds.
CallEntry* Calls::State::tie_consultation(CallEntry& entry, const CallEvent& event, CallRecords& records) {
    const bool begins = event.kind == CallEventKind::ServiceInitiated || event.kind == CallEventKind::Originated;
    CallEntry* holder = begins ? consulted(event) : nullptr;
    if (holder == nullptr || holder == &entry) return &entry;
    for (Leg& leg : entry.call.legs) {
        leg.consulting = true;
        leg.customer_from.reset();
    }
    CallEntry& kept = join(*holder, entry, event.at, records);
    if (Part* part = find_part(kept.call, event.connection.call)) {
        part->consult = true;
        part->by = caller_of(event);
    }
    return &kept;
}

CallEntry* Calls::State::locate(const CallEvent& event, CallRecords& records) {
    const auto& id = event.connection.call;
    if (id.empty()) return nullptr;
    CallEntry* entry = known(event, records);
    CallEntry* origin = event.extra.original ? table.by_ucid(event.extra.original->ucid) : nullptr;
    CallEntry* same = table.by_ucid(event.ucid);
    if (entry != nullptr) {
        Part* part = find_part(entry->call, id);
        if (part != nullptr && part->ucid.empty()) part->ucid = event.ucid;
        for (CallEntry* other : {same, origin})
            if (other != nullptr && other != entry) entry = &join(*entry, *other, event.at, records);
        return tie_consultation(*entry, event, records);
    }
    if (is_end(event.kind)) {
        ++counters.strangers;
        return nullptr;
    }
    if (same != nullptr) {
        // An old id of a call that was transferred says nothing any more.
        if (contains(same->call.call_ids, id) && !same->call.ended() && !same->call.parts.empty()) return nullptr;
        const auto of_ucid = std::ranges::find(same->call.parts, event.ucid, &Part::ucid);
        const bool consult = of_ucid != same->call.parts.end() && of_ucid->consult;
        return add_part(same->call, part_of(event, consult)) == nullptr ? nullptr : same;
    }
    if (CallEntry* holder = consulted(event))
        return add_part(holder->call, part_of(event, true)) == nullptr ? nullptr : holder;
    const bool nobody = comes_late(event.kind) && subject_of(event).empty();
    return nobody || makes_no_call(event.kind) ? nullptr : &create(event);
}

CallEntry* Calls::State::locate_merger(const CallEvent& event, CallRecords& records) {
    auto ids = old_calls(event);
    add_unique(ids, surviving_call(event));
    CallEntry* found = nullptr;
    const auto take = [&](CallEntry* entry) {
        if (entry == nullptr || entry == found) return;
        found = found == nullptr ? entry : &join(*found, *entry, event.at, records);
    };
    for (const auto& id : ids) {
        CallEntry* entry = table.by_call(event.switch_name, id);
        if (entry != nullptr && !entry->call.ended()) take(entry);
    }
    for (const auto& ucid : {event.old_ucid, event.ucid})
        take(table.by_ucid(ucid));
    if (event.extra.original) take(table.by_ucid(event.extra.original->ucid));
    if (found == nullptr && is_silent_join(event, plan)) return nullptr;
    if (found != nullptr) return found;
    CallEntry& made = create(event);
    for (const auto& id : ids)
        add_part(made.call, {.call = id, .ucid = {}, .consult = false, .by = {}, .cleared_at = {}});
    return &made;
}

CallEntry& Calls::State::join(CallEntry& a, CallEntry& b, Instant at, CallRecords& records) {
    CallEntry& kept = is_rather_customers(a.call, b.call) ? a : b;
    CallEntry& gone = &kept == &a ? b : a;
    if (gone.emitted) {
        const std::string into =
            kept.call.id.empty() && !kept.call.ucids.empty() ? kept.call.ucids.front() : kept.call.id;
        records.push_back({.id = gone.call.id,
                           .revision = gone.call.revision + 1,
                           .open = false,
                           .json = merged_record_json(gone.call.id, gone.call.revision + 1, into)});
        ++gone.call.revision;
    }
    join_recovery(kept, gone);
    absorb(kept.call, std::move(gone.call));
    kept.heard = std::max(kept.heard, at);
    table.erase(gone);
    table.update(kept, due_of(kept));
    return kept;
}

}  // namespace tandem::avaya_dmcc
