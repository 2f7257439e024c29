#include "core/base/zone.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tandem {
namespace {

using namespace std::chrono_literals;

LocalTime wall(int year, unsigned month, unsigned day, int hour, int minute) {
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
    return std::chrono::local_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute);
}

std::string meaning(std::string_view zone, LocalTime local) {
    const auto found = Zone::find(zone);
    if (!found) return "no zone";
    const auto both = found->meaning(local);
    return both.first == both.last ? format_time(both.first) : format_time(both.first) + " " + format_time(both.last);
}

TEST(Zone, SaysWhatAWallClockMeant) {
    EXPECT_EQ(meaning("Europe/Berlin", wall(2026, 7, 1, 12, 0)), "2026-07-01T10:00:00Z");
    EXPECT_EQ(meaning("Europe/Berlin", wall(2026, 1, 1, 12, 0)), "2026-01-01T11:00:00Z");
    EXPECT_EQ(meaning("", wall(2026, 1, 1, 12, 0)), "2026-01-01T12:00:00Z");
    EXPECT_EQ(meaning("+05:30", wall(2026, 1, 1, 12, 0)), "2026-01-01T06:30:00Z");
    EXPECT_EQ(meaning("-0500", wall(2026, 1, 1, 12, 0)), "2026-01-01T17:00:00Z");
}

TEST(Zone, TheRepeatedHourMeansTwoTimes) {
    EXPECT_EQ(meaning("Europe/Berlin", wall(2026, 10, 25, 2, 30)), "2026-10-25T00:30:00Z 2026-10-25T01:30:00Z");
}

TEST(Zone, TheSkippedHourMeansTheChange) {
    EXPECT_EQ(meaning("Europe/Berlin", wall(2026, 3, 29, 2, 30)), "2026-03-29T01:00:00Z");
}

TEST(Zone, KnowsTheLocalTimeOfAnInstant) {
    const auto at = *parse_time("2026-07-01T22:30:00Z");
    EXPECT_EQ(Zone::find("Europe/Berlin")->local(at), wall(2026, 7, 2, 0, 30));
    EXPECT_EQ(Zone::find("-03")->local(at), wall(2026, 7, 1, 19, 30));
    EXPECT_EQ(Zone().local(at), wall(2026, 7, 1, 22, 30));
}

TEST(Zone, RefusesWhatIsNone) {
    for (const std::string_view name : {"Europe/Nowhere", "+19:00", "+1:00", "+01:60", "+", "+0100x", "1"})
        EXPECT_FALSE(Zone::find(name)) << name;
}

}  // namespace
}  // namespace tandem
