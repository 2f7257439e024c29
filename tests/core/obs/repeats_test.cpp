#include "core/obs/repeats.hpp"

#include <gtest/gtest.h>

namespace tandem::obs {
namespace {

using namespace std::chrono_literals;

const LineKind kRefused{3, "refused", "sms"};
const Repeats::Time kStart = Repeats::Time() + 1h;

TEST(Repeats, AdmitsTheFirstOfAWindow) {
    Repeats repeats(2, 10s);

    EXPECT_TRUE(repeats.admit(kRefused, kStart));
    EXPECT_TRUE(repeats.admit(kRefused, kStart + 1s));
    EXPECT_FALSE(repeats.admit(kRefused, kStart + 2s));
    EXPECT_TRUE(repeats.admit({3, "refused", "chat"}, kStart + 2s));
    EXPECT_TRUE(repeats.admit({4, "refused", "sms"}, kStart + 2s));
}

TEST(Repeats, TellsOnceWhatAWindowHeldBack) {
    Repeats repeats(1, 10s);
    for (int i = 0; i < 4; ++i)
        repeats.admit(kRefused, kStart);

    EXPECT_TRUE(repeats.ended(kStart + 9s).empty());
    auto ended = repeats.ended(kStart + 10s);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].kind, kRefused);
    EXPECT_EQ(ended[0].count, 3U);
    EXPECT_TRUE(repeats.ended(kStart + 20s).empty());
    EXPECT_TRUE(repeats.admit(kRefused, kStart + 20s)) << "a new window";
}

TEST(Repeats, SaysNothingOfWindowsWithoutRepeats) {
    Repeats repeats(2, 10s);
    repeats.admit(kRefused, kStart);

    EXPECT_TRUE(repeats.finish().empty());
}

TEST(Repeats, FinishTellsOpenWindows) {
    Repeats repeats(1, 10s);
    repeats.admit(kRefused, kStart);
    repeats.admit(kRefused, kStart);

    ASSERT_EQ(repeats.finish().size(), 1U);
}

TEST(Repeats, MoreKindsThanFitAreNotLimited) {
    Repeats repeats(1, 10s);
    for (int i = 0; i < 1024; ++i)
        repeats.admit({3, std::to_string(i), ""}, kStart);

    EXPECT_TRUE(repeats.admit({3, "another", ""}, kStart));
    EXPECT_TRUE(repeats.admit({3, "another", ""}, kStart));
    EXPECT_FALSE(repeats.admit({3, "7", ""}, kStart));
}

}  // namespace
}  // namespace tandem::obs
