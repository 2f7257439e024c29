#include "connectors/avaya_cdr/calendar.hpp"

#include "connectors/avaya_records/text.hpp"

namespace tandem::avaya_cdr {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostPeers = 1'000;
constexpr auto kClocksDiffer = 1h;  // a clock that is ahead must not move its calls by a day

// The latest year in which the day is not to come.
std::optional<LocalTime> in_recent_year(const Day& day, std::chrono::minutes clock, LocalTime now) {
    const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
    for (int year = static_cast<int>(today.year()) + 1; year >= static_cast<int>(today.year()) - 4; --year) {
        const auto at = avaya_records::local_time(year, day.month, day.day, clock);
        if (at && *at <= now + std::chrono::days(1)) return at;
    }
    return std::nullopt;
}

}  // namespace

void Calendar::set(std::string_view peer, Day day) {
    if (days_.size() >= kMostPeers && !days_.contains(peer)) days_.erase(days_.begin());
    days_[std::string(peer)] = day;
}

std::optional<LocalTime> Calendar::local_end(const Record& record, std::string_view peer, LocalTime now) const {
    if (record.date && record.date->year)
        return avaya_records::local_time(*record.date->year, record.date->month, record.date->day, record.ended);
    const auto told = days_.find(peer);
    std::optional<LocalTime> at;
    if (record.date) {
        at = in_recent_year(*record.date, record.ended, now);
    } else if (told != days_.end()) {
        at = in_recent_year(told->second, record.ended, now);
    } else {
        at = std::chrono::floor<std::chrono::days>(now) + record.ended;
    }
    if (at && *at > now + kClocksDiffer) *at -= std::chrono::days(1);
    return at;
}

std::optional<End> Calendar::end_of(const Record& record, std::string_view peer, Instant arrived) const {
    const auto local = local_end(record, peer, zone_.local(arrived));
    if (!local) return std::nullopt;
    return End{.local = *local, .moment = avaya_records::meant(zone_.meaning(*local), 0s, arrived)};
}

}  // namespace tandem::avaya_cdr
