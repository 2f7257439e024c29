#include "connectors/avaya_dmcc/call_merge.hpp"

#include "connectors/avaya_dmcc/call_end.hpp"
#include "connectors/avaya_dmcc/call_events.hpp"
#include "connectors/avaya_dmcc/call_legs.hpp"
#include "connectors/avaya_dmcc/call_parties.hpp"

#include <algorithm>
#include <iterator>

namespace tandem::avaya_dmcc {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

// Of the party in a row of the list: its number, or its connection where it is an outside one.
std::string_view party_of(const ConnectionChange& change) {
    if (!change.now.device.empty()) return change.now.device.number;
    return change.endpoint.is_number() ? std::string_view(change.endpoint.device.number) : std::string_view();
}

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from, std::size_t most) {
    const auto room = to.size() < most ? most - to.size() : 0;
    const auto count = static_cast<std::ptrdiff_t>(std::min(room, from.size()));
    std::move(from.begin(), from.begin() + count, std::back_inserter(to));
}

void merge_timeline(Call& call, Call& other) {
    std::vector<Moment> merged;
    std::ranges::merge(call.timeline, other.timeline, std::back_inserter(merged), {}, &Moment::at, &Moment::at);
    const auto kept = std::min(merged.size(), kMaxMoments);
    call.timeline_omitted += other.timeline_omitted + static_cast<std::uint32_t>(merged.size() - kept);
    merged.resize(kept);
    call.timeline = std::move(merged);
}

// Who turned out to consult the other call takes part in this one with its own leg.
void take_legs(Call& call, Call& other) {
    for (Leg& leg : other.legs) {
        if (call.legs.size() >= kMaxLegs) return;
        const bool consults = leg.state == LegState::Dialing || leg.customer_from == leg.answered_at;
        if (leg.open() && find_leg(call, leg.station) != nullptr) continue;
        if (other.direction == Direction::Internal && leg.open() && consults) {
            leg.consulting = true;
            leg.customer_from.reset();
        }
        call.legs.push_back(std::move(leg));
    }
}

// The calls that went into it are one from now on; everybody in them hears the customer.
void join_parts(Call& call, const CallEvent& event, const std::string& id) {
    const auto old = old_calls(event);
    for (Leg& leg : call.legs) {
        if (!leg.open() || (!contains(old, leg.call) && leg.call != id)) continue;
        leg.call = id;
        put_through(leg, event.at);
    }
    std::erase_if(call.parts, [&](const Part& part) { return part.call != id && contains(old, part.call); });
    Part* part = find_part(call, id);
    if (part == nullptr) part = add_part(call, {.call = id, .ucid = {}, .consult = false, .by = {}, .cleared_at = {}});
    if (part == nullptr) return;
    part->consult = false;
    part->by.clear();
    part->cleared_at.reset();
    if (!event.ucid.empty()) part->ucid = event.ucid;
}

bool is_connected(const ConnectionChange& change, const CallEvent& event) {
    if (change.state != LocalState::None) return change.state == LocalState::Connected;
    return event.local == LocalState::Connected && !event.monitored.empty() && event.monitored == party_of(change);
}

// A party of the list that was not seen before: nobody knows since when.
void add_party(Call& call, const ConnectionChange& change, const Part& part, const CallEvent& event, const Plan& plan) {
    const auto number = party_of(change);
    if (number.empty() || number == subject_of(event) || is_distributor(number, plan)) return;
    if (find_leg(call, number) != nullptr) return;
    if (change.now.device.dynamic || is_outside(number, plan)) {
        // The customer, if it is the only outside party that is known of.
        if (call.customer_device.empty() && call.direction == Direction::Inbound) call.customer_device = number;
        return;
    }
    Leg* leg = open_leg(call, number, part, event.at);
    if (leg == nullptr) return;
    if (plan.recorders.contains(leg->station)) leg->role = Role::Recorder;
    leg->start_uncertain = true;
    if (!is_connected(change, event)) return;
    leg->state = LegState::Connected;
    leg->customer_from = event.at;
}

void note_customer(Call& call, const CallEvent& event) {
    for (const ConnectionChange& change : event.connections) {
        const auto& party = change.now.device;
        const bool known = is_customer(call, change.before.device.number) || is_customer(call, party.number);
        if (party.dynamic && known) call.customer_device = party.number;
    }
}

void add_parties(Call& call, const CallEvent& event, const std::string& id, const Plan& plan) {
    Part* part = find_part(call, id);
    if (part == nullptr) return;
    const Part copy = *part;
    for (const ConnectionChange& change : event.connections)
        add_party(call, change, copy, event, plan);
}

std::string number_of(const Subject& subject) {
    return subject.is_number() ? subject.device.number : std::string();
}

std::string_view kind_of_transfer(const Call& call, const CallEvent& event) {
    const bool two = !event.primary_old.call.empty() && !event.secondary_old.call.empty();
    if (event.cause == "singleStepTransfer" || !two) return "single_step";
    const auto to = number_of(event.target);
    const auto rings = [&](const Leg& leg) { return leg.open() && leg.station == to && !leg.talks(); };
    return std::ranges::any_of(call.legs, rings) ? "blind" : "consult";
}

std::string outside_target(const CallEvent& event, Call& call) {
    for (const ConnectionChange& change : event.connections) {
        const auto party = party_of(change);
        if (!change.now.device.dynamic || is_customer(call, party)) continue;
        const Leg* leg = find_leg(call, party);
        return leg == nullptr ? std::string(party) : leg->station;
    }
    return {};
}

void join_silently(Call& call, const CallEvent& event, const Plan& plan) {
    const auto id = surviving_call(event);
    const Part* part = find_part(call, id.empty() ? event.primary_old.call : id);
    const auto number = number_of(event.target);
    if (part == nullptr || number.empty()) return;
    Leg* leg = open_leg(call, number, *part, event.at);
    if (leg == nullptr || leg->talks()) return;
    leg->role = plan.recorders.contains(number) ? Role::Recorder : Role::Observer;
    leg->state = LegState::Connected;
    leg->customer_from = event.at;
    note(call, event.at, "joined", number, event.cause);
}

}  // namespace

bool is_silent_join(const CallEvent& event, const Plan& plan) {
    if (event.kind != CallEventKind::Conferenced) return false;
    if (event.cause == "silentParticipation" || event.cause == "activeParticipation") return true;
    return event.target.is_number() && plan.recorders.contains(event.target.device.number);
}

std::string surviving_call(const CallEvent& event) {
    if (!event.connections.empty() && !event.connections.front().now.call.empty())
        return event.connections.front().now.call;
    return !event.secondary_old.call.empty() ? event.secondary_old.call : event.primary_old.call;
}

std::vector<std::string> old_calls(const CallEvent& event) {
    std::vector<std::string> ids;
    add_unique(ids, event.primary_old.call);
    add_unique(ids, event.secondary_old.call);
    for (const ConnectionChange& change : event.connections)
        add_unique(ids, change.before.call);
    return ids;
}

bool is_rather_customers(const Call& a, const Call& b) {
    const auto outside = [](const Call& call) { return call.direction != Direction::Internal; };
    if (outside(a) != outside(b)) return outside(a);
    return a.started_at < b.started_at;
}

void absorb(Call& call, Call&& other) {
    if (other.weak_id && other.revision > 0) add_unique(call.other_ids, other.id);
    for (const auto& id : other.other_ids)
        add_unique(call.other_ids, id);
    for (const auto& ucid : other.ucids)
        add_unique(call.ucids, ucid);
    for (const auto& id : other.call_ids)
        add_unique(call.call_ids, id);
    for (Part& part : other.parts) {
        const bool internal = other.direction == Direction::Internal;
        if (Part* added = add_part(call, std::move(part)); added != nullptr && internal) added->consult = true;
    }
    take_legs(call, other);
    append(call.queues, std::move(other.queues), kMaxQueues);
    append(call.transfers, std::move(other.transfers), kMaxChanges);
    append(call.conferences, std::move(other.conferences), kMaxChanges);
    merge_timeline(call, other);
    call.revision = std::max(call.revision, other.revision);
    for (const auto& vdn : other.followers)
        add_unique(call.followers, vdn);
    for (std::string Call::* member : {&Call::trunk, &Call::collected_digits, &Call::uui, &Call::lookahead_vdn})
        if ((call.*member).empty()) call.*member = std::move(other.*member);
}

void apply_transfer(Call& call, const CallEvent& event, const Plan& plan) {
    const auto id = surviving_call(event);
    const std::string from(subject_of(event));
    std::string to = number_of(event.target);
    if (to.empty()) to = outside_target(event, call);
    const bool known = std::ranges::any_of(call.transfers, [&](const Transfer& transfer) {
        return transfer.from == from && transfer.to == to && transfer.at && event.at - *transfer.at < kEndWait;
    });
    if (!known && call.transfers.size() < kMaxChanges)
        call.transfers.push_back(
            {.at = event.at, .kind = std::string(kind_of_transfer(call, event)), .from = from, .to = to});
    note(call, event.at, "transferred", from, event.cause);
    for (Leg& leg : call.legs)
        if (leg.open() && leg.station == from) close(leg, event.at, Outcome::Transferred);
    note_customer(call, event);
    join_parts(call, event, id);
    add_parties(call, event, id, plan);
}

void apply_conference(Call& call, const CallEvent& event, const Plan& plan) {
    if (is_silent_join(event, plan)) return join_silently(call, event, plan);
    const auto id = surviving_call(event);
    const std::string by(subject_of(event));
    const std::string added = number_of(event.target);
    const bool known = std::ranges::any_of(call.conferences, [&](const Conference& conference) {
        return conference.by == by && conference.added == added && conference.at &&
               event.at - *conference.at < kEndWait;
    });
    if (!known && call.conferences.size() < kMaxChanges)
        call.conferences.push_back({.at = event.at, .by = by, .added = added});
    note(call, event.at, "conferenced", by, event.cause);
    note_customer(call, event);
    join_parts(call, event, id);
    add_parties(call, event, id, plan);
    for (Leg& leg : call.legs) {
        if (!leg.open() || leg.call != id) continue;
        if (leg.station == by) retrieve(leg, event.at);
        if (leg.station == added) leg.joined = true;
    }
}

}  // namespace tandem::avaya_dmcc
