#include "core/mail/text/calendar_zone.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tandem::mail {
namespace {

using std::chrono::seconds;

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value)
                                                                                     : std::nullopt;
}

// "+0300", "-013000"
std::optional<seconds> offset_of(std::string_view text) {
    text = trim_ascii(text);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (text.size() != 4 && text.size() != 6) return std::nullopt;
    const auto hours = number<int>(text.substr(0, 2));
    const auto minutes = number<int>(text.substr(2, 2));
    const auto rest = text.size() == 6 ? number<int>(text.substr(4, 2)) : std::optional(0);
    if (!hours || !minutes || !rest || *hours > 24 || *minutes > 59) return std::nullopt;
    const seconds value(*hours * 3600 + *minutes * 60 + *rest);
    return negative ? -value : value;
}

constexpr std::array<std::string_view, 7> kWeekdays = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

// "-1SU", "2MO", "SU"
bool set_weekday(ZoneRule& rule, std::string_view value) {
    if (value.size() < 2) return false;
    const auto* day = std::ranges::find(kWeekdays, value.substr(value.size() - 2));
    if (day == kWeekdays.end()) return false;
    rule.weekday = static_cast<unsigned>(day - kWeekdays.begin());
    if (value.size() == 2) return true;
    const auto week = number<int>(value.substr(0, value.size() - 2));
    if (!week || *week == 0 || *week > 5 || *week < -5) return false;
    rule.week = *week;
    return true;
}

// The parts of a recurrence rule that zones are made of; false for any other.
bool set_part(ZoneRule& rule, std::string_view name, std::string_view value) {
    if (name == "FREQ") {
        rule.yearly = value == "YEARLY";
        return rule.yearly;
    }
    if (name == "BYMONTH") {
        rule.month = number<unsigned>(value).value_or(0);
        return rule.month >= 1 && rule.month <= 12;
    }
    if (name == "BYMONTHDAY") {  // "8,9,10,11,12,13,14": the weekday among them
        rule.day = number<unsigned>(value.substr(0, value.find(','))).value_or(0);
        return rule.day >= 1 && rule.day <= 31;
    }
    if (name == "UNTIL") {
        if (const auto stamp = parse_calendar_stamp(value)) rule.until = stamp->local;
        return rule.until.has_value();
    }
    if (name == "BYDAY") return set_weekday(rule, value);
    return name == "WKST" || (name == "INTERVAL" && value == "1");
}

bool set_recurrence(ZoneRule& rule, std::string_view value) {
    bool weekday = false;
    while (!value.empty()) {
        const std::size_t end = std::min(value.find(';'), value.size());
        const auto part = value.substr(0, end);
        value.remove_prefix(std::min(end + 1, value.size()));
        const std::size_t equals = std::min(part.find('='), part.size());
        const auto name = part.substr(0, equals);
        if (!set_part(rule, name, part.substr(std::min(equals + 1, part.size())))) return false;
        weekday = weekday || name == "BYDAY";
    }
    return rule.yearly && rule.month != 0 && weekday;
}

// When the rule begins to hold in that year.
LocalSeconds onset(const ZoneRule& rule, std::chrono::year year) {
    using namespace std::chrono;
    const auto in_month = year / month(rule.month);
    const weekday wanted(rule.weekday);
    local_days date;
    if (rule.week > 0) {
        date = local_days(in_month / wanted[static_cast<unsigned>(rule.week)]);
    } else if (rule.week < 0) {
        date = local_days(in_month / wanted[last]) - days(7 * (-rule.week - 1));
    } else {
        const local_days first(in_month / std::chrono::day(rule.day));
        date = first + (wanted - weekday(first));
    }
    return date + (rule.start - floor<days>(rule.start));
}

// The last time at or before `at` that the rule began to hold.
std::optional<LocalSeconds> last_onset(const ZoneRule& rule, LocalSeconds at) {
    if (at < rule.start) return std::nullopt;
    LocalSeconds found = rule.start;
    if (rule.yearly) {
        const auto year = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(at)).year();
        for (const auto candidate : {onset(rule, year), onset(rule, year - std::chrono::years(1))}) {
            const bool held = candidate <= at && candidate >= rule.start && (!rule.until || candidate <= *rule.until);
            if (held) return std::max(found, candidate);
        }
        if (rule.until && *rule.until < at && *rule.until > found) {
            const auto end = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(*rule.until)).year();
            const auto candidate = onset(rule, end);
            found = std::max(found, candidate <= *rule.until ? candidate : onset(rule, end - std::chrono::years(1)));
        }
    }
    return found;
}

}  // namespace

std::optional<CalendarStamp> parse_calendar_stamp(std::string_view value) {
    value = trim_ascii(value);
    CalendarStamp stamp{.local = {}, .utc = value.ends_with('Z'), .date = value.size() == 8};
    if (stamp.utc) value.remove_suffix(1);
    if (value.size() != 8 && (value.size() != 15 || value[8] != 'T')) return std::nullopt;
    const auto year = number<int>(value.substr(0, 4));
    const auto month = number<unsigned>(value.substr(4, 2));
    const auto day = number<unsigned>(value.substr(6, 2));
    if (!year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                           std::chrono::day(*day)};
    if (!date.ok()) return std::nullopt;
    stamp.local = std::chrono::local_days(date);
    if (stamp.date) return stamp;
    const auto hour = number<unsigned>(value.substr(9, 2));
    const auto minute = number<unsigned>(value.substr(11, 2));
    const auto second = number<unsigned>(value.substr(13, 2));
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    stamp.local += seconds(*hour * 3600 + *minute * 60 + *second);
    return stamp;
}

std::optional<seconds> parse_calendar_duration(std::string_view value) {
    value = trim_ascii(value);
    const bool negative = value.starts_with('-');
    if (negative || value.starts_with('+')) value.remove_prefix(1);
    if (!value.starts_with('P') || value.size() > 30) return std::nullopt;
    value.remove_prefix(1);
    seconds total{0};
    bool any = false;
    while (!value.empty()) {
        if (value.starts_with('T')) value.remove_prefix(1);
        const std::size_t digits = std::min(value.find_first_not_of("0123456789"), value.size());
        const auto count = number<int>(value.substr(0, digits));
        if (!count || digits == value.size() || *count > 100'000) return std::nullopt;
        const std::size_t unit = std::string_view("WDHMS").find(value[digits]);
        if (unit == std::string_view::npos) return std::nullopt;
        constexpr std::array<std::int64_t, 5> kUnits = {604'800, 86'400, 3'600, 60, 1};
        total += seconds(*count * kUnits[unit]);
        value.remove_prefix(digits + 1);
        any = true;
    }
    return any ? std::optional(negative ? -total : total) : std::nullopt;
}

std::optional<seconds> CalendarZone::offset(LocalSeconds at) const {
    if (!understood || rules.empty()) return std::nullopt;
    const ZoneRule* newest = nullptr;
    std::optional<LocalSeconds> since;
    for (const auto& rule : rules) {
        const auto begun = last_onset(rule, at);
        if (!begun || (since && *begun < *since)) continue;
        since = begun;
        newest = &rule;
    }
    if (newest != nullptr) return newest->after;
    return std::ranges::min(rules, {}, &ZoneRule::start).before;
}

std::optional<ZoneRule> read_zone_rule(std::span<const CalendarLine> lines) {
    ZoneRule rule;
    bool started = false;
    bool offset = false;
    for (const auto& line : lines) {
        if (line.name == "DTSTART") {
            if (const auto stamp = parse_calendar_stamp(line.value)) {
                rule.start = stamp->local;
                started = true;
            }
        } else if (line.name == "TZOFFSETFROM") {
            rule.before = offset_of(line.value).value_or(seconds(0));
        } else if (line.name == "TZOFFSETTO") {
            const auto after = offset_of(line.value);
            offset = after.has_value();
            rule.after = after.value_or(seconds(0));
        } else if (line.name == "RRULE") {
            if (!set_recurrence(rule, trim_ascii(line.value))) return std::nullopt;
        } else if (line.name == "RDATE") {
            return std::nullopt;
        }
    }
    return started && offset ? std::optional(rule) : std::nullopt;
}

}  // namespace tandem::mail
