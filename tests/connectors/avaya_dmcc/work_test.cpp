#include "connectors/avaya_dmcc/work.hpp"

#include "tests/connectors/avaya_dmcc/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

namespace tandem::avaya_dmcc::test {
namespace {

using namespace std::chrono_literals;
using Time = Work::Time;

Result<Document> xml(std::string_view text) {
    return Document::parse(text);
}

std::string refusal(const std::string& category, const std::string& value) {
    return "<CSTAErrorCode><" + category + ">" + value + "</" + category + "></CSTAErrorCode>";
}

// AES as a function: from a request to its answer; "" for none.
using Aes = std::function<std::string(Element)>;

class DmccWork : public ::testing::Test {
protected:
    void make(Devices devices, WorkOptions options = {}) {
        options.switches = {"CM1"};
        options.agent_poll = poll_;
        ASSERT_TRUE(add_targets("CM1", devices, options.targets));
        options.rate = rate_;
        options.outstanding = outstanding_;
        work_ = std::make_unique<Work>(options);
    }
    void open(bool resumed = false) {
        work_->opened({.session = "S-1", .protocol = "", .duration = 180s, .resumed = resumed}, now_);
    }
    // The usual AES: every device exists, nobody calls.
    std::string usual(Element root) {
        const std::string_view name = root.name();
        if (name == "GetThirdPartyDeviceId")
            return "<GetThirdPartyDeviceIdResponse><device>" + std::string(root.child("extension").text()) +
                   ":CM1:10.0.0.1:0</device></GetThirdPartyDeviceIdResponse>";
        if (name == "MonitorStart")
            return "<MonitorStartResponse><monitorCrossRefID>" + std::to_string(++monitors_) +
                   "</monitorCrossRefID></MonitorStartResponse>";
        if (name == "SnapshotDevice")
            return "<SnapshotDeviceResponse><crossRefIDorSnapshotData><snapshotData/></crossRefIDorSnapshotData>"
                   "</SnapshotDeviceResponse>";
        return "<" + std::string(name) + "Response/>";
    }
    void usual_aes() {
        aes_ = [this](Element root) { return usual(root); };
    }
    // Asks and answers until nothing is to be done before `end`; what was asked is in asked_.
    void run(std::chrono::milliseconds time) {
        const Time end = now_ + time;
        for (;;) {
            work_->tick(now_);
            collect();
            while (const auto request = work_->next(now_)) {
                collect();
                send(*request);
            }
            collect();
            const Time next = work_->next_time(now_);
            if (next > end) break;
            now_ = std::max(next, now_ + 1ms);
        }
        now_ = end;
    }
    void send(const std::string& request) {
        const auto document = Document::parse(request);
        ASSERT_TRUE(document);
        std::string_view name = document->root().name();
        if (name == "MonitorStart" && document->root().at("monitorObject", "deviceObject").text().empty())
            name = "SessionMonitor";
        ++asked_[std::string(name)];
        asked_at_.push_back(now_);
        order_ += std::string(name) + " ";
        work_->asked(++ticket_);
        const std::string answer = aes_(document->root());
        if (answer == "hold") {
            held_.push_back(ticket_);
        } else if (answer.empty()) {
            work_->answered(ticket_, fail(transient("no answer")), now_, Instant());
        } else {
            work_->answered(ticket_, xml(answer), now_, Instant());
        }
        collect();
    }
    void tell(std::string_view text) {
        const auto document = Document::parse(text);
        ASSERT_TRUE(document);
        told_ = work_->told(document->root(), now_, Instant());
        collect();
    }
    void collect() {
        for (auto events = work_->take_events(); !events.empty(); events = work_->take_events()) {
            for (WorkEvent& event : events) {
                if (std::holds_alternative<StationsSeen>(event)) work_->confirm(unconfirmed_, now_);
                if (std::holds_alternative<RoundDone>(event)) ++rounds_;
                events_.push_back(std::move(event));
            }
        }
    }
    template <class Kind>
    std::vector<Kind> seen() const {
        std::vector<Kind> out;
        for (const WorkEvent& event : events_) {
            if (const auto* one = std::get_if<Kind>(&event)) out.push_back(*one);
        }
        return out;
    }
    MonitorCounts counts() const { return work_->monitors().counts(); }

    Time now_ = Time() + 1h;
    double rate_ = 20;
    std::size_t outstanding_ = 8;
    std::chrono::milliseconds poll_{0};
    std::unique_ptr<Work> work_;
    Aes aes_ = [this](Element root) { return usual(root); };
    std::uint64_t ticket_ = 0;
    int monitors_ = 100;
    int rounds_ = 0;
    bool told_ = false;
    std::map<std::string, int> asked_;
    std::vector<Time> asked_at_;
    std::string order_;
    std::vector<std::uint64_t> held_;
    std::vector<WorkEvent> events_;
    std::vector<Calls::Unconfirmed> unconfirmed_;
};

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
