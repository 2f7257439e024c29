#include "connectors/avaya_dmcc/call_legs.hpp"

#include <algorithm>
#include <chrono>

namespace tandem::avaya_dmcc {
namespace {

Millis between(Instant from, Instant to) {
    return to > from ? std::chrono::duration_cast<Millis>(to - from) : Millis(0);
}

// The last one of that party, told again by another monitor.
bool is_copy(const Call& call, Instant at, std::string_view type, std::string_view party) {
    for (auto moment = call.timeline.rbegin(); moment != call.timeline.rend(); ++moment) {
        if (moment->at && at - *moment->at > kSameMoment) return false;
        if (moment->party == party) return moment->type == type;
    }
    return false;
}

Millis* sum_of(Durations& durations, Phase phase) {
    switch (phase) {
        case Phase::Menu:
            return &durations.menu;
        case Phase::Queue:
            return &durations.queue;
        case Phase::Ring:
            return &durations.ring;
        case Phase::Talk:
            return &durations.talk;
        case Phase::Hold:
            return &durations.hold;
        case Phase::None:
            break;
    }
    return nullptr;
}

bool waits(const QueueVisit& visit) {
    return !visit.left_at;
}

}  // namespace

void note(Call& call, Instant at, std::string_view type, std::string_view party, std::string_view cause) {
    if (is_copy(call, at, type, party)) return;
    if (call.timeline.size() >= kMaxMoments) {
        ++call.timeline_omitted;
        return;
    }
    call.timeline.push_back(
        {.at = at, .type = std::string(type), .party = std::string(party), .cause = std::string(cause)});
}

Leg* find_leg(Call& call, std::string_view station, std::string_view id) {
    for (Leg& leg : call.legs)
        if (leg.open() && (leg.station == station || (!leg.device.empty() && leg.device == station)) &&
            (id.empty() || leg.call == id))
            return &leg;
    return nullptr;
}

Leg* open_leg(Call& call, std::string_view station, const Part& part, Instant at) {
    if (Leg* leg = find_leg(call, station, part.call)) return leg;
    if (call.legs.size() >= kMaxLegs) return nullptr;
    Leg leg;
    leg.station = station;
    leg.call = part.call;
    leg.consulting = part.consult;
    if (call.in_gap()) leg.start_uncertain = true;
    if (!part.consult) leave_queues(call, at);
    return &call.legs.emplace_back(std::move(leg));
}

bool ended_just_now(const Call& call, std::string_view station, std::string_view id, Instant at) {
    return std::ranges::any_of(call.legs, [&](const Leg& leg) {
        return leg.station == station && leg.call == id && leg.ended_at && at - *leg.ended_at <= kSameMoment;
    });
}

void answer(Leg& leg, Instant at) {
    if (leg.talks() || !leg.open()) return;
    leg.state = LegState::Connected;
    if (!leg.answered_at) leg.answered_at = at;
    if (!leg.consulting && !leg.customer_from) leg.customer_from = at;
}

void hold(Leg& leg, Instant at) {
    if (leg.state == LegState::Held || !leg.open()) return;
    leg.state = LegState::Held;
    if (!leg.consulting) leg.held_since = at;
}

void retrieve(Leg& leg, Instant at) {
    if (leg.state != LegState::Held) return;
    leg.state = LegState::Connected;
    if (leg.held_since) leg.hold += between(*leg.held_since, at);
    leg.held_since.reset();
}

void close(Leg& leg, Instant at, Outcome outcome) {
    if (!leg.open()) return;
    retrieve(leg, at);
    if (leg.consulting && leg.answered_at) leg.consult += between(*leg.answered_at, at);
    if (leg.customer_from && counts(leg)) {
        const Millis with_customer = between(*leg.customer_from, at);
        leg.talk = std::max(Millis(0), with_customer - leg.hold);
    }
    leg.state = LegState::Ended;
    leg.ended_at = at;
    leg.outcome = outcome;
}

void put_through(Leg& leg, Instant at) {
    if (!leg.consulting) return;
    leg.consulting = false;
    if (!leg.talks()) return;
    if (leg.answered_at) leg.consult += between(*leg.answered_at, at);
    leg.customer_from = at;
    if (leg.state == LegState::Held) leg.held_since = at;
}

Outcome outcome_of(const Leg& leg) {
    if (!counts(leg)) return Outcome::None;
    const bool talked = leg.talks() || leg.answered_at;
    if (!talked && leg.start_uncertain && !leg.alerted_at) return Outcome::Unknown;
    if (!talked) return leg.state == LegState::Dialing ? Outcome::None : Outcome::Missed;
    if (leg.consulting) return Outcome::Consulted;
    return leg.joined ? Outcome::Conferenced : Outcome::Answered;
}

bool counts(const Leg& leg) {
    return leg.role == Role::Agent || leg.role == Role::External;
}

std::size_t open_legs(const Call& call) {
    return static_cast<std::size_t>(
        std::ranges::count_if(call.legs, [](const Leg& leg) { return leg.open() && counts(leg); }));
}

void enter_queue(Call& call, std::string_view number, Instant at, std::optional<std::uint32_t> in_front) {
    if (std::ranges::any_of(call.queues, [&](const QueueVisit& v) { return waits(v) && v.number == number; })) return;
    call.in_menu = false;
    if (!call.queued_at) call.queued_at = at;
    if (call.queues.size() >= kMaxQueues) return;
    call.queues.push_back(
        {.number = std::string(number), .entered_at = at, .left_at = std::nullopt, .position = in_front});
}

void visited_queue(Call& call, std::string_view number, Instant at) {
    if (call.queues.size() >= kMaxQueues ||
        std::ranges::find(call.queues, number, &QueueVisit::number) != call.queues.end())
        return;
    call.queues.push_back(
        {.number = std::string(number), .entered_at = std::nullopt, .left_at = at, .position = std::nullopt});
}

void leave_queues(Call& call, Instant at, std::string_view number) {
    call.in_menu = false;
    for (QueueVisit& visit : call.queues)
        if (waits(visit) && (number.empty() || visit.number == number)) visit.left_at = at;
}

Phase phase_of(const Call& call) {
    if (call.ended() || call.customer_gone) return Phase::None;
    bool talks = false;
    bool holds = false;
    bool rings = call.far_alerting && !call.answered_at;
    for (const Leg& leg : call.legs) {
        if (!leg.open() || !counts(leg) || leg.consulting) continue;
        talks |= leg.state == LegState::Connected;
        holds |= leg.state == LegState::Held;
        rings |= leg.state == LegState::Alerting;
    }
    if (talks) return Phase::Talk;
    if (holds) return Phase::Hold;
    if (rings) return Phase::Ring;
    if (std::ranges::any_of(call.queues, waits)) return Phase::Queue;
    return call.in_menu ? Phase::Menu : Phase::None;
}

void settle(Call& call, Instant at) {
    const Phase now = phase_of(call);
    if (now == call.phase) return;
    Millis* sum = sum_of(call.durations, call.phase);
    if (sum != nullptr && call.phase_since) *sum += between(*call.phase_since, at);
    call.phase_before = call.phase;
    call.phase_ended = at;
    call.phase = now;
    call.phase_since = now == Phase::None ? std::nullopt : std::optional(at);
}

Part* find_part(Call& call, std::string_view id) {
    const auto found = std::ranges::find(call.parts, id, &Part::call);
    return found == call.parts.end() ? nullptr : &*found;
}

Part* add_part(Call& call, Part part) {
    if (Part* known = find_part(call, part.call)) return known;
    if (call.parts.size() >= kMaxParts) return nullptr;
    add_unique(call.call_ids, part.call);
    if (!part.ucid.empty()) add_unique(call.ucids, part.ucid);
    return &call.parts.emplace_back(std::move(part));
}

void remove_part(Call& call, std::string_view id) {
    std::erase_if(call.parts, [&](const Part& part) { return part.call == id; });
}

void add_unique(std::vector<std::string>& list, std::string_view text, std::size_t most) {
    if (!text.empty() && list.size() < most && std::ranges::find(list, text) == list.end()) list.emplace_back(text);
}

}  // namespace tandem::avaya_dmcc
