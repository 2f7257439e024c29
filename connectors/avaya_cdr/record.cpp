#include "connectors/avaya_cdr/record.hpp"

#include "connectors/avaya/ucid.hpp"
#include "connectors/avaya_records/text.hpp"
#include "core/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace tandem::avaya_cdr {

using avaya_records::number_of;
using std::chrono::seconds;

namespace {

constexpr std::int64_t kClockChanged = 9'999;  // in place of a duration
constexpr std::string_view kConditions = "01467 89ABCEFGHIJKMT";

class Fields {
public:
    Fields(std::string_view line, const Layout& layout) : line_(line), layout_(layout) {}

    std::string_view operator[](std::string_view name) const {
        const Item* item = layout_.find(name);
        return item == nullptr || item->begin >= line_.size() ? std::string_view()
                                                              : trim_ascii(line_.substr(item->begin, item->length));
    }
    std::string text(std::string_view name) const { return std::string((*this)[name]); }

    Error wrong(std::string_view name, std::string_view what) const {
        const Item* item = layout_.find(name);
        const std::size_t begin = item == nullptr ? 0 : item->begin;
        return corrupt(fmt::format("position {} ({}): {} expected, found '{}'", begin + 1, name, what, (*this)[name]));
    }

private:
    std::string_view line_;
    const Layout& layout_;
};

int two_digits(std::string_view text) {
    return (text[0] - '0') * 10 + (text[1] - '0');
}

bool is_date(int month, int day) {
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

// MMDD or MMDDYY, or with the day first.
std::optional<Day> day_of(std::string_view digits, DateOrder order) {
    if (!number_of(digits) || (digits.size() != 4 && digits.size() != 6)) return std::nullopt;
    constexpr int kCentury = 2'000;
    Day out{.year = std::nullopt, .month = two_digits(digits), .day = two_digits(digits.substr(2))};
    if (order == DateOrder::DayMonth) std::swap(out.month, out.day);
    if (digits.size() == 6) out.year = kCentury + two_digits(digits.substr(4));
    if (!is_date(out.month, out.day)) return std::nullopt;
    return out;
}

Result<void> check_length(std::string_view& line, const Layout& layout) {
    // Filling may stick to the front of a line; blanks at its end may be missing.
    if (line.size() > layout.length() && !layout.open_ended) {
        const std::size_t surplus = line.size() - layout.length();
        if (!trim_ascii(line.substr(0, surplus)).empty())
            return fail(corrupt(fmt::format("{} characters, the layout has {}", line.size(), layout.length())));
        line.remove_prefix(surplus);
    }
    for (const Item& item : layout.items()) {
        if (item.begin + item.length > line.size() && item.name != "space")
            return fail(corrupt(fmt::format("{} characters, the layout has {}", line.size(), layout.length())));
    }
    return {};
}

// HMMT, T in tenths of a minute; or seconds.
Result<std::optional<seconds>> duration_of(const Fields& fields, const Layout& layout) {
    using Found = std::optional<seconds>;
    if (layout.has("sec-dur")) {
        const auto value = number_of(fields["sec-dur"]);
        if (!value) return fail(fields.wrong("sec-dur", "seconds"));
        return *value == kClockChanged ? Found() : Found(seconds(*value));
    }
    const std::string_view text = fields["duration"];
    const auto value = number_of(text);
    if (text.size() != 4 || !value) return fail(fields.wrong("duration", "hours, minutes and tenths"));
    if (*value == kClockChanged) return Found();
    constexpr int kTenth = 6;
    return Found(std::chrono::hours(text[0] - '0') + std::chrono::minutes(two_digits(text.substr(1))) +
                 seconds((text[3] - '0') * kTenth));
}

Result<void> read_time(const Fields& fields, const Rules& rules, Record& out) {
    if (rules.layout.has("date")) {
        out.date = day_of(fields["date"], rules.order);
        if (!out.date) return fail(fields.wrong("date", "a date"));
    }
    std::string time = fields.text("time");
    std::erase(time, ':');
    if (time.size() != 4 || !number_of(time) || two_digits(time) > 23 ||
        two_digits(std::string_view(time).substr(2)) > 59)
        return fail(fields.wrong("time", "hours and minutes"));
    out.ended =
        std::chrono::hours(two_digits(time)) + std::chrono::minutes(two_digits(std::string_view(time).substr(2)));
    auto duration = duration_of(fields, rules.layout);
    if (!duration) return fail(std::move(duration.error()));
    out.duration = *duration;
    return {};
}

Result<void> read_condition(const Fields& fields, Record& out) {
    const std::string_view text = fields["cond-code"];
    if (text.size() > 1 || (!text.empty() && kConditions.find(text[0]) == std::string_view::npos))
        return fail(fields.wrong("cond-code", "a condition code"));
    out.condition = text.empty() ? ' ' : text[0];
    return {};
}

// Printed as tens, units, hundreds.
std::string circuit_of(std::string_view text, const Rules& rules) {
    if (rules.format != Format::Teleseer || rules.plain_circuits || text.size() != 3) return std::string(text);
    return {text[2], text[0], text[1]};
}

// 20 digits, or the 8 octets in hexadecimal; a switch without UCIDs writes zeros or nothing.
std::string ucid_of(std::string_view text) {
    if (avaya::is_ucid(text)) return std::string(text);
    constexpr std::size_t kHex = 16;
    const auto octets = text.size() == kHex ? unhex(text) : std::nullopt;
    const auto ucid = octets ? avaya::ucid_of_octets(*octets) : std::nullopt;
    return ucid ? avaya::format_ucid(*ucid) : std::string();
}

void read_sides(const Fields& fields, const Rules& rules, Record& out) {
    out.calling = fields.text(rules.layout.has("calling-num") ? "calling-num" : "clg-num/in-tac");
    out.dialed = fields.text("dialed-num");
    out.in = {.code = fields.text("in-trk-code"), .circuit = circuit_of(fields["in-crt-id"], rules)};
    out.out = {.code = {}, .circuit = circuit_of(fields["out-crt-id"], rules)};
    const std::string used = fields.text("code-used");
    const bool inbound = out.condition == '9' || (!out.in.circuit.empty() && out.out.circuit.empty());
    if (!inbound || !out.out.circuit.empty()) out.out.code = used;
    if (!inbound) return;
    // Formats without in-trk-code have the trunk's code where others have the caller (vendors/avaya.md 5.2).
    const bool is_code = rules.format == Format::Teleseer || (!out.calling.empty() && out.calling == used) ||
                         (!out.calling.empty() && out.calling == out.in.code);
    if (!is_code) return;
    if (out.in.code.empty()) out.in.code = out.calling;
    out.calling.clear();
}

}  // namespace

std::string Trunk::text() const {
    return circuit.empty() ? code : code + "/" + circuit;
}

Result<Record> read_record(std::string_view line, const Rules& rules) {
    if (auto length = check_length(line, rules.layout); !length) return fail(std::move(length.error()));
    const Fields fields(line, rules.layout);
    Record out;
    if (auto condition = read_condition(fields, out); !condition) return fail(std::move(condition.error()));
    if (auto time = read_time(fields, rules, out); !time) return fail(std::move(time.error()));
    read_sides(fields, rules, out);
    out.vdn = fields.text("vdn");
    out.ucid = ucid_of(fields["ucid"]);
    out.account = fields.text("acct-code");
    out.authorized = !fields["auth-code"].empty();
    out.feature_flag = fields.text("feat-flag");
    out.frl = fields.text("frl");
    return out;
}

std::optional<Day> read_date_record(std::string_view line, DateOrder order) {
    line = trim_ascii(line);
    if (line.size() == 5 && line[2] == ' ') {
        const std::string digits = std::string(line.substr(0, 2)) + std::string(line.substr(3));
        return day_of(digits, order);
    }
    return line.size() == 4 ? day_of(line, order) : std::nullopt;
}

Way way_of(const Record& record) {
    switch (record.condition) {
        case '0':
            return Way::Internal;
        case '9':
            return Way::Inbound;
        case '7':
        case '8':
        case 'A':
        case 'B':
            return Way::Outbound;
        default:
            break;
    }
    if (!record.in.empty()) return Way::Inbound;
    return record.out.empty() ? Way::Unknown : Way::Outbound;
}

bool tells_of_ringing(const Record& record) {
    return record.condition == 'G' || record.condition == 'H' || record.condition == 'I';
}

}  // namespace tandem::avaya_cdr
