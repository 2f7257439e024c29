// What a conversation comes to: one call of the group that the customer is in, with the stays of all.
#include "connectors/avaya_records/text.hpp"
#include "connectors/avaya_smdr/book.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

namespace tandem::avaya_smdr {

using avaya_records::Call;
using avaya_records::Leg;
using avaya_records::Seconds;
using avaya_records::Transfer;

namespace {

const Party* party_of(const Record& record, PartyKind kind) {
    if (record.party1.kind == kind) return &record.party1;
    return record.party2.kind == kind ? &record.party2 : nullptr;
}

// The group whose call this is: with the world before one inside, inbound before outbound, the earliest.
const Group& main_of(const Conversation& conversation) {
    const auto order = [](const Group& one) {
        return std::tuple(!one.outside(), !one.segments.front().record.inbound, one.started, one.call_id);
    };
    return *std::ranges::min_element(conversation.groups, {}, order);
}

// Whose stay it is: of two stations the called one.
void place_leg(const Record& record, bool consultation, Leg& leg) {
    const Party* station = party_of(record, PartyKind::Extension);
    const Party* line = party_of(record, PartyKind::Line);
    const Party* mailbox = party_of(record, PartyKind::Voicemail);
    const Party* conference = party_of(record, PartyKind::Conference);
    const auto peer = [&](const Party& one) {
        leg.peer = one.number;
        leg.peer_name = one.name;
    };
    if (mailbox != nullptr) {
        leg.role = "voicemail";
        leg.name = mailbox->name;
        if (station != nullptr) peer(*station);
    } else if (station != nullptr) {
        const bool both = record.party2.kind == PartyKind::Extension && station == &record.party1;
        if (both) {
            peer(*station);
            station = &record.party2;
        }
        leg.role = consultation ? "consult" : "agent";
        leg.station = station->number;
        leg.name = station->name;
    } else {
        leg.role = conference != nullptr ? "conference" : line != nullptr ? "line" : "other";
        leg.name = record.party1.name;
    }
    if (line != nullptr) leg.facts.emplace_back("line", line->name.empty() ? line->device : line->name);
    if (conference != nullptr) leg.facts.emplace_back("conference", conference->number);
}

Leg leg_of(const Group& group, const Segment& segment, bool consultation) {
    const Record& record = segment.record;
    Leg leg{.call_id = group.call_id};
    place_leg(record, consultation, leg);
    leg.started_at = segment.started;
    leg.ended_at = segment.ended;
    if (record.answered()) leg.answered_at = segment.answered;
    leg.ring = record.ring;
    leg.talk = record.connected;
    if (record.hold.count() > 0) leg.hold = record.hold;
    if (record.park.count() > 0) leg.park = record.park;
    if (!record.targeting_why.empty())
        leg.facts.emplace_back("targeting", record.targeting_who + " " + record.targeting_why);
    leg.facts.emplace_back("targeter", record.targeter);
    leg.facts.emplace_back("targeted_number", record.targeted_number);
    leg.facts.emplace_back("caller_unique_id", record.caller_unique_id);
    leg.facts.emplace_back("called_unique_id", record.called_unique_id);
    return leg;
}

bool is_between(const Leg& leg, const Leg& from, const Leg& to) {
    return leg.role == "consult" && ((leg.peer == from.station && leg.station == to.station) ||
                                     (leg.peer == to.station && leg.station == from.station));
}

std::vector<Transfer> transfers_of(const std::vector<Leg>& legs, const std::string& call_id) {
    std::vector<Transfer> out;
    const Leg* before = nullptr;
    for (const Leg& leg : legs) {
        if (leg.call_id != call_id || leg.role != "agent" || !leg.answered_at) continue;
        if (before != nullptr && before->station != leg.station) {
            const bool consulted =
                std::ranges::any_of(legs, [&](const Leg& one) { return is_between(one, *before, leg); });
            out.push_back({.at = leg.started_at,
                           .kind = before->park ? "park"
                                   : consulted  ? "consult"
                                                : "blind",
                           .from = before->station,
                           .to = leg.station});
        }
        before = &leg;
    }
    return out;
}

// How it ended for the one who called.
void judge(const Group& main, Call& call) {
    const auto answered = [](const Segment& one) { return one.record.answered(); };
    const auto by_somebody = [&](const Segment& one) {
        return answered(one) && party_of(one.record, PartyKind::Voicemail) == nullptr;
    };
    if (std::ranges::any_of(main.segments, by_somebody)) {
        call.outcome = "answered";
        call.end_reason = "completed";
    } else if (std::ranges::any_of(main.segments, answered)) {
        call.outcome = "voicemail";
        call.end_reason = "voicemail_left";
    } else if (call.direction == "inbound") {
        call.outcome = "abandoned";
        call.end_reason = "abandoned_ringing";
    } else {
        call.outcome = "no_answer";
        call.end_reason = "no_answer";
    }
    if (call.state != "closed") call.end_reason.clear();
}

void add_sides(const Group& main, bool mask_account, Call& call) {
    const Record& first = main.segments.front().record;
    // I with "internal" is a transfer's continuation (vendors/avaya.md 4.3).
    call.direction = first.inbound ? "inbound" : first.outside() ? "outbound" : "internal";
    call.ani = first.caller;
    call.ani_host = first.caller_host;
    call.called = first.called;
    call.dnis = first.inbound && !first.dialled.empty() ? first.dialled : first.called;
    for (const Segment& one : main.segments) {
        if (!one.record.account.empty()) call.account = one.record.account;
        if (one.record.authorized) call.auth_code = avaya_records::kMasked;
        const Party* line = party_of(one.record, PartyKind::Line);
        if (line != nullptr && call.trunk.empty()) call.trunk = line->number;
    }
    if (mask_account && !call.account.empty()) call.account = avaya_records::kMasked;
}

void add_sums(const Group& main, Call& call) {
    Seconds ring{0}, talk{0}, hold{0}, park{0};
    for (const Segment& one : main.segments) {
        ring += one.record.ring;
        talk += one.record.connected;
        hold += one.record.hold;
        park += one.record.park;
        if (one.record.answered() && !call.answered_at) call.answered_at = one.answered;
    }
    call.ring = ring;
    call.talk = talk;
    call.hold = hold;
    if (park.count() > 0) call.park = park;
    const Record& last = main.segments.back().record;
    call.facts = {{"charge", last.charge},
                  {"currency", last.currency},
                  {"units", last.units},
                  {"user_charged", last.user_charged},
                  {"caller_server", last.caller_server},
                  {"called_server", last.called_server}};
}

}  // namespace

std::string id_of(const Group& group) {
    std::string at = avaya_records::format_local(group.started_local);
    std::erase_if(at, [](char c) { return c == '-' || c == ':'; });
    return group.call_id + "@" + at;
}

Call tell(const Conversation& conversation, const BookOptions& options) {
    const Group& main = main_of(conversation);
    Call call;
    call.id = conversation.id.empty() ? id_of(main) : conversation.id;
    call.revision = conversation.revision();
    call.records = conversation.records();
    call.incomplete = conversation.given_up;
    call.state = conversation.finished() || conversation.given_up ? "closed" : "active";
    call.started_at = main.started;
    call.started_local = avaya_records::format_local(main.started_local);
    call.precision = main.segments.front().record.precision;
    call.uncertain = main.uncertain;
    call.ended_at = main.ended();
    add_sides(main, options.mask_account, call);
    add_sums(main, call);
    judge(main, call);
    Seconds consult{0};
    for (const Group& group : conversation.groups) {
        const bool consultation = &group != &main && !group.outside();
        if (const std::string id = id_of(group); id != call.id) call.aliases.push_back(id);
        call.call_ids.push_back(group.call_id);
        call.ended_at = std::max(call.ended_at, group.ended());
        for (const Segment& one : group.segments) {
            call.legs.push_back(leg_of(group, one, consultation));
            if (consultation) consult += one.record.connected;
        }
    }
    if (consult.count() > 0) call.consult = consult;
    std::ranges::sort(call.aliases);
    std::ranges::sort(call.call_ids);
    avaya_records::sort(call.legs);
    call.transfers = transfers_of(call.legs, main.call_id);
    return call;
}

}  // namespace tandem::avaya_smdr
