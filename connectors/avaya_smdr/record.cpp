#include "connectors/avaya_smdr/record.hpp"

#include "connectors/avaya_records/text.hpp"
#include "core/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tandem::avaya_smdr {

using avaya_records::clock_of;
using avaya_records::number_of;
using std::chrono::seconds;

namespace {

constexpr std::size_t kFewest = 17;
constexpr std::size_t kMost = 200;

// Columns by the numbers of the manual, from 1; those that a release lacks are empty.
class Columns {
public:
    explicit Columns(std::string_view line) : columns_(avaya_records::split(line, ',')) {}

    std::size_t size() const { return columns_.size(); }
    std::string_view operator[](std::size_t number) const {
        return number <= columns_.size() ? trim_ascii(columns_[number - 1]) : std::string_view();
    }
    std::string text(std::size_t number) const { return std::string((*this)[number]); }

private:
    std::vector<std::string_view> columns_;
};

Error wrong(std::size_t column, std::string_view what, std::string_view found) {
    constexpr std::size_t kShown = 40;
    return corrupt(fmt::format("column {}: {} expected, found '{}'", column, what, found.substr(0, kShown)));
}

// YYYY/MM/DD HH:MM:SS, in some releases without seconds.
std::optional<LocalTime> date_and_time(std::string_view text) {
    constexpr std::size_t kDate = 10;
    if (text.size() < kDate + 2 || text[kDate] != ' ') return std::nullopt;
    const auto date = avaya_records::split(text.substr(0, kDate), '/');
    const auto time = clock_of(trim_ascii(text.substr(kDate)));
    if (date.size() != 3 || date[0].size() != 4 || !time) return std::nullopt;
    const auto year = number_of(date[0]);
    const auto month = number_of(date[1]);
    const auto day = number_of(date[2]);
    if (!year || !month || !day) return std::nullopt;
    return avaya_records::local_time(*year, *month, *day, *time);
}

Result<seconds> count_of(const Columns& columns, std::size_t number) {
    constexpr std::int64_t kLongest = 1'000'000;  // eleven days
    if (columns[number].empty()) return seconds(0);
    const auto value = number_of(columns[number]);
    if (!value || *value > kLongest) return fail(wrong(number, "seconds", columns[number]));
    return seconds(*value);
}

Result<void> read_times(const Columns& columns, Record& out) {
    const auto started = date_and_time(columns[1]);
    if (!started) return fail(wrong(1, "YYYY/MM/DD HH:MM:SS", columns[1]));
    out.started = *started;
    if (std::ranges::count(columns[1], ':') == 1) out.precision = seconds(60);
    const auto connected = clock_of(columns[2]);
    if (!connected) return fail(wrong(2, "HH:MM:SS", columns[2]));
    out.connected = *connected;
    for (const auto& [number, member] :
         {std::pair(3, &Record::ring), std::pair(16, &Record::hold), std::pair(17, &Record::park)}) {
        auto value = count_of(columns, static_cast<std::size_t>(number));
        if (!value) return fail(std::move(value.error()));
        out.*member = *value;
    }
    if (const auto written = date_and_time(columns[35])) out.written = Instant(written->time_since_epoch());
    return {};
}

Result<void> read_call(const Columns& columns, Record& out) {
    const std::string_view direction = columns[5];
    if (direction != "I" && direction != "O") return fail(wrong(5, "I or O", direction));
    out.inbound = direction == "I";
    // Only 0 and 1 are documented; the manual's own example has an I (vendors/avaya.md 4.2).
    if (columns[9] == "0" || columns[9] == "1") out.internal = columns[9] == "1";
    if (!number_of(columns[10])) return fail(wrong(10, "a call id", columns[10]));
    out.call_id = columns.text(10);
    if (columns[11] != "0" && columns[11] != "1") return fail(wrong(11, "0 or 1", columns[11]));
    out.continued = columns[11] == "1";
    const std::string_view caller = columns[4];
    const auto host = caller.find('@');
    out.caller = caller.substr(0, host);
    if (host != std::string_view::npos) out.caller_host = caller.substr(host + 1);
    out.called = columns.text(6);
    out.dialled = columns.text(7);
    out.account = columns.text(8);
    out.party1 = read_party(columns[12], columns[13]);
    out.party2 = read_party(columns[14], columns[15]);
    return {};
}

void read_rest(const Columns& columns, Record& out) {
    out.authorized = columns[18] == "1" || (!columns[19].empty() && columns[19] != "n/a");
    out.user_charged = columns.text(20);
    out.charge = columns.text(21);
    out.currency = columns.text(22);
    out.units = columns.text(24);
    const std::string_view targeting = columns[28];
    const auto blank = targeting.find(' ');
    out.targeting_who = targeting.substr(0, blank);
    if (blank != std::string_view::npos) out.targeting_why = trim_ascii(targeting.substr(blank));
    out.targeter = columns.text(29);
    out.targeted_number = columns.text(30);
    out.caller_server = columns.text(31);
    out.caller_unique_id = columns.text(32);
    out.called_server = columns.text(33);
    out.called_unique_id = columns.text(34);
}

// V1<conference><channel> where the name does not tell: three digits of the conference follow.
std::string conference_of(std::string_view device, std::string_view name) {
    constexpr std::string_view kName = "CO Channel ";
    if (name.starts_with(kName)) return std::string(name.substr(kName.size(), name.find('.') - kName.size()));
    return std::string(device.substr(2, 3));
}

std::optional<std::int64_t> above(std::string_view digits, std::int64_t base, std::int64_t end) {
    const auto value = number_of(digits);
    if (!value || *value < base || *value >= end) return std::nullopt;
    return *value - base;
}

}  // namespace

std::string_view to_string(PartyKind kind) {
    switch (kind) {
        case PartyKind::None:
            return "none";
        case PartyKind::Extension:
            return "extension";
        case PartyKind::Line:
            return "line";
        case PartyKind::Voicemail:
            return "voicemail";
        case PartyKind::Conference:
            return "conference";
        case PartyKind::Other:
            return "other";
    }
    return "other";
}

Party read_party(std::string_view device, std::string_view name) {
    Party out{.kind = PartyKind::None, .device = std::string(device), .name = std::string(name), .number = {}};
    if (device.empty()) return out;
    const std::string_view rest = device.substr(1);
    out.kind = PartyKind::Other;
    out.number = rest;
    if (device[0] == 'E') {
        out.kind = PartyKind::Extension;
    } else if (device[0] == 'T') {
        out.kind = PartyKind::Line;
        if (const auto line = above(rest, 9'000, 10'000)) out.number = std::to_string(*line);
    } else if (device[0] == 'V') {
        if (name.starts_with("VM Channel") || above(rest, 9'500, 10'000)) {
            out.kind = PartyKind::Voicemail;
        } else if (name.starts_with("CO Channel ") || above(rest, 10'000, 200'000)) {
            out.kind = PartyKind::Conference;
            out.number = conference_of(device, name);
        }
    }
    return out;
}

Result<Record> read_record(std::string_view line) {
    const Columns columns(line);
    if (columns.size() < kFewest)
        return fail(corrupt(fmt::format("{} columns, a record has {} at least", columns.size(), kFewest)));
    if (columns.size() > kMost) return fail(corrupt(fmt::format("{} columns are no record", columns.size())));
    Record out;
    out.columns = columns.size();
    if (auto times = read_times(columns, out); !times) return fail(std::move(times.error()));
    if (auto call = read_call(columns, out); !call) return fail(std::move(call.error()));
    read_rest(columns, out);
    return out;
}

}  // namespace tandem::avaya_smdr
