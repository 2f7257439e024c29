#include "core/async/backoff.hpp"

#include <gtest/gtest.h>

namespace tandem::async {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesUpToTheLimitWithoutJitter) {
    Backoff backoff({.first = milliseconds(100), .limit = milliseconds(1'000), .factor = 2.0, .jitter = 0.0});

    std::vector<milliseconds> delays;
    for (int i = 0; i < 6; ++i)
        delays.push_back(backoff.next(0.5));

    const std::vector<milliseconds> expected{milliseconds(100), milliseconds(200),   milliseconds(400),
                                             milliseconds(800), milliseconds(1'000), milliseconds(1'000)};
    EXPECT_EQ(delays, expected);
}

TEST(Backoff, JitterTakesAtMostItsShareAway) {
    const BackoffOptions options{
        .first = milliseconds(1'000), .limit = milliseconds(1'000), .factor = 2.0, .jitter = 0.5};

    EXPECT_EQ(Backoff(options).next(0.0), milliseconds(500));
    EXPECT_EQ(Backoff(options).next(0.5), milliseconds(750));
    EXPECT_EQ(Backoff(options).next(1.0), milliseconds(1'000));
}

TEST(Backoff, WhatThePeerAskedForIsALowerBoundAlsoAboveTheLimit) {
    Backoff backoff({.first = milliseconds(100), .limit = milliseconds(200), .factor = 2.0, .jitter = 0.0});

    EXPECT_EQ(backoff.next(0.0, milliseconds(5'000)), milliseconds(5'000));
    EXPECT_EQ(backoff.next(0.0, milliseconds(1)), milliseconds(200));
}

TEST(Backoff, ResetBeginsAnew) {
    Backoff backoff({.first = milliseconds(100), .limit = milliseconds(1'000), .factor = 2.0, .jitter = 0.0});
    backoff.next(0.0);
    backoff.next(0.0);

    backoff.reset();

    EXPECT_EQ(backoff.attempts(), 0U);
    EXPECT_EQ(backoff.next(0.0), milliseconds(100));
}

TEST(Backoff, ManyFailuresDoNotOverflow) {
    Backoff backoff({.first = milliseconds(1), .limit = milliseconds(60'000), .factor = 10.0, .jitter = 0.0});

    for (int i = 0; i < 10'000; ++i)
        backoff.next(0.0);

    EXPECT_EQ(backoff.next(0.0), milliseconds(60'000));
}

}  // namespace
}  // namespace tandem::async
