#include "core/mail/text/calendar.hpp"

#include "core/base/text.hpp"
#include "core/mail/text/calendar_lines.hpp"
#include "core/mail/text/calendar_zone.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <span>
#include <utility>

namespace tandem::mail {
namespace {

constexpr std::size_t kMaxEvents = 100;
constexpr std::size_t kMaxAttendees = 1'000;
constexpr std::size_t kMaxZones = 100;
constexpr std::size_t kMaxRules = 100;

// "mailto:a@b.test"; other kinds of addresses as they are.
std::string address_of(const CalendarLine& line) {
    constexpr std::string_view kScheme = "mailto:";
    std::string_view value = trim_ascii(line.value);
    if (iequals_ascii(value.substr(0, kScheme.size()), kScheme)) return std::string(value.substr(kScheme.size()));
    // Exchange keeps the address aside when the value is a name in its directory.
    const auto mail = line.parameter("EMAIL");
    return std::string(mail.empty() ? value : mail);
}

std::string two(unsigned number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string local_text(LocalSeconds at, bool date) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day civil(day);
    std::string year = std::to_string(static_cast<int>(civil.year()));
    year.insert(0, year.size() < 4 ? 4 - year.size() : 0, '0');
    std::string text =
        year + "-" + two(static_cast<unsigned>(civil.month())) + "-" + two(static_cast<unsigned>(civil.day()));
    if (date) return text;
    const std::chrono::hh_mm_ss clock(at - day);
    return text + "T" + two(static_cast<unsigned>(clock.hours().count())) + ":" +
           two(static_cast<unsigned>(clock.minutes().count())) + ":" +
           two(static_cast<unsigned>(clock.seconds().count()));
}

class Reader {
public:
    std::vector<CalendarEvent> read(std::string_view text) {
        lines_ = read_calendar_lines(text);
        read_zones();
        for (std::size_t i = 0; i < lines_.size() && events_.size() < kMaxEvents; ++i) {
            if (lines_[i].name == "METHOD" && method_.empty()) method_ = to_lower_ascii(trim_ascii(lines_[i].value));
            if (!begins(i, "VEVENT")) continue;
            const std::size_t end = end_of(i);
            read_event(std::span(lines_).subspan(i + 1, end - i - 1));
            i = end;
        }
        for (auto& event : events_)
            event.method = method_;
        return std::move(events_);
    }

private:
    bool begins(std::size_t i, std::string_view component) const {
        return lines_[i].name == "BEGIN" && iequals_ascii(trim_ascii(lines_[i].value), component);
    }

    // The line that ends the component which begins at `i`: its END, or the end of a calendar that was cut.
    std::size_t end_of(std::size_t i) const {
        const auto name = trim_ascii(lines_[i].value);
        while (++i < lines_.size()) {
            if (lines_[i].name == "END" && iequals_ascii(trim_ascii(lines_[i].value), name)) break;
        }
        return i;
    }

    // Zones may stand behind the events that use them.
    void read_zones() {
        for (std::size_t i = 0; i < lines_.size() && zones_.size() < kMaxZones; ++i) {
            if (!begins(i, "VTIMEZONE")) continue;
            const std::size_t end = end_of(i);
            CalendarZone zone;
            for (std::size_t j = i + 1; j < end && zone.rules.size() < kMaxRules; ++j) {
                if (lines_[j].name == "TZID") zone.id = trim_ascii(lines_[j].value);
                if (!begins(j, "STANDARD") && !begins(j, "DAYLIGHT")) continue;
                const std::size_t last = std::min(end_of(j), end);
                const auto rule = read_zone_rule(std::span(lines_).subspan(j + 1, last - j - 1));
                zone.understood = zone.understood && rule.has_value();
                if (rule) zone.rules.push_back(*rule);
                j = last;
            }
            zones_.push_back(std::move(zone));
            i = end;
        }
    }

    void read_event(std::span<const CalendarLine> lines) {
        CalendarEvent event;
        const CalendarLine* duration = nullptr;
        const CalendarLine* start = nullptr;
        int inside = 0;  // components of the event: alarms have summaries and attendees of their own
        for (const auto& line : lines) {
            inside += line.name == "BEGIN" ? 1 : line.name == "END" ? -1 : 0;
            if (inside > 0) continue;
            if (line.name == "DTSTART") start = &line;
            if (line.name == "DURATION") duration = &line;
            set(event, line);
        }
        if (start != nullptr && duration != nullptr && !event.end) event.end = after(*start, duration->value);
        events_.push_back(std::move(event));
    }

    void set(CalendarEvent& event, const CalendarLine& line) {
        if (line.name == "UID") event.uid = trim_ascii(line.value);
        if (line.name == "SUMMARY") event.summary = unescape_calendar(line.value);
        if (line.name == "LOCATION") event.location = unescape_calendar(line.value);
        if (line.name == "STATUS") event.status = to_lower_ascii(trim_ascii(line.value));
        if (line.name == "ORGANIZER") event.organizer = address_of(line);
        if (line.name == "DTSTART") event.start = time_of(line);
        if (line.name == "DTEND") event.end = time_of(line);
        if (line.name == "SEQUENCE") {
            const auto value = trim_ascii(line.value);
            std::from_chars(value.data(), value.data() + value.size(), event.sequence);
        }
        if (line.name == "ATTENDEE" && event.attendees.size() < kMaxAttendees) {
            const auto status = line.parameter("PARTSTAT");
            event.attendees.push_back({address_of(line), status.empty() ? "needs-action" : to_lower_ascii(status)});
        }
    }

    std::optional<CalendarTime> time_of(const CalendarLine& line) const {
        const auto stamp = parse_calendar_stamp(line.value);
        return stamp ? std::optional(resolve(*stamp, line.parameter("TZID"))) : std::nullopt;
    }

    std::optional<CalendarTime> after(const CalendarLine& start, std::string_view duration) const {
        auto stamp = parse_calendar_stamp(start.value);
        const auto length = parse_calendar_duration(duration);
        if (!stamp || !length) return std::nullopt;
        stamp->local += *length;
        return resolve(*stamp, start.parameter("TZID"));
    }

    CalendarTime resolve(const CalendarStamp& stamp, std::string_view zone) const {
        CalendarTime time{.local = local_text(stamp.local, stamp.date), .zone = std::string(zone), .at = {}};
        const bool utc = stamp.utc || zone == "UTC" || zone == "Etc/UTC" || zone == "GMT";
        if (stamp.utc) time.zone = "UTC";
        if (stamp.date) return time;
        const auto known = std::ranges::find(zones_, zone, &CalendarZone::id);
        auto offset = utc ? std::optional(std::chrono::seconds(0)) : std::nullopt;
        if (!offset && !zone.empty() && known != zones_.end()) offset = known->offset(stamp.local);
        if (offset) time.at = Instant(std::chrono::sys_seconds((stamp.local - *offset).time_since_epoch()));
        return time;
    }

    std::vector<CalendarLine> lines_;
    std::vector<CalendarZone> zones_;
    std::vector<CalendarEvent> events_;
    std::string method_;
};

}  // namespace

std::vector<CalendarEvent> read_calendar(std::string_view text) {
    return Reader().read(text);
}

}  // namespace tandem::mail
