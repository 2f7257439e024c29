#include "connectors/avaya_cdr/book.hpp"

#include "connectors/avaya_records/text.hpp"
#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <span>
#include <utility>

namespace tandem::avaya_cdr {

using avaya_records::Call;
using avaya_records::Found;
using avaya_records::Line;
using avaya_records::Reading;
using namespace std::chrono_literals;

namespace {

constexpr auto kMinute = 60s;            // the precision of ends
constexpr auto kNextPart = 10h + 15min;  // a long call is recorded every ten hours
constexpr std::size_t kCandidates = 64;

std::string name_of(const Record& record) {
    if (!record.ucid.empty()) return record.ucid;
    return fmt::format("{}|{}|{}|{}", record.in.text(), record.out.text(), record.calling, record.dialed);
}

std::string id_of(std::string_view text, LocalTime ended, std::size_t copy) {
    constexpr std::size_t kTelling = 8;
    std::string at = avaya_records::format_local(ended);
    std::erase_if(at, [](char c) { return c == '-' || c == ':'; });
    const auto digest = sha256(fmt::format("{}|{}|{}", text, at, copy));
    return at + "-" + hex(std::span(digest).first(kTelling));
}

bool only_rings(const Gathered& gathered) {
    return std::ranges::all_of(gathered.parts, [](const Part& one) { return tells_of_ringing(one.record); });
}

// `ring` was written beside the record of the call itself: at its end, or of an answered one when ringing ended.
bool of_one_call(const Part& ring, const Part& call) {
    const bool answered = ring.record.condition == 'G';
    const Instant from = answered ? call.started() : call.ended();
    return ring.ended() + kMinute >= from && ring.ended() <= call.ended() + kMinute;
}

bool go_together(const Gathered& known, const Part& part) {
    const Part& last = known.parts.back();
    if (is_partial(last.record))
        return !tells_of_ringing(part.record) && part.ended() > last.ended() &&
               part.ended() <= last.ended() + kNextPart;
    const bool rings = tells_of_ringing(part.record);
    if (rings == only_rings(known)) return false;
    const auto has_code = [&](const Part& one) { return one.record.condition == part.record.condition; };
    if (std::ranges::any_of(known.parts, has_code)) return false;
    return rings ? of_one_call(part, known.parts.front()) : of_one_call(known.parts.front(), part);
}

}  // namespace

Book::Book(BookOptions options)
    : options_(std::move(options)),
      calendar_(options_.zone),
      shelf_(options_.shelf, [this](Number number, const Gathered& one) { forget(number, one); }) {}

bool Book::complete(std::string_view text) const {
    return !options_.rules.layout.open_ended && text.size() >= options_.rules.layout.length() && readable(text);
}

Reading Book::take(const Line& line) {
    if (const auto day = read_date_record(line.text, options_.rules.order)) {
        calendar_.set(line.peer, *day);
        return {.found = Found::Note};
    }
    auto record = read_record(line.text, options_.rules);
    if (!record) return {.found = Found::Unreadable, .problem = std::move(record.error().text)};
    const auto end = calendar_.end_of(*record, line.peer, line.at);
    if (!end) return {.found = Found::Unreadable, .problem = "there is no such day"};
    // Two calls may give equal records when nothing but minutes and numbers stand there.
    const std::string dated = line.text + "|" + avaya_records::format_local(end->local);
    const std::size_t copy = repeats_.note(dated, !record->ucid.empty(), line.connection, line.at);
    if (copy == 0) return {.found = Found::Repeat};
    if (is_loss(*record)) {
        return {.found = Found::Lost,
                .problem = fmt::format("calls until {} for {} s", avaya_records::format_local(end->local),
                                       record->duration.value_or(0s).count())};
    }
    place({.record = std::move(*record), .end = *end}, id_of(line.text, end->local, copy), line.at);
    return {.found = Found::Record};
}

void Book::place(Part part, std::string own_id, Instant arrived) {
    const std::string name = name_of(part.record);
    std::optional<Number> known;
    if (part.record.ucid.empty()) {
        known = partner(part);
    } else if (const auto& found = by_name_.of(name); !found.empty()) {
        known = *found.rbegin();
    }
    if (!known) {
        known =
            shelf_.add({.id = part.record.ucid.empty() ? std::move(own_id) : part.record.ucid, .parts = {}}, arrived);
        by_name_.add(name, *known);
    }
    shelf_.at(*known).parts.push_back(std::move(part));
    shelf_.touch(*known, arrived);
}

std::optional<Book::Number> Book::partner(const Part& part) const {
    for (const Number number :
         by_name_.of(name_of(part.record)) | std::views::reverse | std::views::take(kCandidates)) {
        if (go_together(shelf_.at(number), part)) return number;
    }
    return std::nullopt;
}

void Book::forget(Number number, const Gathered& gathered) {
    if (!gathered.parts.empty()) by_name_.drop(name_of(gathered.parts.front().record), number);
}

std::vector<Call> Book::due(Instant now) {
    std::vector<Call> out;
    shelf_.tell_due(now, [&](const Gathered& one) { out.push_back(tell(one, options_)); });
    return out;
}

}  // namespace tandem::avaya_cdr
