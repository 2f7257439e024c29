#include "core/connector/counters.hpp"

#include <gtest/gtest.h>

namespace tandem::connector {
namespace {

TEST(Counters, AreListedAndExposed) {
    obs::Registry registry;
    Counters counters(registry, "sms");

    counters.received.add();
    counters.add("rejected", "bad signature", 2);
    counters.add("throttled", "", 1);

    const auto values = counters.values();
    EXPECT_EQ(values.at("received"), 1U);
    EXPECT_EQ(values.at("emitted"), 0U);
    EXPECT_EQ(values.at("rejected:bad signature"), 2U);
    EXPECT_EQ(values.at("throttled"), 1U);
    const std::string text = registry.exposition();
    EXPECT_NE(text.find(R"(tandem_rejected_total{instance="sms",reason="bad signature"} 2)"), std::string::npos)
        << text;
    EXPECT_NE(text.find(R"(tandem_received_total{instance="sms"} 1)"), std::string::npos) << text;
}

TEST(Counters, ManyLabelsDoNotFillTheMemory) {
    obs::Registry registry;
    Counters counters(registry, "sms");

    for (int i = 0; i < 10'000; ++i)
        counters.add("ignored", "reason " + std::to_string(i), 1);

    const auto values = counters.values();
    EXPECT_LT(values.size(), 100U);
    EXPECT_EQ(values.at("ignored:other"), 10'000U - 64U);
}

TEST(Counters, ARestartedInstanceGoesOnCounting) {
    obs::Registry registry;
    Counters(registry, "sms").received.add(5);
    EXPECT_EQ(Counters(registry, "sms").values().at("received"), 5U);
}

}  // namespace
}  // namespace tandem::connector
