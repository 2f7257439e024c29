#include "connectors/avaya_dmcc/calls.hpp"

#include "connectors/avaya_dmcc/call_end.hpp"
#include "connectors/avaya_dmcc/call_events.hpp"
#include "connectors/avaya_dmcc/call_legs.hpp"
#include "connectors/avaya_dmcc/call_merge.hpp"
#include "connectors/avaya_dmcc/call_parties.hpp"
#include "connectors/avaya_dmcc/call_record.hpp"
#include "connectors/avaya_dmcc/calls_state.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace tandem::avaya_dmcc {
namespace {

constexpr std::chrono::hours kLongestWrap{1};

std::int64_t millis_of(Instant at) {
    return std::chrono::floor<Millis>(at).time_since_epoch().count();
}

std::string weak_id_of(const Call& call) {
    const auto start = call.started_at.value_or(Instant{});
    const auto seconds = std::chrono::floor<std::chrono::seconds>(start).time_since_epoch().count();
    const std::string first = call.call_ids.empty() ? std::string("0") : call.call_ids.front();
    return call.switch_name + ":" + first + ":" + std::to_string(seconds);
}

void name(Call& call) {
    if (!call.id.empty()) return;
    call.weak_id = call.ucids.empty();
    call.id = call.weak_id ? weak_id_of(call) : call.ucids.front();
}

bool goes_on_with(CallEventKind kind) {
    return kind != CallEventKind::ConnectionCleared && kind != CallEventKind::CallCleared &&
           kind != CallEventKind::CallInformation;
}

// The latest leg of that station that had something to do with the customer.
Leg* last_leg(Call& call, std::string_view station) {
    for (auto leg = call.legs.rbegin(); leg != call.legs.rend(); ++leg)
        if (leg->station == station && counts(*leg) && leg->customer_from) return &*leg;
    return nullptr;
}

void end_wrap(Call& call, Leg& leg, Instant at) {
    const Instant from = std::max(*leg.wrap_since, leg.ended_at.value_or(*leg.wrap_since));
    if (at > from) {
        leg.wrap += std::chrono::duration_cast<Millis>(at - from);
        call.durations.wrap += std::chrono::duration_cast<Millis>(at - from);
    }
    leg.wrap_since.reset();
}

}  // namespace

Calls::Calls(Plan plan, CallLimits limits) : state_(std::make_unique<State>()) {
    state_->plan = std::move(plan);
    state_->limits = limits;
}
Calls::~Calls() = default;

CallRecords Calls::take(const CallEvent& event) {
    CallRecords records;
    state_->expire(event.at, records);
    const bool merger = event.kind == CallEventKind::Transferred || event.kind == CallEventKind::Conferenced;
    merger ? state_->take_merger(event, records) : state_->take_one(event, records);
    return records;
}

CallRecords Calls::take(const AgentEvent& event) {
    CallRecords records;
    state_->expire(event.at, records);
    state_->agents.take(event);
    state_->take_wrap(event, records);
    return records;
}

CallRecords Calls::take_linkage(std::string_view switch_name,
                                std::string_view call,
                                std::string_view ucid,
                                Instant at) {
    CallRecords records;
    CallEntry* entry = state_->table.by_call(switch_name, call);
    Part* part = entry == nullptr ? nullptr : find_part(entry->call, call);
    if (part == nullptr || !part->ucid.empty() || ucid.empty()) return records;
    part->ucid = ucid;
    add_unique(entry->call.ucids, ucid);
    CallEntry* other = state_->table.by_ucid(ucid);
    if (other != nullptr && other != entry) entry = &state_->join(*entry, *other, at, records);
    state_->touch(*entry, at, records);
    return records;
}

bool Calls::lacks_ucid(std::string_view switch_name, std::string_view call) const {
    CallEntry* entry = state_->table.by_call(switch_name, call);
    const Part* part = entry == nullptr ? nullptr : find_part(entry->call, call);
    return part != nullptr && part->ucid.empty();
}

CallRecords Calls::expire(Instant now) {
    CallRecords records;
    state_->expire(now, records);
    return records;
}

std::optional<Instant> Calls::next_expiry() const {
    return state_->table.next_due();
}

CallCounters Calls::counters() const {
    CallCounters counters = state_->counters;
    counters.open = state_->table.open();
    return counters;
}

void Calls::State::take_one(const CallEvent& event, CallRecords& records) {
    const bool copy = copies.is_copy(event);
    CallEntry* entry = copy ? table.by_call(event.switch_name, event.connection.call) : locate(event, records);
    counters.copies += copy ? 1 : 0;
    if (entry == nullptr) return;
    Call& call = entry->call;
    Part* part = find_part(call, event.connection.call);
    if (part == nullptr) return;
    enrich(call, *part, event);
    if (!copy) {
        if (goes_on_with(event.kind)) {
            if (call.ended()) reopen(call);
            goes_on(call);
            if (entry->lost_at) add_unique(entry->confirmed, event.connection.call);
        }
        if (call.in_gap() && !call.ended()) call.gaps.back().to = event.at;
        apply(call, *part, event, plan);
    }
    touch(*entry, event.at, records);
}

void Calls::State::take_merger(const CallEvent& event, CallRecords& records) {
    if (copies.is_copy(event)) {
        ++counters.copies;
        return;
    }
    CallEntry* entry = locate_merger(event, records);
    if (entry == nullptr) return;
    Call& call = entry->call;
    if (call.ended()) reopen(call);
    goes_on(call);
    if (entry->lost_at) add_unique(entry->confirmed, surviving_call(event));
    if (event.follows_call) follow(call, event.monitored);
    if (call.in_gap()) call.gaps.back().to = event.at;
    for (const auto& ucid : {event.old_ucid, event.ucid})
        add_unique(call.ucids, ucid);
    event.kind == CallEventKind::Transferred ? apply_transfer(call, event, plan) : apply_conference(call, event, plan);
    touch(*entry, event.at, records);
}

void Calls::State::take_wrap(const AgentEvent& event, CallRecords& records) {
    const bool begins = event.state == AgentState::WorkingAfterCall;
    const bool ends = event.state == AgentState::Ready || event.state == AgentState::NotReady ||
                      event.state == AgentState::Busy || event.state == AgentState::LoggedOff;
    std::vector<CallEntry*> entries = table.at_station(event.switch_name, event.station.number);
    std::ranges::sort(entries, {}, &CallEntry::heard);
    for (CallEntry* entry : entries) {
        Leg* leg = last_leg(entry->call, event.station.number);
        const bool ended = leg != nullptr && leg->wrap_since && ends;
        const bool begun =
            leg != nullptr && begins && entry == entries.back() && !leg->wrap_since && leg->wrap == Millis(0);
        if (ended) end_wrap(entry->call, *leg, event.at);
        if (begun) leg->wrap_since = event.at;
        // Who is over and done with hears nothing of it: a busy station would keep all its calls remembered.
        const bool fresh = !entry->call.ended() || (leg != nullptr && leg->ended_at == event.at);
        if (ended || begun || fresh) touch(*entry, event.at, records);
    }
}

void Calls::State::touch(CallEntry& entry, Instant at, CallRecords& records) {
    Call& call = entry.call;
    entry.heard = std::max(entry.heard, at);
    entry.restored = false;
    for (Leg& leg : call.legs)
        if ((leg.open() || leg.ended_at == at) && leg.role == Role::Agent && leg.agent.empty())
            leg.agent = agents.at(switch_key(call.switch_name, leg.station));
    doubt_unwatched(entry, at);
    settle(call, at);
    emit(entry, at, records);
    table.update(entry, due_of(entry));
}

void Calls::State::emit(CallEntry& entry, Instant at, CallRecords& records) {
    Call& call = entry.call;
    const bool waits = entry.wait_ucid && at < *entry.wait_ucid && call.ucids.empty() && !call.ended();
    if (!entry.emitted && waits) return;
    entry.wait_ucid.reset();
    name(call);
    const std::string body = record_body(call);
    const std::size_t hash = std::hash<std::string_view>{}(body);
    if (entry.emitted && hash == entry.told) return;
    entry.emitted = true;
    entry.told = hash;
    call.updated_at = at;
    call.revision = std::max(call.revision + 1, millis_of(at));
    records.push_back(
        {.id = call.id, .revision = call.revision, .open = is_open(call), .json = record_json(call, body)});
}

std::optional<Instant> Calls::State::due_of(const CallEntry& entry) const {
    const Call& call = entry.call;
    if (!call.ended()) {
        Instant due = entry.heard + limits.quiet;
        if (call.end_due) due = std::min(due, *call.end_due);
        if (entry.wait_ucid) due = std::min(due, *entry.wait_ucid);
        return due;
    }
    if (std::ranges::any_of(call.legs, [](const Leg& leg) { return leg.wrap_since.has_value(); }))
        return entry.heard + kLongestWrap;
    return entry.heard + (call.end_uncertain || call.end_inferred ? limits.remember_doubt : limits.remember);
}

void Calls::State::expire(Instant now, CallRecords& records) {
    closed.clear();
    for (CallEntry* entry = table.first_due(); entry != nullptr && *entry->due <= now; entry = table.first_due()) {
        Call& call = entry->call;
        if (call.ended()) {
            forget(*entry, now, records);
        } else if (call.end_due && *call.end_due <= now) {
            const Instant due = *call.end_due;
            const auto cleared = [](const Part& part) { return part.cleared_at.has_value(); };
            call.end_inferred = !call.customer_gone && std::ranges::none_of(call.parts, cleared);
            call.end_uncertain |= call.end_doubtful;
            counters.uncertain += call.end_doubtful ? 1 : 0;
            finish(call, *call.end_at);
            touch(*entry, due, records);
        } else if (entry->wait_ucid) {
            entry->wait_ucid.reset();
            touch(*entry, *entry->due, records);
        } else {
            end_in_doubt(*entry, entry->heard, now, records);
        }
    }
    make_room(records);
}

// Its last record says that no later run needs it.
void Calls::State::forget(CallEntry& entry, Instant now, CallRecords& records) {
    if (is_open(entry.call)) {
        for (Leg& leg : entry.call.legs)
            leg.wrap_since.reset();
        entry.call.forgotten = true;
        emit(entry, now, records);
    }
    table.erase(entry);
}

void Calls::State::end_in_doubt(CallEntry& entry, Instant ended, Instant now, CallRecords& records) {
    ++counters.uncertain;
    entry.call.end_uncertain = true;
    finish(entry.call, ended);
    touch(entry, now, records);
}

// The next one due is the one of which nothing was heard for the longest time, or that has ended.
void Calls::State::make_room(CallRecords& records) {
    while (table.size() > limits.calls) {
        CallEntry* entry = table.first_due();
        if (entry == nullptr) return;
        if (!entry->call.ended()) {
            ++counters.gave_way;
            entry->call.gave_way = true;
            entry->call.forgotten = true;
            end_in_doubt(*entry, entry->heard, entry->heard, records);
        }
        forget(*entry, entry->heard, records);
    }
}

}  // namespace tandem::avaya_dmcc
