#include "core/obs/metrics.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace tandem::obs {
namespace {

TEST(Metrics, WritesThePrometheusTextFormat) {
    Registry registry;
    registry.counter("tandem_received_total", "Events received.", {{"instance", "sms"}}).add(3);
    registry.counter("tandem_received_total", "Events received.", {{"instance", "chat"}}).add();
    registry.gauge("tandem_backlog_events", "Waiting events.").set(-2);
    auto& seconds = registry.histogram("tandem_ack_seconds", "Time to the answer.", {{"instance", "sms"}}, {0.1, 1});
    for (double value : {0.05, 0.1, 0.5, 7.25})
        seconds.observe(value);

    EXPECT_EQ(registry.exposition(),
              "# HELP tandem_ack_seconds Time to the answer.\n"
              "# TYPE tandem_ack_seconds histogram\n"
              "tandem_ack_seconds_bucket{instance=\"sms\",le=\"0.1\"} 2\n"
              "tandem_ack_seconds_bucket{instance=\"sms\",le=\"1\"} 3\n"
              "tandem_ack_seconds_bucket{instance=\"sms\",le=\"+Inf\"} 4\n"
              "tandem_ack_seconds_sum{instance=\"sms\"} 7.9\n"
              "tandem_ack_seconds_count{instance=\"sms\"} 4\n"
              "# HELP tandem_backlog_events Waiting events.\n"
              "# TYPE tandem_backlog_events gauge\n"
              "tandem_backlog_events -2\n"
              "# HELP tandem_received_total Events received.\n"
              "# TYPE tandem_received_total counter\n"
              "tandem_received_total{instance=\"chat\"} 1\n"
              "tandem_received_total{instance=\"sms\"} 3\n");
}

TEST(Metrics, EscapesTexts) {
    Registry registry;
    registry.counter("x_total", "A \\ and\na \"line\".", {{"reason", "say \"no\"\\\n"}}).add();

    EXPECT_EQ(registry.exposition(),
              "# HELP x_total A \\\\ and\\na \"line\".\n"
              "# TYPE x_total counter\n"
              "x_total{reason=\"say \\\"no\\\"\\\\\\n\"} 1\n");
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameMetric) {
    Registry registry;

    EXPECT_EQ(&registry.counter("x_total", "X.", {{"a", "1"}}), &registry.counter("x_total", "", {{"a", "1"}}));
    EXPECT_NE(&registry.counter("x_total", "X.", {{"a", "1"}}), &registry.counter("x_total", "X.", {{"a", "2"}}));
}

TEST(Metrics, RefusesNamesThatPrometheusDoesNotKnow) {
    Registry registry;
    registry.counter("x_total", "X.");

    EXPECT_THROW(registry.counter("", "X."), std::invalid_argument);
    EXPECT_THROW(registry.counter("1x", "X."), std::invalid_argument);
    EXPECT_THROW(registry.counter("x-y", "X."), std::invalid_argument);
    EXPECT_THROW(registry.counter("y", "X.", {{"a-b", "1"}}), std::invalid_argument);
    EXPECT_THROW(registry.histogram("z", "X.", {{"le", "1"}}), std::invalid_argument);
    EXPECT_THROW(registry.gauge("x_total", "X."), std::invalid_argument) << "it is a counter already";
}

TEST(Metrics, LabelsCannotFillTheMemory) {
    Registry registry;
    for (int i = 0; i < 10'000; ++i)
        registry.counter("x_total", "X.", {{"n", std::to_string(i)}});

    auto& first = registry.counter("x_total", "X.", {{"n", "one more"}});
    auto& second = registry.counter("x_total", "X.", {{"n", "and another"}});

    EXPECT_EQ(&first, &second);
    first.add(2);
    EXPECT_NE(registry.exposition().find("x_total{n=\"other\"} 2\n"), std::string::npos);
    EXPECT_NE(&registry.counter("x_total", "X.", {{"n", "7"}}), &first);
}

TEST(Metrics, CountsFromManyThreads) {
    Registry registry;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&registry] {
                auto& counter = registry.counter("x_total", "X.");
                auto& histogram = registry.histogram("x_seconds", "X.");
                for (int i = 0; i < 10'000; ++i) {
                    counter.add();
                    histogram.observe(0.001);
                }
            });
        }
    }
    EXPECT_EQ(registry.counter("x_total", "X.").value(), 40'000U);
    auto snapshot = registry.histogram("x_seconds", "X.").snapshot();
    EXPECT_EQ(snapshot.counts[3], 40'000U);
    EXPECT_NEAR(snapshot.sum, 40.0, 1e-6);
}

TEST(Metrics, AnObservationBelowZeroIsZero) {
    Histogram histogram({1});
    histogram.observe(-5);

    EXPECT_EQ(histogram.snapshot().counts[0], 1U);
    EXPECT_EQ(histogram.snapshot().sum, 0);
}

}  // namespace
}  // namespace tandem::obs
