// A Client at an AES of a test: what becomes of calls over cuts, restarts and a full disk.
#include "tests/connectors/avaya_dmcc/client_fixture.hpp"

#include <algorithm>

namespace tandem::avaya_dmcc::test {
namespace {

using connector::State;
using tandem::test::ScriptedPeer;
using namespace std::chrono_literals;

constexpr std::string_view kUcid = "00001043211754041200";

std::string device(const std::string& name, const std::string& number) {
    return "<" + name + "><deviceIdentifier typeOfNumber=\"other\">" + number + "</deviceIdentifier></" + name + ">";
}

// An event of call 4321 at a station, as the monitor `reference` sees it.
std::string event(const std::string& root,
                  const std::string& connection,
                  const std::string& subject,
                  const std::string& local,
                  const std::string& reference) {
    return "<" + root + "><monitorCrossRefID>" + reference + "</monitorCrossRefID><" + connection +
           "><callID>4321</callID><deviceID typeOfNumber=\"other\">5001:CM1:10.20.0.5:0</deviceID></" + connection +
           ">" + device(subject, "5001:CM1:10.20.0.5:0") + device("callingDevice", "4930123456:CM1::0") +
           device("calledDevice", "7100:CM1:10.20.0.5:0") + "<localConnectionInfo>" + local +
           "</localConnectionInfo><cause>newCall</cause><callLinkageData><globalCallData><globalCallLinkageID>"
           "<globallyUniqueCallLinkageID>" +
           std::string(kUcid) +
           "</globallyUniqueCallLinkageID></globalCallLinkageID></globalCallData></callLinkageData></" + root + ">";
}

std::vector<std::string> one_call() {
    std::vector<std::string> out;
    for (const char* reference : {"101", "103"}) {
        out.push_back(event("DeliveredEvent", "connection", "alertingDevice", "alerting", reference));
    }
    for (const char* reference : {"103", "101"}) {
        out.push_back(event("EstablishedEvent", "establishedConnection", "answeringDevice", "connected", reference));
    }
    out.push_back(event("ConnectionClearedEvent", "droppedConnection", "releasingDevice", "", "103"));
    out.push_back(
        "<CallClearedEvent><monitorCrossRefID>101</monitorCrossRefID><clearedCall><callID>4321</callID>"
        "<deviceID>7100:CM1:10.20.0.5:0</deviceID></clearedCall><cause>normalClearing</cause></CallClearedEvent>");
    return out;
}

TEST_F(DmccClient, ACallFromItsFirstEventToItsEnd) {
    aes_.tell(one_call());
    ScriptedPeer peer(aes_.scripts(1));
    ASSERT_TRUE(start(options(peer.port())));
    ASSERT_TRUE(becomes([&] { return aes_.told_all() && !host_.events.empty(); }));
    ASSERT_TRUE(ended());
    ASSERT_TRUE(shows(State::Ready, "4 monitors"));
    end();
    const auto all = calls();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all.begin()->first, kUcid);
    const auto& first = host_.events.front();
    EXPECT_EQ(first.content_type, kEventType);
    EXPECT_TRUE(first.vendor_id.starts_with(std::string(kUcid) + "/"));
    EXPECT_EQ(host_.cursors.at("session"), std::vector<std::string>{"127.0.0.1 SESSION-1"});
    EXPECT_EQ(host_.counters["sessions:new"], 1U);
    EXPECT_EQ(aes_.times("MonitorStart"), 4U);
    EXPECT_EQ(aes_.times("SnapshotDevice"), 2U);
    EXPECT_EQ(peer.trouble(), "");
    EXPECT_FALSE(logged_.contains("EXAMPLE-PASSWORD"));
}

TEST_F(DmccClient, TheTranscriptOfAnInboundCall) {
    const auto lines = transcript("a_inbound_acd_call");
    if (!lines) return;
    std::vector<std::string> events;
    for (const Line& line : *lines) {
        if (!line.ours && line.invoke_id == "9999") events.push_back(line.xml);
    }
    aes_.tell(events);
    ScriptedPeer peer(aes_.scripts(1));
    ASSERT_TRUE(start(options(peer.port())));
    ASSERT_TRUE(becomes([&] { return aes_.told_all() && !host_.events.empty(); }));
    ASSERT_TRUE(ended());
    end();
    const auto all = calls();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(member(all.begin()->second, "entry_vdn"), "\"7100\"");
    EXPECT_EQ(peer.trouble(), "");
}

// Test plan 4: the connection ends after each message once; nothing is lost, nothing doubled.
TEST_F(DmccClient, AConnectionThatEndsAfterAnyMessage) {
    std::vector<std::string> events = one_call();
    if (const auto lines = transcript("a_inbound_acd_call")) {
        events.clear();
        for (const Line& line : *lines) {
            if (!line.ours && line.invoke_id == "9999") events.push_back(line.xml);
        }
    }
    bool beyond = false;
    for (std::size_t cut = 1; !beyond; ++cut) {
        SCOPED_TRACE("cut after message " + std::to_string(cut));
        AesDouble aes;
        for (const auto& [extension, reference] :
             std::map<std::string, std::string>{{"7100", "101"}, {"7200", "102"}, {"5001", "103"}, {"5002", "104"}})
            aes.monitor(extension, reference);
        aes.tell(events);
        aes.cut_after(cut);
        host_.events.clear();
        host_.counters.clear();
        host_.states.clear();
        host_.details.clear();
        ScriptedPeer peer(aes.scripts(2));
        ASSERT_TRUE(start(options(peer.port())));
        ASSERT_TRUE(becomes([&] { return aes.told_all(); }));
        ASSERT_TRUE(shows(State::Ready, "4 monitors"));
        ASSERT_TRUE(ended());
        end();
        ASSERT_EQ(calls().size(), 1U);
        EXPECT_EQ(calls().begin()->first, kUcid);
        beyond = host_.counters["disconnects"] == 0 && cut > 1;
        if (!beyond) EXPECT_EQ(host_.counters["sessions:resumed"], 1U);
        EXPECT_GE(aes.times("MonitorStart"), 4U);
        EXPECT_EQ(peer.trouble(), "");
        host_.cursors.clear();
        ASSERT_LT(cut, 200U);
    }
}

// A killed gateway: its session is claimed, its open call goes on under its id.
TEST_F(DmccClient, ARestartedGatewayGoesOn) {
    const auto events = one_call();
    aes_.tell({events.begin(), events.begin() + 4});
    ScriptedPeer peer(aes_.scripts(1));
    ASSERT_TRUE(start(options(peer.port())));
    ASSERT_TRUE(becomes([&] { return aes_.told_all() && !calls().empty(); }));
    ASSERT_TRUE(shows(State::Ready, ""));
    end();
    EXPECT_EQ(peer.trouble(), "");
    EXPECT_EQ(aes_.times("StopApplicationSession"), 0U);

    host_.archive = host_.events;
    aes_.tell(events);
    ScriptedPeer again(aes_.scripts(1));
    ASSERT_TRUE(start(options(again.port())));
    EXPECT_TRUE(aes_.last("StartApplicationSession").contains("SESSION-1"));
    ASSERT_TRUE(becomes([&] { return aes_.told_all(); }));
    ASSERT_TRUE(ended());
    end();
    EXPECT_EQ(aes_.times("MonitorStart"), 4U);
    EXPECT_EQ(calls().size(), 1U);
    EXPECT_EQ(host_.counters["sessions:resumed"], 1U);
    EXPECT_EQ(again.trouble(), "");
}

// The new session's monitor of the VDN does not follow a call that came past it before: nobody tells of its end but the
// agent's station.
TEST_F(DmccClient, AFreshSessionFollowsNoEarlierCall) {
    const auto events = one_call();
    aes_.tell({events.begin(), events.begin() + 4});
    ScriptedPeer peer(aes_.scripts(1));
    ASSERT_TRUE(start(options(peer.port())));
    ASSERT_TRUE(becomes([&] { return aes_.told_all() && !calls().empty(); }));
    ASSERT_TRUE(shows(State::Ready, ""));
    end();
    EXPECT_EQ(peer.trouble(), "");

    host_.archive = host_.events;
    aes_.forget_sessions();
    aes_.tell({events.begin(), events.begin() + 5});
    ScriptedPeer again(aes_.scripts(1));
    ASSERT_TRUE(start(options(again.port())));
    ASSERT_TRUE(becomes([&] { return aes_.told_all(); }));
    ASSERT_TRUE(ended());
    end();
    EXPECT_EQ(host_.counters["sessions:new"], 2U);
    ASSERT_EQ(calls().size(), 1U);
    EXPECT_EQ(member(calls().begin()->second, "end_reason"), "\"completed\"");
    EXPECT_EQ(again.trouble(), "");
}

// Nothing can be stored: AES is heard all the same, newer records replace older ones.
TEST_F(DmccClient, RecordsWaitUntilThereIsRoom) {
    host_.refusals = 2;  // also of the session's cursor
    aes_.tell(one_call());
    ScriptedPeer peer(aes_.scripts(1));
    ASSERT_TRUE(start(options(peer.port())));
    ASSERT_TRUE(shows(State::Degraded, "calls are not stored: no room"));
    ASSERT_TRUE(ended());
    EXPECT_TRUE(shows(State::Ready, "4 monitors"));
    end();
    EXPECT_EQ(calls().size(), 1U);
    EXPECT_LE(host_.events.size(), 4U);
    EXPECT_EQ(peer.trouble(), "");
}

TEST_F(DmccClient, WithoutRoomTheLinkIsGivenUp) {
    host_.refusal = full("no room");
    std::vector<std::string> events;
    for (int i = 0; i < 400; ++i) {
        std::string one = event("DeliveredEvent", "connection", "alertingDevice", "alerting", "103");
        const std::string number = std::to_string(10'000 + i);
        one.replace(one.find("4321"), 4, number);
        one.replace(one.find(kUcid), 20, "0000" + number + "11754041200");
        events.push_back(one);
    }
    aes_.tell(events);
    ScriptedPeer peer(aes_.scripts(3));
    Config config = options(peer.port());
    config.waiting = config::kibibytes(64);
    ASSERT_TRUE(start(config));
    ASSERT_TRUE(shows(State::Failed, "no room for more"));
    on_loop([&] { return host_.refusal.reset(), true; });
    EXPECT_TRUE(becomes([&] { return host_.counters["sessions:resumed"] > 0; }));
    end();
}

TEST_F(DmccClient, AnAgentsPasswordGoesNowhere) {
    const std::string password = "343434313233";
    aes_.tell(
        {"<AgentLoggedOnEvent><monitorCrossRefID>103</monitorCrossRefID><agentDevice><deviceIdentifier>"
         "5001:CM1::0</deviceIdentifier></agentDevice><agentID>33001</agentID><acdGroup>7200:CM1::0</acdGroup>"
         "<agentPassword>" +
             password + "</agentPassword></AgentLoggedOnEvent>",
         event("EstablishedEvent", "establishedConnection", "answeringDevice", "connected", "103")});
    ScriptedPeer peer(aes_.scripts(1));
    ASSERT_TRUE(start(options(peer.port())));
    ASSERT_TRUE(becomes([&] { return !host_.events.empty(); }));
    end();
    EXPECT_TRUE(host_.events.back().raw.contains("33001"));
    EXPECT_FALSE(host_.events.back().raw.contains(password));
    EXPECT_EQ(host_.counters["events:agent"], 1U);
    EXPECT_FALSE(logged_.contains(password));
}

TEST_F(DmccClient, WhatMakesNoSenseIsCounted) {
    aes_.tell({"<FutureEvent/>", "<HeldEvent><monitorCrossRefID>102", "",
               event("EstablishedEvent", "establishedConnection", "answeringDevice", "connected", "999")});
    ScriptedPeer peer(aes_.scripts(1));
    ASSERT_TRUE(start(options(peer.port())));
    ASSERT_TRUE(becomes([&] { return host_.counters["ignored:unknown_monitor"] == 1; }));
    end();
    EXPECT_EQ(host_.counters["events:unknown"], 1U);
    EXPECT_EQ(host_.counters["ignored:malformed_event"], 2U);
    EXPECT_EQ(host_.counters["disconnects"], 0U);
    EXPECT_EQ(peer.trouble(), "");
}

}  // namespace
}  // namespace tandem::avaya_dmcc::test
