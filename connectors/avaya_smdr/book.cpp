#include "connectors/avaya_smdr/book.hpp"

#include <algorithm>
#include <ranges>
#include <set>
#include <utility>

namespace tandem::avaya_smdr {

using avaya_records::Call;
using avaya_records::Found;
using avaya_records::Line;
using avaya_records::Moment;
using avaya_records::Reading;

namespace {

constexpr std::size_t kCandidates = 64;  // that are looked at for one key, the newest first

template <class Any>
auto& group_of(Any& conversation, const std::string& call_id) {
    return *std::ranges::find(conversation.groups.rbegin(), conversation.groups.rend(), call_id, &Group::call_id);
}

}  // namespace

std::size_t Conversation::records() const {
    std::size_t count = 0;
    for (const Group& one : groups)
        count += one.segments.size();
    return count;
}

bool Conversation::finished() const {
    return std::ranges::all_of(groups, &Group::finished);
}

Book::Book(BookOptions options)
    : options_(options),
      shelf_(options.shelf, [this](Number number, const Conversation& one) { forget(number, one); }) {}

Reading Book::take(const Line& line) {
    auto record = read_record(line.text);
    if (!record) return {.found = Found::Unreadable, .problem = std::move(record.error().text)};
    if (repeats_.note(line.text, true, line.connection, line.at) == 0) return {.found = Found::Repeat};
    const std::string call_id = record->call_id;
    const Number number = place(std::move(*record), line.at);
    relate(number, call_id, line.at);
    return {.found = Found::Record, .problem = zone_problem(group_of(shelf_.at(number), call_id))};
}

Book::Number Book::place(Record record, Instant arrived) {
    const Moment beginning = beginning_of(record, options_.zone, arrived);
    const std::string call_id = record.call_id;
    const auto known = known_call(record, beginning);
    const Number number = known ? *known : shelf_.add({}, arrived);
    Conversation& conversation = shelf_.at(number);
    if (!known) conversation.groups.emplace_back();
    Group& group = known ? group_of(conversation, call_id) : conversation.groups.back();
    add(group, std::move(record), beginning);
    index(number, group);
    shelf_.touch(number, arrived);
    return number;
}

// Call IDs begin anew when the system is started: a call that is plainly over is another one, also on the same day.
std::optional<Book::Number> Book::known_call(const Record& record, Moment beginning) const {
    for (const Number number : by_call_.of(record.call_id) | std::views::reverse) {
        const Group& group = group_of(shelf_.at(number), record.call_id);
        // With call splitting, what follows a diverted call begins later (vendors/avaya.md 4.2).
        const bool goes_on = beginning.at >= group.started && beginning.at <= group.ended() + options_.shelf.hold;
        if (record.started == group.started_local || goes_on) return number;
    }
    return std::nullopt;
}

std::vector<Book::Number> Book::relatives(Number number, const Group& group) const {
    std::set<Number> near;
    for (const std::string& key : index_keys(group)) {
        for (const Number one : by_key_.of(key) | std::views::reverse | std::views::take(kCandidates))
            near.insert(one);
    }
    near.erase(number);
    std::vector<Number> same;
    std::vector<std::pair<Instant::duration, Number>> sent_on;
    for (const Number one : near) {
        for (const Group& other : shelf_.at(one).groups) {
            const Relation found = relation(group, other);
            if (found == Relation::Same) same.push_back(one);
            if (found == Relation::SentOn) sent_on.emplace_back(std::chrono::abs(group.started - other.started), one);
        }
    }
    std::ranges::sort(sent_on);
    // Of two that are equally near each would be a guess.
    const bool clear =
        sent_on.size() == 1 ||
        (sent_on.size() > 1 && (sent_on[0].first < sent_on[1].first || sent_on[0].second == sent_on[1].second));
    if (clear) same.push_back(sent_on[0].second);
    return same;
}

void Book::relate(Number number, const std::string& call, Instant arrived) {
    for (const Number one : relatives(number, group_of(shelf_.at(number), call))) {
        if (shelf_.contains(one)) join(number, one, arrived);
    }
}

void Book::join(Number into, Number from, Instant arrived) {
    Conversation gone = shelf_.take_away(from);
    Conversation& kept = shelf_.at(into);
    // A name that was told stays; of two the older one.
    if (!gone.id.empty() && (kept.id.empty() || from < into)) kept.id = gone.id;
    for (Group& group : gone.groups) {
        index(into, group);
        kept.groups.push_back(std::move(group));
    }
    shelf_.touch(into, arrived);
}

void Book::index(Number number, const Group& group) {
    by_call_.add(group.call_id, number);
    for (const std::string& key : index_keys(group))
        by_key_.add(key, number);
}

void Book::forget(Number number, const Conversation& conversation) {
    for (const Group& group : conversation.groups) {
        by_call_.drop(group.call_id, number);
        for (const std::string& key : index_keys(group))
            by_key_.drop(key, number);
    }
}

std::vector<Call> Book::due(Instant now) {
    std::vector<Call> out;
    shelf_.tell_due(now, [&](Conversation& one) {
        out.push_back(tell(one, options_));
        one.id = out.back().id;
    });
    return out;
}

}  // namespace tandem::avaya_smdr
