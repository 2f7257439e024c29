// Times of iCalendar, and the zones that a calendar brings with it (RFC 5545 3.3.5, 3.6.5). Private to core/mail/text.
#pragma once

#include "core/base/time.hpp"
#include "core/mail/text/calendar_lines.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

using LocalSeconds = std::chrono::local_seconds;

struct CalendarStamp {
    LocalSeconds local;
    bool utc = false;   // with Z
    bool date = false;  // a whole day
};

// "20261105T080000Z", "20261105T080000", "20261105"; nullopt for impossible dates.
std::optional<CalendarStamp> parse_calendar_stamp(std::string_view value);

// "P1DT2H30M", "-PT15M", "P2W"; nullopt if it is none.
std::optional<std::chrono::seconds> parse_calendar_duration(std::string_view value);

// When standard or daylight time begins, and what it is then.
struct ZoneRule {
    LocalSeconds start;
    std::chrono::seconds before{0};
    std::chrono::seconds after{0};
    bool yearly = false;
    unsigned month = 0;
    int week = 0;  // 1 to 5, or -1 to -5 from the end; 0: the first such day from `day` on
    unsigned day = 1;
    unsigned weekday = 0;  // 0 is Sunday
    std::optional<LocalSeconds> until;
};

struct CalendarZone {
    std::string id;
    std::vector<ZoneRule> rules;  // at most 100
    bool understood = true;       // false if a rule is of a kind that we do not read: then nothing is said

    // The offset from UTC at that local time; nullopt if unknown.
    std::optional<std::chrono::seconds> offset(LocalSeconds at) const;
};

// One rule from the lines of a STANDARD or DAYLIGHT component; nullopt if it is not understood.
std::optional<ZoneRule> read_zone_rule(std::span<const CalendarLine> lines);

}  // namespace tandem::mail
