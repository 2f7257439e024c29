// What Calls holds is bounded, what it hands out grows, and time alone ends what nobody tells the end of.
#include "connectors/avaya_dmcc/call.hpp"
#include "core/data/json.hpp"
#include "tests/connectors/avaya_dmcc/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::avaya_dmcc::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

CallEvent event(CallEventKind kind, double at, const std::string& call, const std::string& station) {
    CallEvent event;
    event.kind = kind;
    event.at = at_second(at);
    event.monitor = "103";
    event.switch_name = "CM1";
    event.connection = {.call = call, .device = avaya::parse_device(station)};
    event.subject = {.known = Subject::Known::Number, .device = event.connection.device};
    return event;
}

CallEvent rings(double at, const std::string& call, const std::string& station = "5001") {
    CallEvent ring = event(CallEventKind::Delivered, at, call, station);
    ring.calling = {.known = Subject::Known::Number, .device = avaya::parse_device("4930123456")};
    ring.called = {.known = Subject::Known::Number, .device = avaya::parse_device(station)};
    return ring;
}

std::string ucid_of(int number) {
    std::string digits = std::to_string(number);
    return "00001" + std::string(5 - digits.size(), '0') + digits + "1754041200";
}

TEST(CallBounds, TheQuietestCallGivesWayWithItsMark) {
    Calls calls({}, {.calls = 3});
    for (int i = 1; i <= 3; ++i)
        calls.take(rings(i, std::to_string(i)));
    calls.take(event(CallEventKind::Established, 4, "1", "5001"));

    calls.take(rings(5, "4"));
    const auto records = calls.take(rings(6, "5"));

    EXPECT_EQ(calls.counters().gave_way, 1U);
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].id, "CM1:2:1767225602");
    EXPECT_FALSE(records[0].open);
    EXPECT_THAT(records[0].json, HasSubstr(R"("gave_way":true)"));
    EXPECT_THAT(records[0].json, HasSubstr(R"("end_uncertain":true)"));
    EXPECT_EQ(calls.counters().open, 4U);
}

TEST(CallBounds, ACallOfWhichNothingIsHeardEndsInDoubt) {
    Calls calls({}, {.quiet = 1h});
    calls.take(rings(10, "1"));

    EXPECT_TRUE(calls.expire(at_second(10) + 59min).empty());
    const auto records = calls.expire(at_second(10) + 1h);

    ASSERT_EQ(records.size(), 1U);
    EXPECT_TRUE(records[0].open) << "it may be heard of again";
    EXPECT_THAT(records[0].json, HasSubstr(R"("end_reason":"unknown")"));
    EXPECT_THAT(records[0].json, HasSubstr(R"("ended_at":"2026-01-01T00:00:10Z")"));
    const auto last = calls.expire(at_second(10) + 2h);
    ASSERT_EQ(last.size(), 1U);
    EXPECT_FALSE(last[0].open);
    EXPECT_FALSE(calls.next_expiry());
}

TEST(CallBounds, AnEndedCallIsForgottenWhateverItsAgentDoes) {
    Plan plan;
    plan.stations = {"5001"};
    Calls calls(plan, {.remember = 20s});
    calls.take(rings(1, "1"));
    calls.take(event(CallEventKind::Established, 2, "1", "5001"));
    calls.take(event(CallEventKind::CallCleared, 10, "1", "5001"));
    calls.expire(at_second(15));
    EXPECT_EQ(calls.counters().open, 0U);
    const auto due = calls.next_expiry();
    ASSERT_TRUE(due);
    EXPECT_LE(*due, at_second(35));
    for (int second = 16; at_second(second) <= *due; ++second) {
        EXPECT_EQ(calls.next_expiry(), due) << second;
        AgentEvent agent;
        agent.state = second % 2 == 0 ? AgentState::Ready : AgentState::NotReady;
        agent.at = at_second(second);
        agent.switch_name = "CM1";
        agent.station = avaya::parse_device("5001");
        calls.take(agent);
    }
    EXPECT_FALSE(calls.next_expiry());
}

TEST(CallBounds, ListsOfOneCallEnd) {
    Calls calls({});
    CallRecords last;
    auto ring = rings(1, "1");
    calls.take(ring);
    for (int i = 0; i < 2'000; ++i) {
        const auto station = std::to_string(6'000 + i);
        auto records = calls.take(rings(2 + i, "1", station));
        auto away = event(CallEventKind::Diverted, 2.5 + i, "1", station);
        for (auto& record : calls.take(away))
            records.push_back(record);
        auto queue = event(CallEventKind::Queued, 2.7 + i, "1", std::to_string(9'000 + i));
        for (auto& record : calls.take(queue))
            records.push_back(record);
        if (!records.empty()) last = records;
    }
    ASSERT_FALSE(last.empty());
    data::Arena arena;
    const auto record = data::parse_json(last.back().json, arena);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->get("legs").size(), kMaxLegs);
    EXPECT_EQ(record->get("queues").size(), kMaxQueues);
    EXPECT_EQ(record->get("timeline").size(), kMaxMoments);
    EXPECT_LT(last.back().json.size(), 64'000U);
}

TEST(CallBounds, MemoryStaysWithinTheLimitHoweverManyCallsCome) {
    Calls calls({}, {.calls = 100});
    for (int i = 0; i < 20'000; ++i) {
        calls.take(rings(i * 0.01, std::to_string(i)));
        ASSERT_LE(calls.counters().open, 101U);
    }
}

TEST(CallRevisions, GrowWithEveryRecordAndOverRestarts) {
    Calls first({});
    auto ring = rings(10, "1");
    ring.ucid = ucid_of(1);
    const auto one = first.take(ring);
    const auto two = first.take(event(CallEventKind::Established, 12, "1", "5001"));
    ASSERT_EQ(one.size(), 1U);
    ASSERT_EQ(two.size(), 1U);
    EXPECT_LT(one[0].revision, two[0].revision);
    EXPECT_EQ(one[0].id, ucid_of(1));

    Calls second({});
    ASSERT_TRUE(second.restore(two[0].json));
    ASSERT_TRUE(second.restore(one[0].json)) << "an older record changes nothing";
    const auto three = second.take(event(CallEventKind::Held, 20, "1", "5001"));
    ASSERT_EQ(three.size(), 1U);
    EXPECT_LT(two[0].revision, three[0].revision);
    EXPECT_THAT(three[0].json, HasSubstr(R"("answered_at":"2026-01-01T00:00:12Z")"));

    // One that knows nothing of the call any more.
    Calls third({});
    auto later = rings(30, "1");
    later.ucid = ucid_of(1);
    EXPECT_GT(third.take(later).at(0).revision, three[0].revision);
}

TEST(CallRestore, RefusesWhatIsNoRecord) {
    Calls calls({});
    for (const std::string_view wrong : {"", "[]", "{}", R"({"id":"a"})", R"({"id":"","revision":1})",
                                         R"({"id":"a","revision":"1"})", R"({"id":"a","revision":1,"open":true})"}) {
        const auto restored = calls.restore(wrong);
        ASSERT_FALSE(restored) << wrong;
        EXPECT_EQ(restored.error().kind, ErrorKind::Corrupt);
    }
    EXPECT_TRUE(calls.restore(R"({"id":"a","revision":1,"state":"ended"})"));
    EXPECT_EQ(calls.counters().open, 0U);
}

TEST(CallRestore, ACallThatWasJoinedToAnotherIsNotTakenUpAgain) {
    const auto folder = std::filesystem::path(TANDEM_SOURCE_DIR) / "tests/connectors/avaya_dmcc/cases";
    const Story story = read_case(folder / "transfer_tied_late.txt");
    Calls calls(story.plan);
    std::vector<std::string> all;
    for (const Step& step : story.steps) {
        if (step.at > at_second(135)) break;
        for (const auto& record : feed(calls, step))
            all.push_back(record.json);
    }
    ASSERT_THAT(all, ::testing::Contains(HasSubstr("merged_into")));

    Calls after(story.plan);
    for (const auto& record : all)
        ASSERT_TRUE(after.restore(record));
    EXPECT_EQ(after.counters().open, 1U);
    Calls backwards(story.plan);
    for (auto record = all.rbegin(); record != all.rend(); ++record)
        ASSERT_TRUE(backwards.restore(*record));
    Outcomes one;
    Outcomes other;
    for (const Step& step : story.steps) {
        if (step.at <= at_second(135)) continue;
        keep(one, feed(after, step));
        keep(other, feed(backwards, step));
    }
    EXPECT_EQ(finals(one), run(story));
    EXPECT_EQ(finals(other), run(story));
}

TEST(CallLinkage, AnOutgoingCallWaitsASecondForItsUcid) {
    Calls calls({});
    auto out = event(CallEventKind::Originated, 10, "1", "5001");
    out.calling = out.subject;
    out.called = {.known = Subject::Known::Number, .device = avaya::parse_device("0049301112223")};
    EXPECT_TRUE(calls.take(out).empty());
    EXPECT_TRUE(calls.lacks_ucid("cm1", "1"));
    EXPECT_EQ(calls.next_expiry(), at_second(11));

    const auto records = calls.take_linkage("CM1", "1", ucid_of(7), at_second(10.2));
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].id, ucid_of(7));
    EXPECT_FALSE(calls.lacks_ucid("CM1", "1"));
    EXPECT_FALSE(calls.lacks_ucid("CM1", "2"));
}

TEST(CallLinkage, SwitchesHaveCallIdsOfTheirOwn) {
    Calls calls({});
    auto here = rings(10, "1");
    auto there = rings(10, "1");
    there.switch_name = "CM2";
    there.ucid = ucid_of(9);
    calls.take(here);
    calls.take(there);
    EXPECT_EQ(calls.counters().open, 2U);
}

TEST(CallRecovery, RestoredCallsWereLastKnownWithTheirRecord) {
    Calls before({});
    auto ring = rings(10, "1");
    ring.ucid = ucid_of(1);
    const auto record = before.take(ring).at(0);

    Calls after({});
    ASSERT_TRUE(after.restore(record.json));
    const auto lost = after.link_lost(at_second(300));
    ASSERT_EQ(lost.size(), 1U);
    EXPECT_THAT(lost[0].json, HasSubstr(R"("gaps":[{"from":"2026-01-01T00:00:10Z"}])"));
    after.link_restored(at_second(301));
    const auto asked = after.unconfirmed();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].switch_name, "CM1");
    EXPECT_EQ(asked[0].connection.call, "1");
    EXPECT_EQ(asked[0].connection.device.number, "5001");
}

TEST(CallRecovery, AnEventOfOnePartLeavesTheOtherInDoubt) {
    const auto folder = std::filesystem::path(TANDEM_SOURCE_DIR) / "tests/connectors/avaya_dmcc/cases";
    const Story story = read_case(folder / "link_lost_event_before_the_snapshots.txt");
    Calls calls(story.plan);
    for (const Step& step : story.steps)
        if (step.at < at_second(116)) feed(calls, step);
    const auto asked = calls.unconfirmed();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].connection.call, "4330");
}

// The gateway was stopped a second time while it had no session yet.
TEST(CallRecovery, ACallThatWasRestoredInItsGapIsAskedFor) {
    Calls before({});
    before.take(rings(10, "1"));
    const auto lost = before.link_lost(at_second(20)).at(0);
    Calls after({});
    ASSERT_TRUE(after.restore(lost.json));
    after.link_lost(at_second(300));
    after.link_restored(at_second(301));
    EXPECT_EQ(after.unconfirmed().size(), 1U);
    const auto ended = after.snapshots_done(at_second(302));
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_THAT(ended[0].json, HasSubstr(R"("ended_at":"2026-01-01T00:00:20Z")"));
}

TEST(CallRecovery, TouchesOnlyTheSwitchWhoseLinkWasLost) {
    Calls calls({});
    auto here = rings(10, "1");
    here.ucid = ucid_of(1);
    auto there = rings(10, "1");
    there.switch_name = "CM2";
    there.ucid = ucid_of(2);
    calls.take(here);
    calls.take(there);
    calls.link_lost(at_second(20), "cm2");
    calls.link_restored(at_second(30), "CM2");
    const auto records = calls.snapshots_done(at_second(31), "CM2");
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].id, ucid_of(2));
    EXPECT_EQ(calls.counters().uncertain, 1U);
}

TEST(CallStrangers, TheEndOfACallThatWasNeverSeenMakesNone) {
    Calls calls({});
    EXPECT_TRUE(calls.take(event(CallEventKind::ConnectionCleared, 1, "1", "5001")).empty());
    EXPECT_TRUE(calls.take(event(CallEventKind::CallCleared, 2, "2", "5001")).empty());
    EXPECT_TRUE(calls.take(event(CallEventKind::ServiceInitiated, 3, "3", "5001")).empty());
    EXPECT_EQ(calls.counters().strangers, 2U);
    EXPECT_EQ(calls.counters().open, 0U);
}

}  // namespace
}  // namespace tandem::avaya_dmcc::testing
