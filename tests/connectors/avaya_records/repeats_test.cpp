#include "connectors/avaya_records/repeats.hpp"

#include <gtest/gtest.h>

namespace tandem::avaya_records {
namespace {

using namespace std::chrono_literals;

const Instant kNow = from_micros(1'740'000'000'000'000);

TEST(Repeats, KnowsALineForADay) {
    Repeats repeats;
    EXPECT_FALSE(repeats.note("a", 1, kNow));
    EXPECT_FALSE(repeats.note("b", 1, kNow + 1h));
    const auto again = repeats.note("a", 2, kNow + 23h);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->connection, 1U);
    EXPECT_EQ(again->times, 1U);
    EXPECT_EQ(repeats.note("a", 2, kNow + 24h)->times, 2U);
    EXPECT_FALSE(repeats.note("a", 2, kNow + 25h));
    EXPECT_FALSE(repeats.note("b", 2, kNow + 26h));
}

TEST(Repeats, ForgetsTheOldestWhenThereAreTooMany) {
    Repeats repeats(2);
    repeats.note("a", 1, kNow);
    repeats.note("b", 1, kNow);
    repeats.note("c", 1, kNow);
    EXPECT_TRUE(repeats.note("c", 1, kNow));
    EXPECT_FALSE(repeats.note("a", 1, kNow));
}

}  // namespace
}  // namespace tandem::avaya_records
