#include "connectors/avaya_dmcc/call_end.hpp"

#include "connectors/avaya_dmcc/call_legs.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::avaya_dmcc {
namespace {

// Causes of FailedEvent and of the end (vendors/avaya.md 2.8); the rest is "failed".
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kFailures = {
    {{"busy", "busy"},
     {"doNotDisturb", "rejected"},
     {"callRejected", "rejected"},
     {"callNotAnswered", "no_answer"},
     {"callCancelled", "canceled"},
     {"trunksBusy", "congestion"},
     {"networkCongestion", "congestion"},
     {"networkNotObtainable", "congestion"},
     {"resourcesNotAvailable", "congestion"},
     {"noAvailableAgents", "congestion"},
     {"destNotObtainable", "unreachable"},
     {"destOutOfOrder", "unreachable"},
     {"incompatibleDestination", "unreachable"}}};

std::string_view word_of(std::string_view cause) {
    const auto* found = std::ranges::find(kFailures, cause, &std::pair<std::string_view, std::string_view>::first);
    return found == kFailures.end() ? "failed" : found->second;
}

std::string_view left_unanswered(const Call& call) {
    switch (call.left_in) {
        case Phase::Ring:
            return call.direction == Direction::Inbound ? "abandoned_ringing" : "no_answer";
        case Phase::Queue:
            return "abandoned_queue";
        case Phase::Menu:
            return "abandoned_ivr";
        case Phase::None:
        case Phase::Talk:
        case Phase::Hold:
            break;
    }
    return call.direction == Direction::Outbound ? "canceled" : "no_answer";
}

bool talked(const Leg& leg) {
    return counts(leg) && leg.customer_from.has_value();
}

std::string_view end_reason_of(const Call& call) {
    if (call.end_uncertain) return "unknown";
    if (call.answered_at || std::ranges::any_of(call.legs, talked)) return "completed";
    if (!call.failure.empty()) return word_of(call.failure);
    return left_unanswered(call);
}

// Where the customer was; the agent's leg may have been told to end just before.
Phase last_phase(const Call& call, Instant at) {
    if (call.phase != Phase::None) return call.phase;
    const bool just_now = call.phase_ended && at - *call.phase_ended <= std::chrono::seconds(1);
    return just_now ? call.phase_before : Phase::None;
}

bool waits(const Call& call) {
    return call.in_menu || std::ranges::any_of(call.queues, [](const QueueVisit& v) { return !v.left_at; });
}

bool consults(const Call& call) {
    return std::ranges::any_of(call.legs, [](const Leg& leg) { return leg.open() && leg.consulting; });
}

}  // namespace

void customer_leaves(Call& call, Instant at, std::string_view cause) {
    if (call.customer_gone) return;
    settle(call, at);
    call.left_in = last_phase(call, at);
    call.customer_gone = at;
    if (!cause.empty()) call.end_cause = cause;
    for (Leg& leg : call.legs)
        if (!leg.consulting && leg.open() && !leg.talks() && counts(leg)) close(leg, at, outcome_of(leg));
    leave_queues(call, at);
    settle(call, at);
}

void consider_end(Call& call, Instant at, std::string_view cause, std::chrono::seconds wait) {
    if (call.ended()) return;
    const auto open = open_legs(call);
    if (call.customer_gone) {
        if (open == 0) return finish(call, at);
        // Of the last party no drop is told (vendors/avaya.md 2.8).
        if (open == 1 && !consults(call)) end_later(call, at + wait, at, cause);
        return;
    }
    if (waits(call) || call.followed()) return;
    // Of a call within the switch the last party has nobody to talk to, and no drop is told of it either.
    const bool alone = open == 1 && call.direction == Direction::Internal && !consults(call);
    if (open == 0 || alone) end_later(call, at + wait, at, cause);
}

void follow(Call& call, std::string_view vdn) {
    const bool first = !call.followed();
    add_unique(call.followers, vdn);
    const auto cleared = [](const Part& part) { return part.cleared_at.has_value(); };
    // It may have been thought to end because nobody would tell.
    if (first && call.followed() && !call.customer_gone && std::ranges::none_of(call.parts, cleared)) goes_on(call);
}

void unfollow(Call& call, std::string_view vdn) {
    std::erase_if(call.followers, [&](const std::string& one) { return vdn.empty() || one == vdn; });
}

void finish(Call& call, Instant at) {
    if (call.ended()) return;
    if (!call.customer_gone) {
        settle(call, at);
        call.left_in = call.phase;
    }
    for (Leg& leg : call.legs) {
        if (!leg.open()) continue;
        leg.end_uncertain |= call.end_uncertain;
        close(leg, at, call.end_uncertain && !leg.talks() ? Outcome::Unknown : outcome_of(leg));
    }
    leave_queues(call, at);
    call.ended_at = call.customer_gone.value_or(at);
    call.end_reason = end_reason_of(call);
    settle(call, at);
    call.end_due.reset();
    call.end_at.reset();
    note(call, *call.ended_at, "ended", {}, call.end_cause);
}

void reopen(Call& call) {
    call.ended_at.reset();
    call.end_reason.clear();
    call.end_cause.clear();
    call.end_uncertain = false;
    call.end_inferred = false;
    call.end_doubtful = false;
    call.customer_gone.reset();
    call.left_in = Phase::None;
    std::erase_if(call.timeline, [](const Moment& moment) { return moment.type == "ended"; });
}

void end_later(Call& call, Instant due, Instant end, std::string_view cause) {
    call.end_due = due;
    call.end_at = end;
    if (call.end_cause.empty()) call.end_cause = cause;
}

void goes_on(Call& call) {
    if (!call.end_due) return;
    call.end_due.reset();
    call.end_at.reset();
    call.end_doubtful = false;
    if (!call.customer_gone) call.end_cause.clear();
}

}  // namespace tandem::avaya_dmcc
