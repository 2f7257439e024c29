// Monitors, pace, agents.
#include "tests/connectors/avaya_dmcc/work_fixture.hpp"

namespace tandem::avaya_dmcc::test {
namespace {

TEST_F(DmccWork, LinkThenMonitorsThenStationsThenTheClock) {
    make({.vdns = {"7100"}, .splits = {"7200"}, .stations = {"5001"}});
    open();
    run(5s);
    EXPECT_EQ(order_,
              "SystemRegister GetThirdPartyDeviceId MonitorStart GetThirdPartyDeviceId MonitorStart "
              "GetThirdPartyDeviceId MonitorStart SnapshotDevice GetTimeOfDay ");
    EXPECT_EQ(counts().up, 3U);
    EXPECT_EQ(rounds_, 1);
    EXPECT_FALSE(work_->in_round());
    EXPECT_EQ(work_->monitors().find("101"), work_->monitors().find_device("cm1", "7100"));
    run(3h);
    EXPECT_EQ(asked_["GetTimeOfDay"], 4);
}

TEST_F(DmccWork, HasNothingToDoWithoutASession) {
    poll_ = 30s;
    make({.stations = {"5001"}});
    EXPECT_EQ(work_->next_time(now_), Time::max());
    open();
    EXPECT_LE(work_->next_time(now_), now_);
    run(5s);
    work_->lost();
    EXPECT_EQ(work_->next_time(now_), Time::max());
}

TEST_F(DmccWork, NoFasterThanThePace) {
    make({.stations = {"5000-5099"}});
    open();
    run(60s);
    EXPECT_EQ(asked_at_.size(), 302U);
    for (std::size_t i = 20; i < asked_at_.size(); ++i)
        EXPECT_GE(asked_at_[i] - asked_at_[i - 20], 850ms) << i;
    EXPECT_GE(asked_at_.back() - asked_at_.front(), 14s);
}

TEST_F(DmccWork, NoMoreOutstandingThanAllowed) {
    rate_ = 1'000;
    outstanding_ = 8;
    make({.stations = {"5000-5099"}});
    aes_ = [](Element) { return "hold"; };
    open();
    run(5s);
    EXPECT_EQ(held_.size(), 8U);
    work_->answered(held_[0], xml("<SystemRegisterResponse/>"), now_, Instant());
    run(1s);
    EXPECT_EQ(held_.size(), 9U);
}

TEST_F(DmccWork, ThousandsOfMonitors) {
    rate_ = 1'000;
    make({.stations = {"50000-54999"}});
    open();
    run(30s);
    EXPECT_EQ(counts().up, 5'000U);
    EXPECT_EQ(rounds_, 1);
    EXPECT_EQ(asked_["SnapshotDevice"], 5'000);
}

TEST_F(DmccWork, WhatIsRefusedForGoodIsNotAskedAgain) {
    make({.stations = {"5001-5003"}});
    aes_ = [this](Element root) {
        if (root.name() == "GetThirdPartyDeviceId" && root.child("extension").text() == "5001")
            return refusal("operation", "invalidDeviceID");
        if (root.name() == "MonitorStart" && root.at("monitorObject", "deviceObject").text().starts_with("5002"))
            return refusal("security", "generic");
        return usual(root);
    };
    open();
    run(2h);
    EXPECT_EQ(counts().refused, 2U);
    EXPECT_EQ(counts().up, 1U);
    EXPECT_EQ(asked_["MonitorStart"], 2);
    EXPECT_EQ(work_->monitors().last_failure(), "station 5002: security: generic");
    EXPECT_EQ(rounds_, 1);
}

TEST_F(DmccWork, ABusyAesIsAskedAgainLaterAndLater) {
    make({.stations = {"5001"}});
    std::vector<Time> tries;
    aes_ = [&](Element root) {
        if (root.name() != "MonitorStart") return usual(root);
        tries.push_back(now_);
        return tries.size() < 5 ? refusal("systemResourceAvailibility", "resourceBusy") : usual(root);
    };
    open();
    run(10min);
    ASSERT_EQ(tries.size(), 5U);
    EXPECT_EQ(std::chrono::round<std::chrono::seconds>(tries[1] - tries[0]), 5s);
    EXPECT_EQ(std::chrono::round<std::chrono::seconds>(tries[2] - tries[1]), 10s);
    EXPECT_EQ(std::chrono::round<std::chrono::seconds>(tries[4] - tries[3]), 40s);
    EXPECT_EQ(counts().up, 1U);
    // It came after the round: its station is looked at all the same.
    EXPECT_EQ(asked_["SnapshotDevice"], 1);
}

TEST_F(DmccWork, WithoutAReasonOnceMore) {
    make({.stations = {"5001"}});
    aes_ = [this](Element root) {
        return root.name() == "MonitorStart" ? std::string("<CSTAErrorCode><unspecified/></CSTAErrorCode>")
                                             : usual(root);
    };
    open();
    run(2h);
    EXPECT_EQ(asked_["MonitorStart"], 2);
    EXPECT_EQ(counts().refused, 1U);
}

TEST_F(DmccWork, AMissingLicenceIsAnAlarmAndNoLoop) {
    make({.vdns = {"7100"}, .stations = {"5000-5099"}});
    int allowed = 10;
    aes_ = [&](Element root) {
        if (root.name() != "MonitorStart" || root.child("monitorType").text() == "call") return usual(root);
        return allowed-- > 0 ? usual(root) : refusal("subscribedResourceAvailability", "objectMonitorLimitExceeded");
    };
    open();
    run(9min);
    EXPECT_EQ(counts().up, 11U);
    EXPECT_LE(asked_["MonitorStart"], 20);
    const auto remarks = seen<Remark>();
    EXPECT_EQ(std::ranges::count(remarks, true, &Remark::alarm), 1);
    // The others were looked at: calls are not held up by a licence.
    EXPECT_EQ(rounds_, 1);

    allowed = 1'000;
    run(20min);
    EXPECT_EQ(counts().up, 101U);
}

TEST_F(DmccWork, WithoutAnAnswerLater) {
    make({.stations = {"5001"}});
    bool silent = true;
    aes_ = [&](Element root) { return silent && root.name() == "MonitorStart" ? std::string() : usual(root); };
    open();
    run(4s);
    EXPECT_EQ(counts().retried, 1U);
    silent = false;
    run(10s);
    EXPECT_EQ(counts().up, 1U);
}

TEST_F(DmccWork, AgentsAreAskedForAtOnceAndThenSlowly) {
    poll_ = 30s;
    make({.vdns = {"7100"}, .stations = {"5001-5010"}});
    aes_ = [this](Element root) {
        if (root.name() != "GetAgentState") return usual(root);
        return std::string(
            "<GetAgentStateResponse><agentStateList><agentStateEntry><agentID>33001</agentID>"
            "<loggedOnState>true</loggedOnState><agentInfo><agentInfoItem><agentState>agentReady"
            "</agentState></agentInfoItem></agentInfo></agentStateEntry></agentStateList>"
            "</GetAgentStateResponse>");
    };
    open();
    run(3s);
    EXPECT_EQ(asked_["GetAgentState"], 10);
    const auto states = seen<AgentEvent>();
    ASSERT_EQ(states.size(), 10U);
    EXPECT_EQ(states[0].agent, "33001");
    EXPECT_EQ(states[0].switch_name, "CM1");
    EXPECT_EQ(states[0].station.number, "5001");
    EXPECT_TRUE(states[0].polled);
    run(5min);
    EXPECT_NEAR(asked_["GetAgentState"], 110, 12);
}

TEST_F(DmccWork, EachUcidIsAskedForOnce) {
    make({.stations = {"5001"}});
    aes_ = [this](Element root) {
        if (root.name() != "GetCallLinkageData") return usual(root);
        EXPECT_EQ(root.at("call", "deviceID").text(), "5001:CM1:10.0.0.1:0");
        return std::string(
            "<GetCallLinkageDataResponse><callLinkageData><globalCallData><globalCallLinkageID>"
            "<globallyUniqueCallLinkageID>00001043301754041290</globallyUniqueCallLinkageID>"
            "</globalCallLinkageID></globalCallData></callLinkageData></GetCallLinkageDataResponse>");
    };
    open();
    run(5s);
    for (int i = 0; i < 3; ++i)
        work_->want_linkage("CM1", {.call = "4330", .device = {.number = "5001", .switch_name = "CM1"}});
    work_->want_linkage("CM9", {.call = "1", .device = {}});
    run(5s);
    ASSERT_EQ(seen<Linkage>().size(), 1U);
    EXPECT_EQ(seen<Linkage>()[0].ucid, "00001043301754041290");
    EXPECT_EQ(asked_["GetCallLinkageData"], 1);
}

TEST_F(DmccWork, WhatIsNotItsOwnIsLeftToOthers) {
    make({.stations = {"5001"}});
    open();
    tell("<HeldEvent/>");
    EXPECT_FALSE(told_);
    tell("<FutureEvent/>");
    EXPECT_FALSE(told_);
    tell("<SystemStatus><systemStatus>normal</systemStatus></SystemStatus>");
    EXPECT_FALSE(told_);
}

}  // namespace
}  // namespace tandem::avaya_dmcc::test
