// What the records of one call come to.
#include "connectors/avaya_cdr/book.hpp"
#include "connectors/avaya_records/text.hpp"

#include <algorithm>

namespace tandem::avaya_cdr {

using avaya_records::Call;
using avaya_records::Leg;
using avaya_records::Seconds;

namespace {

// The record that says who spoke with whom: the first of the call itself.
const Part& main_of(const Gathered& gathered) {
    const auto order = [](const Part& one) { return std::pair(tells_of_ringing(one.record), one.started()); };
    return *std::ranges::min_element(gathered.parts, {}, order);
}

std::string_view to_string(Way way) {
    switch (way) {
        case Way::Inbound:
            return "inbound";
        case Way::Outbound:
            return "outbound";
        case Way::Internal:
            return "internal";
        case Way::Unknown:
            return "unknown";
    }
    return "unknown";
}

const Trunk& trunk_of(const Record& record) {
    return record.in.empty() ? record.out : record.in;
}

// With several trunks in one call, a conference or a call that was sent out again, each has records of its own that run
// at the same time: those of the customer's trunk count.
void add_sums(const Gathered& gathered, const Trunk& trunk, Call& call) {
    for (const Part& one : gathered.parts) {
        if (!one.record.duration) continue;
        const Seconds lasted = *one.record.duration;
        if (tells_of_ringing(one.record)) {
            call.ring = std::max(call.ring.value_or(Seconds(0)), lasted);
        } else if (trunk_of(one.record) == trunk || trunk.empty()) {
            call.talk = call.talk.value_or(Seconds(0)) + lasted;
        }
    }
}

bool has(const Gathered& gathered, std::string_view conditions) {
    return std::ranges::any_of(gathered.parts, [&](const Part& one) {
        return conditions.find(one.record.condition) != std::string_view::npos;
    });
}

void judge(const Gathered& gathered, Call& call) {
    const bool spoken = call.talk.value_or(Seconds(0)).count() > 0;
    const bool unknown = std::ranges::any_of(gathered.parts, [](const Part& one) { return !one.record.duration; });
    const auto ends = [&](std::string_view outcome, std::string_view reason) {
        call.outcome = outcome;
        call.end_reason = reason;
    };
    if (spoken || has(gathered, "G") || unknown) {
        ends("answered", "completed");
    } else if (has(gathered, "I")) {
        ends("busy", "busy");
    } else if (has(gathered, "H")) {
        ends("abandoned", "abandoned_ringing");
    } else if (has(gathered, "E")) {
        ends("failed", "congestion");
    } else if (has(gathered, "F")) {
        ends("failed", "rejected");
    } else {
        ends("no_answer", "no_answer");
    }
    if (call.state != "closed") call.end_reason.clear();
}

Leg leg_of(const Part& part) {
    const Record& record = part.record;
    const bool outbound = way_of(record) == Way::Outbound;
    Leg leg{.role = tells_of_ringing(record) ? "ringing" : "agent"};
    // A VDN is nobody: who answered there is not in the record.
    if (!outbound && !record.vdn.empty() && record.dialed == record.vdn) leg.role = "other";
    if (leg.role != "other") leg.station = outbound ? record.calling : record.dialed;
    if (way_of(record) == Way::Internal) leg.peer = record.calling;
    leg.started_at = part.started();
    leg.ended_at = part.ended();
    if (tells_of_ringing(record)) {
        leg.ring = record.duration;
    } else {
        leg.talk = record.duration;
        if (record.duration.value_or(Seconds(0)).count() > 0) leg.answered_at = part.started();
    }
    leg.facts = {{"condition", std::string(1, record.condition)},
                 {"trunk", trunk_of(record).text()},
                 {"feature_flag", record.feature_flag},
                 {"frl", record.frl}};
    return leg;
}

void add_sides(const Gathered& gathered, const Record& main, bool mask_account, Call& call) {
    const Way way = way_of(main);
    call.direction = to_string(way);
    call.ani = main.calling;
    call.called = main.dialed;
    call.dnis = main.dialed;
    call.vdn = main.vdn;
    call.trunk = trunk_of(main).text();
    for (const Part& one : gathered.parts) {
        if (!one.record.account.empty()) call.account = one.record.account;
        if (one.record.authorized) call.auth_code = avaya_records::kMasked;
    }
    if (mask_account && !call.account.empty()) call.account = avaya_records::kMasked;
    // An incoming call that leaves by another trunk.
    if (way == Way::Inbound && !main.out.empty()) call.facts.emplace_back("tandem_trunk", main.out.text());
}

}  // namespace

Call tell(const Gathered& gathered, const BookOptions& options) {
    const Part& main = main_of(gathered);
    Call call;
    call.id = gathered.id;
    call.ucid = main.record.ucid;
    call.revision = gathered.revision();
    call.records = gathered.parts.size();
    call.incomplete = gathered.given_up;
    call.state = gathered.finished() || gathered.given_up ? "closed" : "active";
    call.precision = std::chrono::minutes(1);
    call.started_at = main.started();
    call.ended_at = main.ended();
    LocalTime local_end = main.end.local;
    for (const Part& one : gathered.parts) {
        call.started_at = std::min(call.started_at, one.started());
        call.ended_at = std::max(call.ended_at, one.ended());
        local_end = std::max(local_end, one.end.local);
        call.uncertain = call.uncertain || one.end.moment.uncertain;
        call.legs.push_back(leg_of(one));
        if (call.legs.back().answered_at)
            call.answered_at = std::min(call.answered_at.value_or(one.started()), one.started());
    }
    avaya_records::sort(call.legs);
    add_sides(gathered, main.record, options.mask_account, call);
    call.facts.emplace_back("ended_local", avaya_records::format_local(local_end));
    call.facts.emplace_back("condition", std::string(1, main.record.condition));
    add_sums(gathered, trunk_of(main.record), call);
    judge(gathered, call);
    return call;
}

}  // namespace tandem::avaya_cdr
