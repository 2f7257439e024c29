#include "connectors/smtp/domain_limits.hpp"

#include <gtest/gtest.h>

namespace tandem::smtp {
namespace {

using namespace std::chrono_literals;

TEST(DomainLimits, SoManyAtOnce) {
    DomainLimits limits({.at_once = 2});
    const DomainLimits::Time now{};
    EXPECT_EQ(limits.take("a.test", now), 0ms);
    EXPECT_EQ(limits.take("A.TEST", now), 0ms);
    EXPECT_GT(limits.take("a.test", now), 0ms);
    EXPECT_EQ(limits.take("b.test", now), 0ms);
    limits.release("a.Test");
    EXPECT_EQ(limits.take("a.test", now), 0ms);
}

TEST(DomainLimits, SoManyPerMinute) {
    DomainLimits limits({.at_once = 0, .per_minute = 2});
    DomainLimits::Time now = DomainLimits::Time{} + 1h;
    EXPECT_EQ(limits.take("a.test", now), 0ms);
    EXPECT_EQ(limits.take("a.test", now), 0ms);
    const auto wait = limits.take("a.test", now);
    EXPECT_GT(wait, 29s);
    EXPECT_LE(wait, 31s);
    EXPECT_EQ(limits.take("b.test", now), 0ms);
    now += wait;
    EXPECT_EQ(limits.take("a.test", now), 0ms);
    EXPECT_GT(limits.take("a.test", now), 0ms);
    // More than a minute's worth is never saved up.
    now += 1h;
    EXPECT_EQ(limits.take("a.test", now), 0ms);
    EXPECT_EQ(limits.take("a.test", now), 0ms);
    EXPECT_GT(limits.take("a.test", now), 0ms);
}

TEST(DomainLimits, RemembersSoManyDomains) {
    DomainLimits limits({.at_once = 1, .domains = 10});
    DomainLimits::Time now = DomainLimits::Time{} + 1h;
    EXPECT_EQ(limits.take("busy.test", now), 0ms);
    for (int i = 0; i < 100; ++i) {
        const std::string name = std::to_string(i) + ".test";
        EXPECT_EQ(limits.take(name, now), 0ms);
        limits.release(name);
        now += 2min;
    }
    EXPECT_LE(limits.size(), 11U);
    EXPECT_GT(limits.take("busy.test", now), 0ms);
}

}  // namespace
}  // namespace tandem::smtp
