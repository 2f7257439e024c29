// After a link was lost (vendors/avaya.md 2.13): what the snapshots show goes on, with a gap; what they do not show has
// ended at a moment that nobody knows. Of that moment only the limits are known, the gap; the record takes the earlier
// one, so that every duration in it is one that the call had at least.
#include "connectors/avaya_dmcc/call_end.hpp"
#include "connectors/avaya_dmcc/call_legs.hpp"
#include "connectors/avaya_dmcc/call_parties.hpp"
#include "connectors/avaya_dmcc/call_record.hpp"
#include "connectors/avaya_dmcc/calls_state.hpp"

#include <algorithm>
#include <utility>

namespace tandem::avaya_dmcc {
namespace {

// Of those whose last record was restored before an earlier one.
constexpr std::size_t kMostClosed = 100'000;

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

void lose(Leg& leg, Instant at) {
    at = std::max({at, leg.alerted_at.value_or(at), leg.answered_at.value_or(at), leg.customer_from.value_or(at)});
    leg.end_uncertain = true;
    close(leg, at, leg.talks() ? outcome_of(leg) : Outcome::Unknown);
}

std::string_view number_of(const PartyState& party) {
    if (!party.connection.device.empty()) return party.connection.device.number;
    return party.device.is_number() ? std::string_view(party.device.device.number) : std::string_view();
}

void sync_leg(Call& call, const Part& part, const PartyState& party, const Plan& plan, Instant at) {
    if (part.consult && part.by == number_of(party)) return;  // it has its leg with the customer
    const bool was_there = find_leg(call, number_of(party), part.call) != nullptr;
    Leg* leg = open_leg(call, number_of(party), part, at);
    if (leg == nullptr) return;
    if (plan.recorders.contains(leg->station)) leg->role = Role::Recorder;
    leg->start_uncertain |= !was_there;
    const bool talks = party.state == LocalState::Connected || party.state == LocalState::Hold;
    if (talks && !leg->talks()) {
        leg->start_uncertain = true;
        leg->state = LegState::Connected;
        if (!part.consult) leg->customer_from = at;
    }
    if (party.state == LocalState::Hold) hold(*leg, at);
    if (party.state == LocalState::Connected) retrieve(*leg, at);
}

void sync_party(Call& call, const Part& part, const PartyState& party, const Plan& plan, Instant at) {
    const auto number = number_of(party);
    if (number.empty()) return;
    if (plan.queues.contains(std::string(number))) {
        if (party.state == LocalState::Queued) enter_queue(call, number, at, std::nullopt);
    } else if (party.connection.device.dynamic || is_outside(number, plan)) {
        if (!part.consult && call.customer_device.empty()) call.customer_device = number;
    } else if (!is_distributor(number, plan)) {
        sync_leg(call, part, party, plan, at);
    }
}

bool shows(const CallSnapshot& snapshot, const Leg& leg) {
    return std::ranges::any_of(snapshot.parties, [&](const PartyState& party) {
        const auto number = number_of(party);
        return number == leg.station || (!leg.device.empty() && number == leg.device);
    });
}

// The party of a snapshot that is outside; null: there is none.
const PartyState* outside_of(const CallSnapshot& snapshot, const Plan& plan) {
    const auto outside = [&](const PartyState& party) {
        return party.connection.device.dynamic || (!number_of(party).empty() && is_outside(number_of(party), plan));
    };
    const auto found = std::ranges::find_if(snapshot.parties, outside);
    return found == snapshot.parties.end() ? nullptr : &*found;
}

bool is_inside(const Subject& subject, const Plan& plan) {
    return subject.is_number() && !is_outside(subject.device, plan);
}

// After a transfer calling and called device may both be agents; with an outside party that one is the customer.
CallEvent as_event(const CallSnapshot& snapshot, const Plan& plan) {
    CallEvent event;
    event.kind = CallEventKind::Established;
    event.switch_name = snapshot.switch_name;
    event.at = snapshot.at;
    event.connection = snapshot.asked;
    event.calling = snapshot.calling;
    event.called = snapshot.called;
    event.ucid = snapshot.ucid;
    const PartyState* outside = outside_of(snapshot, plan);
    if (outside == nullptr || !is_inside(snapshot.calling, plan) || !is_inside(snapshot.called, plan)) return event;
    event.called = {};
    event.calling = {.known = Subject::Known::NotKnown, .device = {}};
    if (outside->device.is_number() && is_outside(outside->device.device, plan)) event.calling = outside->device;
    return event;
}

}  // namespace

CallRecords Calls::link_lost(Instant at, std::string_view switch_name) {
    CallRecords records;
    state_->expire(at, records);
    state_->table.each([&](CallEntry& entry) {
        Call& call = entry.call;
        if (call.ended() || !same_switch(call, switch_name)) return;
        if (call.in_gap()) {
            if (!entry.lost_at) entry.lost_at = call.gaps.back().from.value_or(at);
            return;
        }
        const Instant from = entry.restored ? std::min(at, call.updated_at.value_or(at)) : at;
        entry.lost_at = from;
        if (call.gaps.size() < kMaxChanges) call.gaps.push_back({.from = from, .to = std::nullopt});
        // What was due while nobody listened is found out by the snapshots.
        goes_on(call);
        note(call, from, "link_lost");
        const bool restored = entry.restored;
        state_->touch(entry, at, records);
        entry.restored = restored;
    });
    return records;
}

CallRecords Calls::link_restored(Instant at, std::string_view switch_name) {
    CallRecords records;
    state_->expire(at, records);
    state_->table.each([&](CallEntry& entry) {
        if (same_switch(entry.call, switch_name)) entry.confirmed.clear();
    });
    return records;
}

CallRecords Calls::take(const DeviceSnapshot& snapshot) {
    CallRecords records;
    state_->expire(snapshot.at, records);
    std::vector<std::string> shown;
    for (const PartyState& party : snapshot.calls)
        add_unique(shown, party.connection.call);
    for (CallEntry* entry : state_->table.at_station(snapshot.switch_name, snapshot.device.number)) {
        Call& call = entry->call;
        if (call.ended() || !entry->lost_at) continue;
        for (Leg& leg : call.legs) {
            if (!leg.open() || leg.station != snapshot.device.number) continue;
            if (contains(shown, leg.call))
                add_unique(entry->confirmed, leg.call);
            else
                lose(leg, *entry->lost_at);
        }
    }
    return records;
}

CallRecords Calls::take(const CallSnapshot& snapshot) {
    CallRecords records;
    state_->expire(snapshot.at, records);
    CallEntry* entry = state_->locate(snapshot, records);
    if (entry == nullptr) return records;
    if (entry->emitted && state_->is_unwatched(*entry)) {
        state_->looked_at(*entry, snapshot, records);
        return records;
    }
    if (snapshot.gone) {
        std::erase(entry->confirmed, snapshot.asked.call);
        return records;
    }
    state_->confirm(*entry, snapshot);
    state_->touch(*entry, snapshot.at, records);
    return records;
}

CallEntry* Calls::State::locate(const CallSnapshot& snapshot, CallRecords& records) {
    CallEntry* entry = table.by_call(snapshot.switch_name, snapshot.asked.call);
    if (entry != nullptr && is_used_again(*entry, snapshot.asked.call, snapshot.ucid)) {
        if (!entry->call.ended()) end_in_doubt(*entry, entry->lost_at.value_or(entry->heard), snapshot.at, records);
        entry->call.parts.clear();
        table.update(*entry, entry->due);
        entry = nullptr;
    }
    if (snapshot.gone || entry != nullptr) return entry;
    const auto event = as_event(snapshot, plan);
    if (CallEntry* same = table.by_ucid(snapshot.ucid)) {
        Part part{.call = snapshot.asked.call, .ucid = snapshot.ucid, .consult = false, .by = {}, .cleared_at = {}};
        return add_part(same->call, std::move(part)) == nullptr ? nullptr : same;
    }
    return snapshot.asked.call.empty() ? nullptr : &create(event);
}

// The customer is on what was a consultation call: it was put through meanwhile.
void put_through_unseen(Call& call, Part& part, const CallSnapshot& snapshot, Instant known) {
    const auto is_the_customer = [&](const PartyState& party) { return is_customer(call, number_of(party)); };
    if (!part.consult || std::ranges::none_of(snapshot.parties, is_the_customer)) return;
    part.consult = false;
    part.by.clear();
    for (Leg& leg : call.legs) {
        if (!leg.open() || leg.call != part.call) continue;
        put_through(leg, known);
        leg.customer_from = leg.talks() ? std::optional(snapshot.at) : std::nullopt;
        leg.start_uncertain = true;
    }
}

void Calls::State::confirm(CallEntry& entry, const CallSnapshot& snapshot) {
    Call& call = entry.call;
    if (call.ended()) reopen(call);
    goes_on(call);
    add_unique(entry.confirmed, snapshot.asked.call);
    add_unique(call.ucids, snapshot.ucid);
    Part* part = find_part(call, snapshot.asked.call);
    if (part == nullptr) return;
    if (part->ucid.empty()) part->ucid = snapshot.ucid;
    put_through_unseen(call, *part, snapshot, entry.lost_at.value_or(snapshot.at));
    if (call.direction == Direction::Unknown || call.start_uncertain)
        take_parties(call, as_event(snapshot, plan), plan);
    for (Leg& leg : call.legs)
        if (leg.open() && leg.call == part->call && !shows(snapshot, leg))
            lose(leg, entry.lost_at.value_or(snapshot.at));
    const Part copy = *part;
    for (const PartyState& party : snapshot.parties)
        sync_party(call, copy, party, plan, snapshot.at);
    if (!entry.lost_at) return;
    // What the customer did has changed in the gap, nobody knows when: neither counts there.
    if (phase_of(call) != call.phase) {
        settle(call, *entry.lost_at);
        if (call.phase_since) call.phase_since = snapshot.at;
    }
    if (call.in_gap()) call.gaps.back().to = snapshot.at;
}

CallRecords Calls::snapshots_done(Instant at, std::string_view switch_name) {
    CallRecords records;
    state_->expire(at, records);
    state_->table.each([&](CallEntry& entry) {
        if (!entry.lost_at || !same_switch(entry.call, switch_name)) return;
        const Instant known = *std::exchange(entry.lost_at, std::nullopt);
        if (!entry.call.ended()) state_->settle_recovery(entry, known, at, records);
    });
    return records;
}

void Calls::State::settle_recovery(CallEntry& entry, Instant known, Instant at, CallRecords& records) {
    Call& call = entry.call;
    for (Leg& leg : call.legs)
        if (leg.open() && !contains(entry.confirmed, leg.call)) lose(leg, known);
    const auto is_gone = [&](const Part& part) { return !contains(entry.confirmed, part.call); };
    // A later run is not to wait for it: a record is due even if it says nothing else.
    if (std::erase_if(call.parts, is_gone) > 0) entry.told = 0;
    const bool goes_on = !call.parts.empty();
    if (call.in_gap()) call.gaps.back().to = at;
    if (!goes_on) return end_in_doubt(entry, known, at, records);
    doubt_end(call, at);
    touch(entry, at, records);
}

Result<void> Calls::restore(std::string_view json) {
    auto record = read_record(json);
    if (!record) return fail(record.error());
    Call& call = record->call;
    if (CallEntry* entry = state_->table.by_id(call.id)) {
        if (entry->call.revision >= call.revision) return {};
        state_->table.erase(*entry);
    }
    if (const auto closed = state_->closed.find(call.id);
        closed != state_->closed.end() && closed->second >= call.revision)
        return {};
    if (!record->open) {
        if (state_->closed.size() < kMostClosed) state_->closed[call.id] = call.revision;
        return {};
    }
    std::erase_if(call.followers, [&](const std::string& vdn) { return !state_->plan.vdns.contains(vdn); });
    const Instant heard = call.updated_at.value_or(Instant{});
    CallEntry& restored = state_->table.add(std::move(call), heard);
    restored.emitted = true;
    restored.restored = true;
    restored.told = std::hash<std::string_view>{}(record_body(restored.call));
    state_->table.update(restored, state_->due_of(restored));
    return {};
}

}  // namespace tandem::avaya_dmcc
