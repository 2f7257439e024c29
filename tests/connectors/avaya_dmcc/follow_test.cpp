// Whose monitor tells of the end of a call, and what ends it when that monitor is gone (vendors/avaya.md 2.7, 2.13).
#include "tests/connectors/avaya_dmcc/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::avaya_dmcc::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kUcid = "00001043211754041200";

class Following : public ::testing::Test {
protected:
    static Plan plan() {
        return {.stations = {"5001", "5002"}, .vdns = {"7100", "7101"}, .queues = {"7200"}, .recorders = {}};
    }
    static CallEvent event(CallEventKind kind, double at, const std::string& device, const std::string& monitored) {
        CallEvent event;
        event.kind = kind;
        event.at = at_second(at);
        event.monitor = "of " + monitored;
        event.monitored = monitored;
        event.follows_call = monitored.starts_with("71");
        event.switch_name = kSwitch;
        event.connection = {.call = "1", .device = avaya::parse_device(device)};
        event.subject = {.known = Subject::Known::Number, .device = event.connection.device};
        event.calling = {.known = Subject::Known::Number, .device = avaya::parse_device("4930123456")};
        event.called = {.known = Subject::Known::Number, .device = avaya::parse_device("7100")};
        event.ucid = kUcid;
        return event;
    }
    // At 7100, then at 7101; answered at 5001. Its last record.
    static std::string answered(Calls& calls) {
        calls.take(event(CallEventKind::Delivered, 10, "7100", "7100"));
        calls.take(event(CallEventKind::Delivered, 12, "7101", "7101"));
        calls.take(event(CallEventKind::Delivered, 20, "5001", "5001"));
        return calls.take(event(CallEventKind::Established, 24, "5001", "5001")).back().json;
    }
    static CallRecords dropped(Calls& calls, double at) {
        return calls.take(event(CallEventKind::ConnectionCleared, at, "5001", "5001"));
    }
};

TEST_F(Following, ACallGoesOnAsLongAsOneOfItsVdnsIsFollowed) {
    Calls calls(plan());
    answered(calls);
    calls.unfollow(at_second(30), kSwitch, "7100");
    dropped(calls, 40);
    EXPECT_TRUE(calls.expire(at_second(60)).empty());
    EXPECT_TRUE(calls.unfollow(at_second(60), "CM2", "7101").empty()) << "a VDN of another switch";
    EXPECT_TRUE(calls.expire(at_second(70)).empty());

    calls.unfollow(at_second(80), kSwitch, "7101");
    const auto ended = calls.expire(at_second(84));
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_THAT(ended[0].json, HasSubstr(R"("end_uncertain":true)")) << "nobody of ours was on it when nobody told";
    EXPECT_EQ(calls.counters().uncertain, 1U);
}

TEST_F(Following, WithoutAMonitorTheLastPartyThatLeavesEndsTheCall) {
    Calls calls(plan());
    answered(calls);
    calls.unfollow(at_second(30), {}, {});
    dropped(calls, 40);
    const auto ended = calls.expire(at_second(44));
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_THAT(ended[0].json, HasSubstr(R"("ended_at":"2026-01-01T00:00:40Z")"));
    EXPECT_THAT(ended[0].json, Not(HasSubstr("uncertain")));
}

TEST_F(Following, AMonitorThatStillFollowsTakesBackWhatItsAbsenceSuggested) {
    Calls calls(plan());
    answered(calls);
    calls.unfollow(at_second(30), {}, {});
    dropped(calls, 40);
    calls.take(event(CallEventKind::ConnectionCleared, 40.1, "5001", "7101"));
    EXPECT_TRUE(calls.expire(at_second(50)).empty());
    EXPECT_EQ(calls.counters().open, 1U);
}

// The caller that waits for an agent gives up: of that only the VDN's lost monitor would have told.
TEST_F(Following, ACallThatWaitsUnfollowedIsLookedAt) {
    Calls calls(plan());
    calls.take(event(CallEventKind::Delivered, 10, "7100", "7100"));
    calls.take(event(CallEventKind::Queued, 12, "7200", "7100"));
    EXPECT_TRUE(calls.unwatched(10).empty());
    calls.unfollow(at_second(30), {}, {});
    const auto looks = calls.unwatched(10);
    ASSERT_EQ(looks.size(), 1U);
    EXPECT_EQ(looks[0].connection.call, "1");
    EXPECT_EQ(looks[0].connection.device.number, "7200");

    CallSnapshot snapshot;
    snapshot.switch_name = kSwitch;
    snapshot.asked = looks[0].connection;
    snapshot.ucid = kUcid;
    snapshot.at = at_second(40);
    EXPECT_TRUE(calls.take(snapshot).empty()) << "it is as it was";
    snapshot.at = at_second(50);
    snapshot.gone = true;
    const auto ended = calls.take(snapshot);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_THAT(ended[0].json, HasSubstr(R"("ended_at":"2026-01-01T00:00:40Z")")) << "when it was last seen";
    EXPECT_THAT(ended[0].json, HasSubstr(R"("end_uncertain":true)"));
    EXPECT_TRUE(calls.unwatched(10).empty());
}

TEST_F(Following, WhoIsAtAMonitoredStationNeedsNoLook) {
    Calls calls(plan());
    answered(calls);
    calls.unfollow(at_second(30), {}, {});
    EXPECT_TRUE(calls.unwatched(10).empty());
}

TEST_F(Following, TheLongestUnheardOfIsLookedAtFirst) {
    Calls calls(plan());
    for (int i = 1; i <= 3; ++i) {
        CallEvent arrives = event(CallEventKind::Delivered, 10 - i, "7100", "7100");
        arrives.connection.call = std::to_string(i);
        arrives.ucid.clear();
        calls.take(arrives);
    }
    calls.unfollow(at_second(30), {}, {});
    EXPECT_EQ(calls.unwatched(10).size(), 3U);
    CallSnapshot snapshot;
    snapshot.switch_name = kSwitch;
    snapshot.asked.call = "3";
    snapshot.at = at_second(40);
    calls.take(snapshot);
    const auto looks = calls.unwatched(2);
    ASSERT_EQ(looks.size(), 2U);
    EXPECT_NE(looks[0].connection.call, "3");
    EXPECT_NE(looks[1].connection.call, "3");
}

TEST_F(Following, ARestartKeepsWhoFollowsUnlessTheConfigurationNoLongerDoes) {
    Calls before(plan());
    const std::string record = answered(before);
    for (const bool still : {true, false}) {
        SCOPED_TRACE(still);
        Plan other = plan();
        if (!still) other.vdns = {"7109"};
        Calls after(other);
        ASSERT_TRUE(after.restore(record));
        dropped(after, 40);
        EXPECT_EQ(after.expire(at_second(50)).size(), still ? 0U : 1U);
    }
}

}  // namespace
}  // namespace tandem::avaya_dmcc::testing
