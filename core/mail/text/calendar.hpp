// Invitations and answers to them: the few fields of iCalendar (RFC 5545, RFC 5546) that a history shows.
#pragma once

#include "core/base/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

struct CalendarTime {
    std::string local;          // "2026-11-05T08:00:00", or "2026-11-05" for a whole day
    std::string zone;           // TZID as written, "UTC" for a time with Z, empty for a floating one
    std::optional<Instant> at;  // with Z, or where the calendar's own VTIMEZONE tells the offset
};

struct CalendarAttendee {
    std::string address;
    std::string status;  // PARTSTAT in lower case; needs-action if not told
};

struct CalendarEvent {
    std::string method;  // of the whole calendar, in lower case: request, reply, cancel, publish, …; empty if not told
    std::string uid;
    int sequence = 0;
    std::string status;  // in lower case: confirmed, tentative, cancelled; empty if not told
    std::string summary;
    std::string location;
    std::optional<CalendarTime> start;
    std::optional<CalendarTime> end;          // DTEND, or DTSTART and DURATION
    std::string organizer;                    // address, empty if none
    std::vector<CalendarAttendee> attendees;  // at most 1,000
};

// The decoded text of a text/calendar part; LF or CRLF. Events (not to-dos, journals, free-busy), at most 100; what
// makes no sense is skipped.
std::vector<CalendarEvent> read_calendar(std::string_view text);

}  // namespace tandem::mail
