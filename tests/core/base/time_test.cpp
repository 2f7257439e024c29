#include "core/base/time.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace tandem {
namespace {

TEST(Time, ReadsRfc3339AndWritesUtc) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
        {"2026-11-20T16:05:00+03:00", "2026-11-20T13:05:00Z"},
        {"2026-11-20T16:05:00+0300", "2026-11-20T13:05:00Z"},
        {"2026-11-20T13:05:00.5Z", "2026-11-20T13:05:00.500Z"},
        {"2026-11-20t13:05:00.123456789z", "2026-11-20T13:05:00.123456Z"},
        {"2024-02-29 23:59:59-01:00", "2024-03-01T00:59:59Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
        {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
    };
    for (const auto& [text, wanted] : cases) {
        auto at = parse_time(text);
        ASSERT_TRUE(at) << text;
        EXPECT_EQ(format_time(*at), wanted) << text;
    }
}

TEST(Time, RefusesWhatIsNoTime) {
    for (std::string_view text :
         {"", "2026-11-20", "2026-11-20T13:05:00", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
          "2026-11-20T24:00:00Z", "2026-11-20T13:60:00Z", "2026-11-20T13:05:00.Z", "2026-11-20T13:05:00+25:00",
          "2026-11-20T13:05:00Zx", "26-11-20T13:05:00Z", "2026-11-20T13:05:00.1234567890Z"}) {
        EXPECT_EQ(parse_time(text), std::nullopt) << text;
    }
}

TEST(Time, MicrosecondsKeepTheirValue) {
    EXPECT_EQ(to_micros(parse_time("1970-01-01T00:00:01.000002Z").value()), 1'000'002);
    EXPECT_EQ(from_micros(-1), parse_time("1969-12-31T23:59:59.999999Z").value());
}

}  // namespace
}  // namespace tandem
