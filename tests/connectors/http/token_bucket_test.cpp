#include "connectors/http/token_bucket.hpp"

#include <gtest/gtest.h>

namespace tandem::http {
namespace {

using std::chrono::milliseconds;

const Instant kStart = from_micros(1'790'000'000'000'000);

TEST(TokenBucket, GivesTheBurstThenTellsHowLongToWait) {
    TokenBucket bucket(10, 3, kStart);

    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(bucket.take(kStart), milliseconds(0));
    EXPECT_EQ(bucket.take(kStart), milliseconds(100));
    EXPECT_EQ(bucket.take(kStart + milliseconds(60)), milliseconds(40));
    EXPECT_EQ(bucket.take(kStart + milliseconds(100)), milliseconds(0));
    EXPECT_GT(bucket.take(kStart + milliseconds(100)), milliseconds(0));
}

TEST(TokenBucket, SavesNoMoreThanItsCapacity) {
    TokenBucket bucket(10, 2, kStart);
    const Instant later = kStart + std::chrono::hours(1);

    EXPECT_EQ(bucket.take(later), milliseconds(0));
    EXPECT_EQ(bucket.take(later), milliseconds(0));
    EXPECT_NE(bucket.take(later), milliseconds(0));
}

TEST(TokenBucket, RateZeroNeverRefuses) {
    TokenBucket bucket(0, 0, kStart);
    for (int i = 0; i < 1'000; ++i)
        ASSERT_EQ(bucket.take(kStart), milliseconds(0));
}

TEST(TokenBucket, AClockThatJumpsBackNeitherGivesNorTakes) {
    TokenBucket bucket(1, 1, kStart);
    EXPECT_EQ(bucket.take(kStart), milliseconds(0));
    EXPECT_EQ(bucket.take(kStart - std::chrono::hours(1)), milliseconds(1'000));
    EXPECT_EQ(bucket.take(kStart - std::chrono::hours(1) + milliseconds(1'000)), milliseconds(0));
}

}  // namespace
}  // namespace tandem::http
