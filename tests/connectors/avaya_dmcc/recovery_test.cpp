// What is done about the time without a session or a link (vendors/avaya.md 2.13).
#include "tests/connectors/avaya_dmcc/work_fixture.hpp"

namespace tandem::avaya_dmcc::test {
namespace {

// Ids are kept over sessions; one that a new AES does not know is asked for anew.
TEST_F(DmccWork, DeviceIdsAreKeptAsLongAsTheyAreGood) {
    make({.stations = {"5001-5002"}});
    open();
    run(5s);
    work_->lost();
    open();
    run(5s);
    EXPECT_EQ(asked_["GetThirdPartyDeviceId"], 2);
    EXPECT_EQ(asked_["MonitorStart"], 4);
    EXPECT_EQ(counts().up, 2U);

    work_->lost();
    int stale = 1;
    aes_ = [&](Element root) {
        if (root.name() == "MonitorStart" && stale-- > 0) return refusal("operation", "invalidDeviceID");
        return usual(root);
    };
    open();
    run(5s);
    EXPECT_EQ(asked_["GetThirdPartyDeviceId"], 3);
    EXPECT_EQ(counts().up, 2U);
}

constexpr std::string_view kListHead = "<GetMonitorListEvent xmlns='http://www.avaya.com/csta'>";

std::string list_row(const std::string& extension, const std::string& monitor) {
    return "<monitorObjectData><monitorObject><deviceObject>" + extension +
           ":cm1:10.0.0.1:0</deviceObject></monitorObject><MonitorStartResponse><monitorCrossRefID>" + monitor +
           "</monitorCrossRefID></MonitorStartResponse></monitorObjectData>";
}

TEST_F(DmccWork, AResumedSessionGetsOnlyWhatIsMissing) {
    make({.stations = {"5001-5003"}});
    open(true);
    run(100ms);
    EXPECT_EQ(order_, "SystemRegister SessionMonitor GetMonitorList ");
    tell(std::string(kListHead) + "<isFinalResponse>false</isFinalResponse><monitorObjectDataList>" +
         list_row("5001", "31") + list_row("5999", "33") + "</monitorObjectDataList></GetMonitorListEvent>");
    run(5s);
    EXPECT_EQ(asked_["MonitorStart"], 0);
    tell(std::string(kListHead) + "<isFinalResponse>true</isFinalResponse><monitorObjectDataList>" +
         list_row("5003", "35") + list_row("5003", "36") + "</monitorObjectDataList></GetMonitorListEvent>");
    run(5s);
    EXPECT_EQ(asked_["MonitorStart"], 1);
    EXPECT_EQ(counts().up, 3U);
    // One that nobody wants, and a second one of a device.
    EXPECT_EQ(asked_["MonitorStop"], 2);
    EXPECT_EQ(work_->monitors().find("31"), work_->monitors().find_device("CM1", "5001"));
    EXPECT_EQ(work_->monitors().find("33"), std::nullopt);
    EXPECT_EQ(asked_["SnapshotDevice"], 3);
    EXPECT_EQ(rounds_, 1);
}

TEST_F(DmccWork, WithoutAListWhatWasKnownIsBelieved) {
    for (const bool refused : {true, false}) {
        SCOPED_TRACE(refused);
        usual_aes();
        asked_.clear();
        rounds_ = 0;
        make({.stations = {"5001-5002"}});
        open();
        run(5s);
        work_->lost();
        aes_ = [&](Element root) {
            return refused && root.name() == "GetMonitorList" ? refusal("operation", "serviceNotSupported")
                                                              : usual(root);
        };
        open(true);
        run(30s);
        EXPECT_EQ(asked_["MonitorStart"], 2);
        EXPECT_EQ(counts().up, 2U);
        EXPECT_EQ(asked_["SnapshotDevice"], 4);
        EXPECT_EQ(rounds_, 2);
    }
}

TEST_F(DmccWork, AMonitorThatAesEndsIsStartedAgain) {
    make({.stations = {"5001"}});
    open();
    run(5s);
    tell("<MonitorStop><monitorCrossRefID>101</monitorCrossRefID></MonitorStop>");
    EXPECT_TRUE(told_);
    EXPECT_EQ(counts().up, 0U);
    run(10s);
    EXPECT_EQ(counts().up, 1U);
    EXPECT_EQ(work_->monitors().find("101"), std::nullopt);
    EXPECT_TRUE(work_->monitors().find("102"));
}

// What a VDN's monitor followed nobody follows any more once it is gone, whatever is started in its place.
TEST_F(DmccWork, MonitorsOfVdnsThatAreGoneAreTold) {
    make({.vdns = {"7100-7102"}, .stations = {"5001"}});
    open();
    run(5s);
    tell("<MonitorStop><monitorCrossRefID>101</monitorCrossRefID></MonitorStop>");  // of 7100
    tell("<MonitorStop><monitorCrossRefID>104</monitorCrossRefID></MonitorStop>");  // of the station
    run(30s);
    work_->lost();
    open(true);
    run(100ms);
    tell(std::string(kListHead) + "<isFinalResponse>true</isFinalResponse><monitorObjectDataList>" +
         list_row("7100", "105") + list_row("7101", "102") + "</monitorObjectDataList></GetMonitorListEvent>");
    run(5s);
    std::vector<std::string> told;
    for (const Unfollowed& one : seen<Unfollowed>())
        told.push_back(one.switch_name + "/" + one.vdn);
    EXPECT_EQ(told, (std::vector<std::string>{"/", "CM1/7100", "CM1/7102"}));
}

std::string station_with(const std::string& call, const std::string& device) {
    return "<SnapshotDeviceResponse><crossRefIDorSnapshotData><snapshotData><snapshotDeviceResponseInfo>"
           "<connectionIdentifier><callID>" +
           call + "</callID><deviceID>" + device +
           "</deviceID></connectionIdentifier><localCallState><compoundCallState><localConnectionState>connected"
           "</localConnectionState></compoundCallState></localCallState></snapshotDeviceResponseInfo></snapshotData>"
           "</crossRefIDorSnapshotData></SnapshotDeviceResponse>";
}

TEST_F(DmccWork, CallsThatAreFoundAreLookedAtOnce) {
    make({.stations = {"5001-5003"}});
    std::vector<std::string> calls;
    aes_ = [&](Element root) {
        if (root.name() == "SnapshotDevice") {
            const std::string_view device = root.child("snapshotObject").text();
            if (device.starts_with("5003")) return refusal("stateIncompatibility", "noActiveCall");
            return station_with("4350", std::string(device));
        }
        if (root.name() != "SnapshotCall") return usual(root);
        calls.push_back(std::string(root.at("snapshotObject", "callID").text()));
        if (calls.back() == "77") return refusal("operation", "invalidCallID");
        return std::string("<SnapshotCallResponse><snapshotData/></SnapshotCallResponse>");
    };
    unconfirmed_ = {
        {.switch_name = "CM1", .connection = {.call = "4350", .device = {}}},
        {.switch_name = "CM1", .connection = {.call = "77", .device = {.number = "5001", .switch_name = "CM1"}}}};
    open();
    run(10s);
    EXPECT_EQ(calls, (std::vector<std::string>{"4350", "77"}));
    const auto stations = seen<DeviceSnapshot>();
    ASSERT_EQ(stations.size(), 3U);
    EXPECT_EQ(stations[0].calls.size(), 1U);
    EXPECT_TRUE(stations[2].calls.empty());
    EXPECT_EQ(stations[0].switch_name, "CM1");
    const auto found = seen<CallSnapshot>();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_FALSE(found[0].gone);
    EXPECT_TRUE(found[1].gone);
    EXPECT_EQ(rounds_, 1);
}

TEST_F(DmccWork, ACallIsAskedForByAWholeDeviceId) {
    make({.stations = {"5001"}});
    std::vector<std::string> devices;
    aes_ = [&](Element root) {
        if (root.name() == "SnapshotCall") devices.push_back(std::string(root.at("snapshotObject", "deviceID").text()));
        return usual(root);
    };
    const auto at = [](const std::string& call, const std::string& number, bool dynamic = false) {
        return Calls::Unconfirmed{
            .switch_name = "CM1",
            .connection = {.call = call, .device = {.number = number, .switch_name = {}, .dynamic = dynamic}}};
    };
    unconfirmed_ = {at("1", "5001"), at("2", "9901"), at("3", "T21#3", true), at("4", "")};
    open();
    run(10s);
    EXPECT_EQ(devices, (std::vector<std::string>{"5001:CM1:10.0.0.1:0", "9901:CM1::0", "T21#3", ""}));
}

// Only an answer about the call itself says that there is none.
TEST_F(DmccWork, WhatIsLookedAtOutsideOfARound) {
    make({.stations = {"5001"}});
    aes_ = [&](Element root) {
        if (root.name() != "SnapshotCall") return usual(root);
        const auto call = root.at("snapshotObject", "callID").text();
        if (call == "1") return refusal("stateIncompatibility", "noActiveCall");
        if (call == "2") return refusal("operation", "serviceNotSupported");
        return std::string("<SnapshotCallResponse><snapshotData/></SnapshotCallResponse>");
    };
    std::vector<Calls::Unconfirmed> calls;
    for (const std::string call : {"1", "2", "3"})
        calls.push_back({.switch_name = "CM1", .connection = {.call = call, .device = {}}});
    open();
    work_->look_at(calls);
    run(10s);
    EXPECT_EQ(asked_["SnapshotCall"], 0) << "a round was going on";
    for (int round = 1; round <= 2; ++round) {
        work_->look_at(calls);
        work_->look_at(calls);
        run(10s);
        EXPECT_EQ(asked_["SnapshotCall"], 3 * round);
    }
    const auto found = seen<CallSnapshot>();
    ASSERT_EQ(found.size(), 4U);
    EXPECT_TRUE(found[0].gone);
    EXPECT_FALSE(found[1].gone);
    EXPECT_EQ(rounds_, 1);
}

TEST_F(DmccWork, ASnapshotInParts) {
    make({.stations = {"5001-5002"}});
    aes_ = [this](Element root) {
        if (root.name() != "SnapshotDevice") return usual(root);
        return "<SnapshotDeviceResponse><crossRefIDorSnapshotData><serviceCrossRefID>r" +
               std::string(root.child("snapshotObject").text().substr(0, 4)) +
               "</serviceCrossRefID></crossRefIDorSnapshotData></SnapshotDeviceResponse>";
    };
    open();
    run(2s);
    EXPECT_EQ(rounds_, 0);
    const auto part = [](const std::string& reference, const std::string& call, bool last) {
        return "<SnapshotDeviceData><serviceCrossRefID>" + reference + "</serviceCrossRefID><lastSegment>" +
               (last ? "true" : "false") +
               "</lastSegment><snapshotData><snapshotDeviceResponseInfo><connectionIdentifier><callID>" + call +
               "</callID><deviceID>5001:CM1::0</deviceID></connectionIdentifier></snapshotDeviceResponseInfo>"
               "</snapshotData></SnapshotDeviceData>";
    };
    tell(part("r5001", "1", false));
    tell(part("r5001", "2", true));
    tell(part("r5001", "3", true));
    EXPECT_EQ(seen<DeviceSnapshot>().size(), 2U);
    // The other one never comes.
    run(20s);
    EXPECT_EQ(rounds_, 1);
    EXPECT_EQ(asked_["SnapshotCall"], 2);
}

TEST_F(DmccWork, SnapshotsThatFailAreTriedAgainButNotForEver) {
    make({.stations = {"5001"}});
    aes_ = [this](Element root) { return root.name() == "SnapshotDevice" ? std::string() : usual(root); };
    open();
    run(1min);
    EXPECT_EQ(asked_["SnapshotDevice"], 3);
    EXPECT_EQ(rounds_, 1);
}

constexpr std::string_view kStatus =
    "<SystemStatus><systemStatus>normal</systemStatus><extensions><privateData><private><SystemStatusPrivateData>"
    "<switchTlinkStatus><switchName>CM1</switchName><tlinkStatus>@</tlinkStatus></switchTlinkStatus>"
    "</SystemStatusPrivateData></private></privateData></extensions></SystemStatus>";

std::string status(const std::string& word) {
    std::string out(kStatus);
    return out.replace(out.find('@'), 1, word);
}

TEST_F(DmccWork, ALinkThatComesBackIsFollowedBySnapshots) {
    make({.stations = {"5001-5002"}});
    open();
    run(5s);
    tell(status("tlinkUp"));
    EXPECT_TRUE(seen<LinkChanged>().empty());
    tell(status("tlinkDown"));
    tell("<LinkDownEvent/>");
    ASSERT_EQ(seen<LinkChanged>().size(), 1U);
    EXPECT_EQ(seen<LinkChanged>()[0].switch_name, "CM1");
    EXPECT_EQ(work_->down(), std::set<std::string>{"CM1"});
    tell(status("tlinkUp"));
    EXPECT_TRUE(work_->down().empty());
    EXPECT_TRUE(work_->in_round());
    run(1s);
    // One monitor did not outlive the link.
    tell(std::string(kListHead) + "<isFinalResponse>true</isFinalResponse><monitorObjectDataList>" +
         list_row("5001", "101") + "</monitorObjectDataList></GetMonitorListEvent>");
    run(5s);
    EXPECT_EQ(asked_["MonitorStart"], 3);
    EXPECT_EQ(asked_["SnapshotDevice"], 4);
    EXPECT_EQ(rounds_, 2);
    EXPECT_EQ(seen<RoundDone>().back().switch_name, "CM1");
}

// A second failure during a recovery: it starts over, and nothing of the first is mixed in.
TEST_F(DmccWork, ARecoveryThatIsCutShortStartsOver) {
    make({.stations = {"5000-5019"}});
    open();
    run(1s);
    EXPECT_GT(counts().up, 0U);
    EXPECT_LT(counts().up, 20U);
    aes_ = [](Element) { return "hold"; };
    run(300ms);
    ASSERT_FALSE(held_.empty());
    work_->lost();
    usual_aes();
    open();
    work_->answered(held_[0],
                    xml("<MonitorStartResponse><monitorCrossRefID>9</monitorCrossRefID></MonitorStartResponse>"), now_,
                    Instant());
    run(30s);
    EXPECT_EQ(counts().up, 20U);
    EXPECT_EQ(work_->monitors().find("9"), std::nullopt);
    EXPECT_EQ(rounds_, 1);
}

}  // namespace
}  // namespace tandem::avaya_dmcc::test
