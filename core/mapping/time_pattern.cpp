#include "core/mapping/time_pattern.hpp"

#include "core/base/text.hpp"
#include "core/base/zone.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace tandem::mapping {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> kDays = {"monday", "tuesday",  "wednesday", "thursday",
                                                   "friday", "saturday", "sunday"};
constexpr std::size_t kAbbreviation = 3;

struct Fields {
    int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
    std::int64_t micros = 0;
    std::optional<bool> afternoon;
    std::optional<int> offset_minutes;
    std::optional<std::int64_t> unix_seconds;
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

class PatternReader {
public:
    PatternReader(std::string_view text, Fields& fields) : text_(trim_ascii(text)), fields_(fields) {}

    // False on a mismatch; `problem` is set when the pattern itself is wrong.
    bool read(std::string_view pattern, std::string_view& problem) {
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            if (pattern[i] == ' ') {
                text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size()));
                continue;
            }
            if (pattern[i] != '%') {
                if (!literal(pattern[i])) return false;
                continue;
            }
            if (++i == pattern.size()) return problem = "the pattern ends in %", false;
            if (!field(pattern[i], problem)) return false;
        }
        return text_.empty();
    }

private:
    bool literal(char expected) {
        if (text_.empty() || text_[0] != expected) return false;
        text_.remove_prefix(1);
        return true;
    }

    bool field(char letter, std::string_view& problem) {
        switch (letter) {
            case 'Y':
                return number(4, 4, fields_.year);
            case 'y':
                return short_year();
            case 'm':
                return number(1, 2, fields_.month);
            case 'd':
            case 'e':
                return number(1, 2, fields_.day);
            case 'H':
            case 'I':
                return number(1, 2, fields_.hour);
            case 'M':
                return number(1, 2, fields_.minute);
            case 'S':
                return number(1, 2, fields_.second);
            case 'f':
                return fraction();
            case 'p':
                return half_day();
            case 'b':
            case 'B':
                return word(kMonths, &fields_.month);
            case 'a':
            case 'A':
                return word(kDays, nullptr);
            case 'z':
                return offset();
            case 'Z':
                return zone_name();
            case 's':
                return unix_seconds();
            case 'F':
                return read_part("%Y-%m-%d", problem);
            case 'T':
                return read_part("%H:%M:%S", problem);
            case '*':
                text_ = {};
                return true;
            case '%':
                return literal('%');
            default:
                problem = "the pattern has an unknown letter behind %";
                return false;
        }
    }

    bool read_part(std::string_view pattern, std::string_view& problem) {
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            if (pattern[i] == '%' ? !field(pattern[++i], problem) : !literal(pattern[i])) return false;
        }
        return true;
    }

    bool number(std::size_t least, std::size_t most, int& out) {
        std::size_t length = 0;
        int value = 0;
        while (length < std::min(most, text_.size()) && is_digit(text_[length]))
            value = value * 10 + (text_[length++] - '0');
        if (length < least) return false;
        text_.remove_prefix(length);
        out = value;
        return true;
    }

    // POSIX: 69 to 99 are of the last century.
    bool short_year() {
        int year = 0;
        if (!number(2, 2, year)) return false;
        fields_.year = year >= 69 ? 1900 + year : 2000 + year;
        return true;
    }

    bool fraction() {
        std::size_t length = 0;
        std::int64_t scale = 100'000;
        fields_.micros = 0;
        for (; length < text_.size() && is_digit(text_[length]); ++length, scale /= 10)
            fields_.micros += (text_[length] - '0') * scale;
        text_.remove_prefix(length);
        return length > 0;
    }

    bool half_day() {
        if (text_.size() < 2 || (text_[1] != 'M' && text_[1] != 'm')) return false;
        const char first = text_[0];
        if (first != 'A' && first != 'a' && first != 'P' && first != 'p') return false;
        fields_.afternoon = first == 'P' || first == 'p';
        text_.remove_prefix(2);
        return true;
    }

    // A name in full or its first three letters; sets `number` to its place, from 1.
    template <std::size_t Size>
    bool word(const std::array<std::string_view, Size>& names, int* number) {
        for (std::size_t i = 0; i < Size; ++i) {
            for (const auto& name : {names[i], names[i].substr(0, kAbbreviation)}) {
                if (!iequals_ascii(text_.substr(0, name.size()), name)) continue;
                text_.remove_prefix(name.size());
                if (number != nullptr) *number = static_cast<int>(i) + 1;
                return true;
            }
        }
        return false;
    }

    bool offset() {
        if (literal('Z')) return fields_.offset_minutes = 0, true;
        const bool negative = text_.starts_with('-');
        if (!literal('+') && !literal('-')) return false;
        int hours = 0;
        int minutes = 0;
        if (!number(2, 2, hours)) return false;
        literal(':');
        if (!text_.empty() && is_digit(text_[0]) && !number(2, 2, minutes)) return false;
        constexpr int kMaxHours = 18;
        if (hours > kMaxHours || minutes > 59) return false;
        const int total = hours * 60 + minutes;
        fields_.offset_minutes = negative ? -total : total;
        return true;
    }

    bool zone_name() {
        for (std::string_view name : {"UTC", "GMT", "Z"}) {
            if (!text_.starts_with(name)) continue;
            text_.remove_prefix(name.size());
            fields_.offset_minutes = fields_.offset_minutes.value_or(0);
            return true;
        }
        return false;
    }

    bool unix_seconds() {
        constexpr std::size_t kMaxDigits = 12;
        std::size_t length = 0;
        std::int64_t value = 0;
        while (length < std::min(kMaxDigits, text_.size()) && is_digit(text_[length]))
            value = value * 10 + (text_[length++] - '0');
        if (length == 0) return false;
        text_.remove_prefix(length);
        fields_.unix_seconds = value;
        return true;
    }

    std::string_view text_;
    Fields& fields_;
};

std::optional<LocalTime> local_time(const Fields& fields) {
    int hour = fields.hour;
    if (fields.afternoon) {
        if (hour < 1 || hour > 12) return std::nullopt;
        hour = hour % 12 + (*fields.afternoon ? 12 : 0);
    }
    const std::chrono::year_month_day day(std::chrono::year(fields.year),
                                          std::chrono::month(static_cast<unsigned>(fields.month)),
                                          std::chrono::day(static_cast<unsigned>(fields.day)));
    constexpr int kLeapSecond = 60;
    if (!day.ok() || hour > 23 || fields.minute > 59 || fields.second > kLeapSecond) return std::nullopt;
    return std::chrono::local_days(day) + std::chrono::hours(hour) + std::chrono::minutes(fields.minute) +
           std::chrono::seconds(fields.second) + std::chrono::microseconds(fields.micros);
}

}  // namespace

std::optional<Instant> parse_pattern(std::string_view text,
                                     std::string_view pattern,
                                     std::string_view zone,
                                     std::string_view& problem) {
    Fields fields;
    if (!PatternReader(text, fields).read(pattern, problem)) return std::nullopt;
    if (fields.unix_seconds) {
        return Instant(std::chrono::seconds(*fields.unix_seconds)) + std::chrono::microseconds(fields.micros);
    }
    const auto local = local_time(fields);
    if (!local) return std::nullopt;
    if (fields.offset_minutes) return Instant(local->time_since_epoch() - std::chrono::minutes(*fields.offset_minutes));
    const auto found = Zone::find(zone);
    if (!found) return problem = "there is no such time zone", std::nullopt;
    return found->meaning(*local).first;
}

}  // namespace tandem::mapping
