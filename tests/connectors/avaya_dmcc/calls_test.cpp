// What becomes of stories of calls: cases/*.txt beside what they should become; laws that hold for each of them.
#include "tests/connectors/avaya_dmcc/story.hpp"
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace tandem::avaya_dmcc::testing {
namespace {

// Two events like one another within two seconds are told apart by the monitors that tell each of them.
bool needs_every_copy(const Story& story) {
    return story.name == "quick_holds";
}

// The wrap-up of a call that has ended needs the call in memory: no record of it is open.
bool loses_wrap(const Story& story, std::size_t cut, const Outcomes& latest) {
    const auto is_wrap = [](const Step& step) {
        const auto* event = std::get_if<AgentEvent>(&step.what);
        return event != nullptr && event->state == AgentState::WorkingAfterCall;
    };
    const auto is_open = [](const auto& record) { return record.second.contains("\"open\":true"); };
    return std::ranges::none_of(latest, is_open) &&
           std::any_of(story.steps.begin() + static_cast<std::ptrdiff_t>(cut), story.steps.end(), is_wrap);
}

// A restart is a gap of its own.
bool recovers_later(const Story& story, std::size_t cut) {
    return std::any_of(story.steps.begin() + static_cast<std::ptrdiff_t>(cut), story.steps.end(),
                       [](const Step& step) { return std::holds_alternative<Signal>(step.what); });
}

// A link is lost for all calls.
bool concerns_all(const Story& story) {
    return !std::ranges::all_of(story.steps, [](const Step& step) {
        return std::holds_alternative<CallEvent>(step.what) || std::holds_alternative<AgentEvent>(step.what) ||
               std::holds_alternative<Linkage>(step.what);
    });
}

TEST(Cases, BecomeTheirRecords) {
    const auto folder = std::filesystem::path(TANDEM_SOURCE_DIR) / "tests/connectors/avaya_dmcc/cases";
    for (const Story& story : all_cases()) {
        SCOPED_TRACE(story.name);
        tandem::testing::expect_golden(folder / (story.name + ".json"), pretty(run(story)));
    }
}

TEST(Cases, AreTheSameWithCopiesInAnyOrderOrWithoutThem) {
    std::mt19937 random(11);
    for (const Story& story : all_cases()) {
        SCOPED_TRACE(story.name);
        const auto expected = run(story);
        for (int round = 0; round < 20; ++round) {
            ASSERT_EQ(run(shuffled(story, random)), expected);
            if (!needs_every_copy(story)) ASSERT_EQ(run(thinned(story, random)), expected);
        }
    }
}

TEST(Cases, GoOnFromTheirRecordsAfterARestartAtAnyMoment) {
    int restarts = 0;
    for (const Story& story : all_cases()) {
        const auto expected = run(story);
        for (std::size_t cut = 1; cut < story.steps.size(); ++cut) {
            SCOPED_TRACE(story.name + ", restarted before step " + std::to_string(cut));
            Calls before(story.plan);
            Outcomes latest;
            bool waits = false;
            for (std::size_t i = 0; i < cut; ++i) {
                const auto records = feed(before, story.steps[i]);
                keep(latest, records);
                const auto* event = std::get_if<CallEvent>(&story.steps[i].what);
                waits |= event != nullptr && event->kind == CallEventKind::Originated && records.empty();
            }
            // A call that waits for its UCID has no record yet.
            if (waits || loses_wrap(story, cut, latest) || recovers_later(story, cut)) continue;
            ++restarts;
            Calls after(story.plan);
            for (const auto& [id, record] : latest)
                ASSERT_TRUE(after.restore(record));
            for (const Step& step : story.steps)
                if (const auto* agent = std::get_if<AgentEvent>(&step.what);
                    agent != nullptr && step.at < story.steps[cut].at && agent->state == AgentState::LoggedOn)
                    after.take(*agent);
            for (std::size_t i = cut; i < story.steps.size(); ++i)
                keep(latest, feed(after, story.steps[i]));
            drain(after, latest, story.steps.back().at);
            ASSERT_EQ(finals(latest), expected);
        }
    }
    EXPECT_GT(restarts, 200);
}

TEST(Cases, MakeNoRevisionOfACopy) {
    for (const Story& story : all_cases()) {
        SCOPED_TRACE(story.name);
        Calls calls(story.plan);
        for (std::size_t i = 0; i < story.steps.size(); ++i) {
            feed(calls, story.steps[i]);
            Step copy = story.steps[i];
            auto* event = std::get_if<CallEvent>(&copy.what);
            if (event == nullptr) continue;
            event->monitor += " beside";
            event->at += std::chrono::milliseconds(300);
            copy.at = event->at;
            ASSERT_TRUE(feed(calls, copy).empty()) << "step " << i;
        }
    }
}

// Law: calls do not touch one another, however their events mix.
TEST(Cases, AreTheSameAmongManyOthers) {
    auto stories = all_cases();
    std::erase_if(stories, concerns_all);
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        Story crowd;
        Outcomes expected;
        for (int suffix = 1; suffix <= 40; ++suffix) {
            const Story& story = stories[random() % stories.size()];
            const Story one = renamed(story, suffix, static_cast<double>(random() % 400'000) / 1'000);
            expected.merge(run(one));
            crowd.plan.stations.insert(one.plan.stations.begin(), one.plan.stations.end());
            crowd.plan.recorders.insert(one.plan.recorders.begin(), one.plan.recorders.end());
            crowd.plan.vdns.insert(one.plan.vdns.begin(), one.plan.vdns.end());
            crowd.plan.queues.insert(one.plan.queues.begin(), one.plan.queues.end());
            std::vector<Step> merged;
            std::ranges::merge(crowd.steps, one.steps, std::back_inserter(merged), {}, &Step::at, &Step::at);
            crowd.steps = std::move(merged);
        }
        ASSERT_GE(expected.size(), 20U);
        ASSERT_EQ(run(crowd), expected);
    }
}

}  // namespace
}  // namespace tandem::avaya_dmcc::testing
