#include "connectors/avaya_smdr/group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace tandem::avaya_smdr {

using namespace std::chrono_literals;

namespace {

constexpr auto kSlack = 2s;  // times are rounded up to the second
constexpr auto kOpen = 60s;  // how long after its last record an unfinished call is taken to go on
constexpr auto kTwins = 5s;  // twins ring together

bool overlap(Instant from_a, Instant to_a, Instant from_b, Instant to_b, std::chrono::seconds slack) {
    return from_a <= to_b + slack && from_b <= to_a + slack;
}

Instant open_until(const Group& group) {
    return group.finished ? group.ended() : group.ended() + kOpen;
}

// Times of records without seconds are the beginning of their minute.
std::chrono::seconds slack_of(const Group& a, const Group& b) {
    return kSlack + std::max(a.segments.front().record.precision, b.segments.front().record.precision) - 1s;
}

bool overlap(const Group& a, const Group& b) {
    return overlap(a.started, open_until(a), b.started, open_until(b), slack_of(a, b));
}

bool is(const Party& party, std::string_view number_or_name) {
    return party.kind == PartyKind::Extension && !number_or_name.empty() &&
           (party.number == number_or_name || party.name == number_or_name);
}

bool has(const Record& record, std::string_view number_or_name) {
    return is(record.party1, number_or_name) || is(record.party2, number_or_name);
}

bool was_held(const Group& group) {
    return std::ranges::any_of(group.segments, [](const Segment& one) { return one.record.hold > 0s; });
}

bool held_by(const Group& group, std::string_view extension, const Group& meanwhile) {
    return std::ranges::any_of(group.segments, [&](const Segment& one) {
        return (one.record.hold > 0s || one.record.park > 0s) && has(one.record, extension) &&
               overlap(one.started, one.ended, meanwhile.started, meanwhile.ended(), slack_of(group, meanwhile));
    });
}

bool meets_again(const Group& a, const Record& targeted) {
    return a.has(targeted.caller) || a.has(targeted.party1.number) || a.has(targeted.party2.number);
}

// A record names who sent the call on, and why; `from` may be the call that was sent on.
bool sent_on(const Record& targeted, const Group& own, const Group& from) {
    const std::string_view why = targeted.targeting_why;
    if (targeted.targeter.empty() || why.empty()) return false;
    const bool took_part = from.has(targeted.targeter);
    if (why == "XfP" || why == "Xfd") return took_part && meets_again(from, targeted);
    if (why == "CfP" || why == "Cfd") return took_part && was_held(from);
    if (why == "MT" || why == "TW") return took_part && std::chrono::abs(own.started - from.started) <= kTwins;
    if (why == "fb" || why == "fu" || why == "fnr" || why == "fdnd") {
        const Record& first = from.segments.front().record;
        return (took_part || first.called == targeted.targeter) && !first.caller.empty() &&
               first.caller == targeted.caller;
    }
    return false;
}

bool sent_on(const Group& own, const Group& from) {
    return std::ranges::any_of(own.segments, [&](const Segment& one) { return sent_on(one.record, own, from); });
}

// Somebody who held the call asked somebody inside, who then took it.
bool consulted(const Group& inside, const Group& call) {
    const Record& first = inside.segments.front().record;
    if (inside.outside() || first.party1.kind != PartyKind::Extension || first.party2.kind != PartyKind::Extension)
        return false;
    const std::string& asking = first.party1.number;
    const std::string& asked = first.party2.number;
    return call.has(asking) && call.has(asked) && (held_by(call, asking, inside) || held_by(call, asked, inside));
}

bool confer(const Group& a, const Group& b) {
    const auto conference = [](const Record& record) -> std::string_view {
        for (const Party* party : {&record.party1, &record.party2}) {
            if (party->kind == PartyKind::Conference) return party->number;
        }
        return {};
    };
    for (const Segment& one : a.segments) {
        const std::string_view number = conference(one.record);
        for (const Segment& other : b.segments) {
            if (!number.empty() && number == conference(other.record) &&
                overlap(one.started, one.ended, other.started, other.ended, slack_of(a, b)))
                return true;
        }
    }
    return false;
}

// A call that was put forward for a conference goes on under another Call ID, with the same two ends.
bool goes_on_in_conference(const Group& before, const Group& after) {
    if (before.finished) return false;
    const auto put_forward = [](const Segment& one) {
        return one.record.targeting_why == "CfP" || one.record.targeting_why == "Cfd";
    };
    const Record& from = before.segments.front().record;
    const Record& to = after.segments.front().record;
    return std::ranges::any_of(before.segments, put_forward) && !from.caller.empty() && from.caller == to.caller &&
           !from.called.empty() && from.called == to.called &&
           (to.party1.kind == PartyKind::Conference || to.party2.kind == PartyKind::Conference);
}

// Of a clock that is plainly another one nothing is taken.
bool is_credible(Instant written, const Group& group) {
    constexpr auto kLongest = std::chrono::hours(48);
    return written + kTwins >= group.started && written <= group.started + kLongest;
}

void place(Group& group) {
    Instant before = group.started;
    for (Segment& one : group.segments) {
        if (one.record.written && is_credible(*one.record.written, group)) {
            one.ended = *one.record.written;
            one.started = std::max(group.started, one.ended - one.record.total());
        } else {
            one.started = before;
            one.ended = one.started + one.record.total();
        }
        one.answered = one.started + one.record.ring;
        before = one.ended;
    }
}

}  // namespace

avaya_records::Moment beginning_of(const Record& record, const Zone& zone, Instant arrived) {
    const LocalMeaning both = zone.meaning(record.started);
    if (both.first == both.last) return {both.first, false};
    if (!record.written) return avaya_records::meant(both, record.total(), arrived);
    for (const Instant at : {both.last, both.first}) {
        if (std::chrono::abs(*record.written - (at + record.total())) <= kTwins) return {at, false};
    }
    // A later segment of the call.
    if (both.last + record.total() > *record.written + kSlack) return {both.first, false};
    return {both.last, true};
}

Instant Group::ended() const {
    Instant last = started;
    for (const Segment& one : segments)
        last = std::max(last, one.ended);
    return last;
}

bool Group::outside() const {
    return std::ranges::any_of(segments, [](const Segment& one) { return one.record.outside(); });
}

bool Group::has(std::string_view number_or_name) const {
    return std::ranges::any_of(segments,
                               [&](const Segment& one) { return avaya_smdr::has(one.record, number_or_name); });
}

void add(Group& group, Record record, avaya_records::Moment beginning) {
    if (group.segments.empty()) {
        group.call_id = record.call_id;
        group.started_local = record.started;
        group.started = beginning.at;
        group.uncertain = beginning.uncertain;
    } else if (group.uncertain && !beginning.uncertain && record.started == group.started_local) {
        group.started = beginning.at;
        group.uncertain = false;
    }
    group.finished = group.finished || !record.continued;
    group.segments.push_back({.record = std::move(record)});
    place(group);
}

std::string zone_problem(const Group& group) {
    constexpr std::int64_t kStep = 15 * 60;  // zones differ by multiples of it
    constexpr std::int64_t kFarthest = 16 * 3'600;
    constexpr std::int64_t kTolerance = 30;
    if (group.segments.size() != 1 || !group.finished || !group.segments.front().record.written) return {};
    const Record& record = group.segments.front().record;
    const std::int64_t off =
        std::chrono::round<std::chrono::seconds>(*record.written - (group.started + record.total())).count();
    const std::int64_t steps = (off + (off < 0 ? -kStep : kStep) / 2) / kStep;
    if (steps == 0 || std::abs(off) > kFarthest || std::abs(off - steps * kStep) > kTolerance) return {};
    return fmt::format("the zone of the configuration seems to be wrong: column 35 is {} minutes away", steps * 15);
}

Relation relation(const Group& a, const Group& b) {
    if (!overlap(a, b)) return Relation::None;
    if (consulted(a, b) || consulted(b, a) || confer(a, b) || goes_on_in_conference(a, b) ||
        goes_on_in_conference(b, a))
        return Relation::Same;
    return sent_on(a, b) || sent_on(b, a) ? Relation::SentOn : Relation::None;
}

std::vector<std::string> index_keys(const Group& group) {
    std::vector<std::string> keys;
    const auto note = [&](std::string_view text) {
        if (!text.empty()) keys.emplace_back(text);
    };
    for (const Segment& one : group.segments) {
        for (const Party* party : {&one.record.party1, &one.record.party2}) {
            if (party->kind == PartyKind::Extension) {
                note(party->number);
                note(party->name);
            } else if (party->kind == PartyKind::Conference) {
                keys.push_back("conference " + party->number);
            }
        }
        note(one.record.targeter);
        if (!one.record.targeting_why.empty() || one.record.party1.kind == PartyKind::Conference ||
            one.record.party2.kind == PartyKind::Conference)
            keys.push_back(one.record.caller + " to " + one.record.called);
    }
    std::ranges::sort(keys);
    keys.erase(std::ranges::unique(keys).begin(), keys.end());
    return keys;
}

}  // namespace tandem::avaya_smdr
