#include "connectors/avaya_records/repeats.hpp"

#include <gtest/gtest.h>

namespace tandem::avaya_records {
namespace {

using namespace std::chrono_literals;

const Instant kNow = from_micros(1'740'000'000'000'000);

TEST(Repeats, KnowsALineForADay) {
    Repeats repeats;
    EXPECT_EQ(repeats.note("a", true, 1, kNow), 1U);
    EXPECT_EQ(repeats.note("b", true, 1, kNow + 1h), 1U);
    EXPECT_EQ(repeats.note("a", true, 1, kNow + 23h), 0U);
    EXPECT_EQ(repeats.note("a", true, 2, kNow + 24h), 0U);
    EXPECT_EQ(repeats.note("a", true, 2, kNow + 25h), 1U);
    EXPECT_EQ(repeats.note("b", true, 2, kNow + 26h), 1U);
}

TEST(Repeats, OfEqualLinesAConnectionRepeatsAsManyAsCameBefore) {
    Repeats repeats;
    EXPECT_EQ(repeats.note("a", false, 1, kNow), 1U);
    EXPECT_EQ(repeats.note("a", false, 1, kNow), 2U);
    EXPECT_EQ(repeats.note("a", false, 2, kNow), 0U);
    EXPECT_EQ(repeats.note("a", false, 2, kNow), 0U);
    EXPECT_EQ(repeats.note("a", false, 2, kNow), 3U);
    EXPECT_EQ(repeats.note("a", false, 3, kNow), 0U);
}

TEST(Repeats, TwoLinksThatBothTellOfTwoCallsTellOfTwo) {
    Repeats repeats;
    EXPECT_EQ(repeats.note("a", false, 1, kNow), 1U);
    EXPECT_EQ(repeats.note("a", false, 2, kNow), 0U);
    EXPECT_EQ(repeats.note("a", false, 1, kNow), 2U);
    EXPECT_EQ(repeats.note("a", false, 2, kNow), 0U);
}

TEST(Repeats, ForgetsTheOldestWhenThereAreTooMany) {
    Repeats repeats(2);
    repeats.note("a", true, 1, kNow);
    repeats.note("b", true, 1, kNow);
    repeats.note("c", true, 1, kNow);
    EXPECT_EQ(repeats.note("c", true, 1, kNow), 0U);
    EXPECT_EQ(repeats.note("a", true, 1, kNow), 1U);
}

}  // namespace
}  // namespace tandem::avaya_records
