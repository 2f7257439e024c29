#include "connectors/avaya_dmcc/call_events.hpp"

#include "connectors/avaya_dmcc/call_end.hpp"
#include "connectors/avaya_dmcc/call_legs.hpp"
#include "connectors/avaya_dmcc/call_parties.hpp"

#include <algorithm>

namespace tandem::avaya_dmcc {
namespace {

// Of a call to outside it is the customer, of a consultation or a diversion another party.
bool is_far_end(const Call& call, const Part& part) {
    return !part.consult && call.direction != Direction::Inbound;
}

Leg* outside_leg(Call& call, const Part& part, const CallEvent& event) {
    const auto subject = subject_of(event);
    if (subject.empty() || is_customer(call, subject)) return nullptr;
    if (Leg* known = find_leg(call, subject, part.call)) return known;
    const bool named = event.called.is_number() && !event.called.device.dynamic;
    const std::string number = named ? event.called.device.number : std::string(subject);
    Leg* leg = open_leg(call, number, part, event.at);
    if (leg == nullptr) return nullptr;
    leg->role = Role::External;
    if (event.connection.device.dynamic) leg->device = event.connection.device.number;
    return leg;
}

void originated(Call& call, Part& part, const CallEvent& event, const Plan& plan) {
    const auto station = subject_of(event);
    if (part.consult) {
        note(call, event.at, "consultation", station, event.cause);
        return;
    }
    take_caller(call, part, event, plan);
    note(call, event.at, "originated", station, event.cause);
}

void network_reached(Call& call, Part& part, const CallEvent& event) {
    if (!is_far_end(call, part)) {
        outside_leg(call, part, event);
    } else if (event.connection.device.dynamic && call.customer_device.empty()) {
        call.customer_device = event.connection.device.number;
    }
    note(call, event.at, "network_reached", subject_of(event), event.cause);
}

void queued(Call& call, Part& part, const CallEvent& event) {
    const auto number = subject_of(event);
    if (!part.consult) enter_queue(call, number, event.at, event.calls_in_front);
    note(call, event.at, "queued", number, event.cause);
}

void arrived(Call& call, const Part& part, const CallEvent& event, const Plan& plan) {
    const auto number = subject_of(event);
    // What came from the VDN came by a hair before this.
    if (!part.consult && call.started_at && event.at - *call.started_at <= kSameMoment) call.start_uncertain = false;
    if (!part.consult && call.entry_vdn.empty() && plan.vdns.contains(std::string(number))) call.entry_vdn = number;
    const bool waits = std::ranges::any_of(call.queues, [](const QueueVisit& v) { return !v.left_at; });
    if (!part.consult && !waits && open_legs(call) == 0) call.in_menu = true;
    note(call, event.at, "arrived", number, event.cause);
}

void far_end_alerts(Call& call, Part& part, const CallEvent& event) {
    if (!is_far_end(call, part)) {
        if (Leg* leg = outside_leg(call, part, event); leg != nullptr && !leg->alerted_at) leg->alerted_at = event.at;
        note(call, event.at, "alerting", subject_of(event), event.cause);
        return;
    }
    if (event.connection.device.dynamic && call.customer_device.empty())
        call.customer_device = event.connection.device.number;
    call.far_alerting = true;
    if (!call.alerted_at) call.alerted_at = event.at;
    note(call, event.at, "alerting", call.dnis, event.cause);
}

void set_role(Leg& leg, const Plan& plan) {
    if (leg.role == Role::Agent && plan.recorders.contains(leg.station)) leg.role = Role::Recorder;
}

void delivered(Call& call, Part& part, const CallEvent& event, const Plan& plan) {
    const auto number = subject_of(event);
    if (is_distributor(number, plan) || event.extra.distributing_vdn.number == number)
        return arrived(call, part, event, plan);
    take_caller(call, part, event, plan);
    if (event.connection.device.dynamic || number.empty() || is_outside(number, plan))
        return far_end_alerts(call, part, event);
    Leg* leg = open_leg(call, number, part, event.at);
    if (leg == nullptr || leg->talks()) return;
    set_role(*leg, plan);
    if (!leg->alerted_at) {
        leg->alerted_at = event.at;
        leg->start_uncertain = false;
    }
    if (!part.consult && !call.alerted_at) call.alerted_at = event.at;
    note(call, event.at, "alerting", number, event.cause);
}

void far_end_answers(Call& call, Part& part, const CallEvent& event) {
    const bool far_end = is_far_end(call, part);
    if (!far_end) {
        if (Leg* leg = outside_leg(call, part, event)) answer(*leg, event.at);
    } else {
        if (event.connection.device.dynamic) call.customer_device = event.connection.device.number;
        if (!call.answered_at) call.answered_at = event.at;
        for (Leg& leg : call.legs)
            if (leg.call == part.call && leg.state == LegState::Dialing) answer(leg, event.at);
    }
    note(call, event.at, "answered", far_end ? std::string_view(call.dnis) : subject_of(event), event.cause);
}

void established(Call& call, Part& part, const CallEvent& event, const Plan& plan) {
    const auto number = subject_of(event);
    if (is_distributor(number, plan)) return;
    take_caller(call, part, event, plan);
    if (event.connection.device.dynamic || number.empty() || is_outside(number, plan))
        return far_end_answers(call, part, event);
    Leg* leg = open_leg(call, number, part, event.at);
    if (leg == nullptr) return;
    set_role(*leg, plan);
    // Who answers after the transfer rang when it took place.
    if (!leg->talks() && !call.transfers.empty() && call.transfers.back().kind == "consult" &&
        call.transfers.back().to == number)
        call.transfers.back().kind = "blind";
    answer(*leg, event.at);
    for (Leg& other : call.legs)
        if (other.call == part.call && other.state == LegState::Dialing) answer(other, event.at);
    if (!part.consult && !call.answered_at && counts(*leg)) call.answered_at = event.at;
    note(call, event.at, "answered", number, event.cause);
}

// A leg that was not seen before its hold: it talked, nobody knows since when.
Leg* talking_leg(Call& call, Part& part, const CallEvent& event, const Plan& plan) {
    const auto number = subject_of(event);
    if (Leg* leg = find_leg(call, number, part.call)) return leg;
    if (number.empty() || part.by == number || is_outside(number, plan) || is_distributor(number, plan)) return nullptr;
    Leg* leg = open_leg(call, number, part, event.at);
    if (leg == nullptr) return nullptr;
    set_role(*leg, plan);
    leg->start_uncertain = true;
    leg->state = LegState::Connected;
    if (!part.consult) leg->customer_from = event.at;
    return leg;
}

void held(Call& call, Part& part, const CallEvent& event, const Plan& plan) {
    Leg* leg = talking_leg(call, part, event, plan);
    if (leg == nullptr) return;
    hold(*leg, event.at);
    note(call, event.at, "held", leg->station, event.cause);
}

void retrieved(Call& call, Part& part, const CallEvent& event, const Plan& plan) {
    Leg* leg = talking_leg(call, part, event, plan);
    if (leg == nullptr) return;
    retrieve(*leg, event.at);
    note(call, event.at, "retrieved", leg->station, event.cause);
}

void diverted(Call& call, Part& part, const CallEvent& event, const Plan& plan) {
    const auto number = subject_of(event);
    if (is_distributor(number, plan)) {
        if (!part.consult) leave_queues(call, event.at, number);
        return;
    }
    if (number.empty() || is_outside(number, plan)) return;
    if (ended_just_now(call, number, part.call, event.at)) return;
    Leg* leg = open_leg(call, number, part, event.at);
    if (leg == nullptr || leg->talks()) return;
    close(*leg, event.at, Outcome::Missed);
    note(call, event.at, "diverted", number, event.cause);
    consider_end(call, event.at, event.cause, kDivertWait);
}

// The caller hears a tone until it hangs up, which may not be told.
void fails_for_good(Call& call, const Part& part, const CallEvent& event) {
    if (part.consult || call.direction == Direction::Inbound) return;
    call.failure = event.cause;
    const auto goes_on = [](const Leg& leg) { return leg.open() && leg.state != LegState::Dialing; };
    if (!call.answered_at && !call.followed() && std::ranges::none_of(call.legs, goes_on))
        end_later(call, event.at + kToneWait, event.at, event.cause);
}

void failed(Call& call, Part& part, const CallEvent& event, const Plan& plan) {
    const auto number = subject_of(event);
    take_caller(call, part, event, plan);
    note(call, event.at, "failed", number, event.cause);
    const bool station = !number.empty() && !is_outside(number, plan) && !is_distributor(number, plan);
    const Leg* known = find_leg(call, number, part.call);
    const bool callers_own = part.by == number || (known != nullptr && known->state == LegState::Dialing);
    if (station && !callers_own && !ended_just_now(call, number, part.call, event.at)) {
        Leg* leg = open_leg(call, number, part, event.at);
        if (leg != nullptr && !leg->talks())
            close(*leg, event.at, event.cause == "busy" ? Outcome::Busy : Outcome::Failed);
    }
    fails_for_good(call, part, event);
}

// A connection of the call is gone for good.
void drop_party(Call& call, const Part& part, const CallEvent& event, const Plan& plan) {
    const auto& number = event.connection.device.number;
    note(call, event.at, "dropped", number, event.cause);
    if (Leg* leg = find_leg(call, number, part.call)) {
        return close(*leg, event.at, outcome_of(*leg));
    }
    if (part.consult) {
        // Who consults leaves without having put anybody through.
        if (part.by == number)
            for (Leg& leg : call.legs)
                if (leg.call == part.call) close(leg, event.at, outcome_of(leg));
        return;
    }
    if (is_distributor(number, plan)) return leave_queues(call, event.at, number);
    if (event.connection.device.dynamic || is_outside(number, plan)) customer_leaves(call, event.at, event.cause);
}

void connection_cleared(Call& call, Part& part, const CallEvent& event, const Plan& plan) {
    const auto& dropped = event.connection.device;
    // A hold is reported so too (vendors/avaya.md 2.8); a real one names the station that left as the one that
    // released.
    const Leg* leg = find_leg(call, dropped.number, part.call);
    const bool by_other = event.subject.is_number() && event.subject.device.number != dropped.number;
    if (leg != nullptr && leg->role != Role::External && by_other &&
        (leg->state == LegState::Held || event.local == LocalState::Hold))
        return;
    drop_party(call, part, event, plan);
    consider_end(call, event.at, event.cause);
}

void call_cleared(Call& call, Part& part, const CallEvent& event) {
    const std::string id = part.call;
    const bool over = call.customer_gone.has_value() || open_legs(call) == 0;
    if (part.consult || (call.parts.size() > 1 && call.customer_gone)) {
        for (Leg& leg : call.legs)
            if (leg.call == id) close(leg, event.at, outcome_of(leg));
        remove_part(call, id);
        if (call.parts.empty()) return end_later(call, event.at + kEndWait, event.at, event.cause);
        return consider_end(call, event.at, event.cause);
    }
    if (call.end_cause.empty()) call.end_cause = event.cause;
    if (over) return finish(call, call.end_at.value_or(event.at));
    // By a transfer that is told next, or with the last party, of which no drop is told (vendors/avaya.md 2.8).
    part.cleared_at = event.at;
    call.end_due = event.at + kEndWait;
    call.end_at = event.at;
}

void entered_digits(Call& call, const CallEvent& event) {
    if (call.collected_digits.empty()) call.collected_digits = event.digits;
    note(call, event.at, "digits", {}, {});
}

}  // namespace

std::string_view subject_of(const CallEvent& event) {
    if (event.subject.is_number() && event.kind != CallEventKind::ConnectionCleared) return event.subject.device.number;
    return event.connection.device.number;
}

void apply(Call& call, Part& part, const CallEvent& event, const Plan& plan) {
    const bool untouched = call.transfers.empty() && call.conferences.empty();
    if (!part.consult && untouched) take_parties(call, event, plan);
    switch (event.kind) {
        case CallEventKind::ServiceInitiated:
        case CallEventKind::Originated:
            return originated(call, part, event, plan);
        case CallEventKind::NetworkReached:
            return network_reached(call, part, event);
        case CallEventKind::Queued:
            return queued(call, part, event);
        case CallEventKind::Offered:
            if (is_distributor(subject_of(event), plan)) arrived(call, part, event, plan);
            return;
        case CallEventKind::Delivered:
            return delivered(call, part, event, plan);
        case CallEventKind::Established:
        case CallEventKind::Bridged:
            return established(call, part, event, plan);
        case CallEventKind::Held:
            return held(call, part, event, plan);
        case CallEventKind::Retrieved:
            return retrieved(call, part, event, plan);
        case CallEventKind::Diverted:
            return diverted(call, part, event, plan);
        case CallEventKind::Failed:
            return failed(call, part, event, plan);
        case CallEventKind::ConnectionCleared:
            return connection_cleared(call, part, event, plan);
        case CallEventKind::CallCleared:
            return call_cleared(call, part, event);
        case CallEventKind::EnteredDigits:
            return entered_digits(call, event);
        case CallEventKind::CallInformation:
        case CallEventKind::Transferred:
        case CallEventKind::Conferenced:
            return;
    }
}

}  // namespace tandem::avaya_dmcc
