#include "core/mapping/time_pattern.hpp"

#include <gtest/gtest.h>

namespace tandem::mapping::testing {
namespace {

struct Case {
    std::string text, pattern, zone, expected;  // expected empty: no such time
};

class Patterns : public ::testing::TestWithParam<Case> {};

TEST_P(Patterns, Read) {
    const auto& [text, pattern, zone, expected] = GetParam();
    std::string_view problem;
    const auto at = parse_pattern(text, pattern, zone, problem);
    EXPECT_EQ(at ? format_time(*at) : "", expected) << text << " " << pattern << " " << problem;
    EXPECT_EQ(problem, "");
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    Patterns,
    ::testing::Values(Case{"2026-11-20 16:05:07", "%Y-%m-%d %H:%M:%S", "", "2026-11-20T16:05:07Z"},
                      Case{"2026-11-20 16:05:07", "%F %T", "Europe/Moscow", "2026-11-20T13:05:07Z"},
                      Case{"2026-07-20 16:05:07", "%F %T", "Europe/Berlin", "2026-07-20T14:05:07Z"},
                      Case{"2026-11-20 16:05:07", "%F %T", "+03:00", "2026-11-20T13:05:07Z"},
                      Case{"2026-11-20 16:05:07 -0130", "%F %T %z", "Europe/Moscow", "2026-11-20T17:35:07Z"},
                      Case{"2026-11-20 16:05:07 +03", "%F %T %z", "", "2026-11-20T13:05:07Z"},
                      Case{"20261120160507", "%Y%m%d%H%M%S", "", "2026-11-20T16:05:07Z"},
                      Case{"2611201605", "%y%m%d%H%M", "", "2026-11-20T16:05:00Z"},
                      Case{"010199", "%d%m%y", "", "1999-01-01T00:00:00Z"},
                      Case{"20/11/2026 4:05 PM", "%d/%m/%Y %I:%M %p", "", "2026-11-20T16:05:00Z"},
                      Case{"20/11/2026 12:05 am", "%d/%m/%Y %I:%M %p", "", "2026-11-20T00:05:00Z"},
                      Case{"Fri, 22 Nov 2013 12:12:13 GMT", "%a, %d %b %Y %T %Z", "", "2013-11-22T12:12:13Z"},
                      Case{"Fri Jul 23 2021 23:32:48 GMT+0530 (India Standard Time)", "%a %b %d %Y %T GMT%z %*", "",
                           "2021-07-23T18:02:48Z"},
                      Case{"Friday 1 september 2023", "%A %e %B %Y", "", "2023-09-01T00:00:00Z"},
                      Case{"2026-11-20T16:05:07.123456789Z", "%FT%T.%f%z", "", "2026-11-20T16:05:07.123456Z"},
                      Case{"1795176000", "%s", "", "2026-11-20T12:00:00Z"},
                      Case{"  2026-11-20  ", "%F", "", "2026-11-20T00:00:00Z"},
                      Case{"100%", "%m%d0%%", "", ""},
                      Case{"2026-02-29", "%F", "", ""},
                      Case{"2026-13-01", "%F", "", ""},
                      Case{"2026-11-20 24:00", "%F %H:%M", "", ""},
                      Case{"2026-11-20 13:00 pm", "%F %I:%M %p", "", ""},
                      Case{"2026-11-20x", "%F", "", ""},
                      Case{"2026-11", "%F", "", ""},
                      Case{"2026-11-20 10:00 +25:00", "%F %H:%M %z", "", ""},
                      // The clocks of Berlin skip from 2:00 to 3:00, and repeat 2:00 to 3:00 in autumn.
                      Case{"2026-03-29 02:30", "%F %H:%M", "Europe/Berlin", "2026-03-29T01:00:00Z"},
                      Case{"2026-10-25 02:30", "%F %H:%M", "Europe/Berlin", "2026-10-25T00:30:00Z"}));

TEST(PatternProblems, AreNamed) {
    std::string_view problem;
    EXPECT_FALSE(parse_pattern("2026", "%Q", "", problem));
    EXPECT_TRUE(problem.contains("unknown letter"));
    EXPECT_FALSE(parse_pattern("2026", "%Y%", "", problem));
    EXPECT_TRUE(problem.contains("ends in %"));
    EXPECT_FALSE(parse_pattern("2026", "%Y", "Europe/Atlantis", problem));
    EXPECT_TRUE(problem.contains("zone"));
}

}  // namespace
}  // namespace tandem::mapping::testing
