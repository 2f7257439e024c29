// Content lines of iCalendar (RFC 5545 3.1). Private to core/mail/text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::mail {

struct CalendarLine {
    std::string name;                                             // upper case
    std::vector<std::pair<std::string, std::string>> parameters;  // names in upper case, values without quotes
    std::string value;                                            // as written

    std::string_view parameter(std::string_view key) const;  // empty if there is none
};

// Unfolded lines in order, at most 20,000 of at most 64 KiB; lines without a name are left out.
std::vector<CalendarLine> read_calendar_lines(std::string_view text);

// \n, \, \; \\ undone; blanks as they are.
std::string unescape_calendar(std::string_view value);

}  // namespace tandem::mail
