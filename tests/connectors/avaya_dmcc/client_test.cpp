#include "tests/connectors/avaya_dmcc/client_fixture.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/temp_dir.hpp"

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

class DmccClient : public ClientTest {
protected:
    DmccClient() {
        for (const auto& [extension, reference] :
             std::map<std::string, std::string>{{"7100", "101"}, {"7200", "102"}, {"5001", "103"}, {"5002", "104"}})
            aes_.monitor(extension, reference);
    }
    // Time for the calls: those that have ended are declared so a few seconds later.
    bool ended() {
        return becomes([&] {
            host_.time.advance(1s);
            const auto all = calls();
            return !all.empty() &&
                   std::ranges::all_of(all, [](const auto& one) { return member(one.second, "state") == "\"ended\""; });
        });
    }

    AesDouble aes_;
};

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

TEST_F(DmccClient, AWrongPasswordIsForAHuman) {
    aes_.on("StartApplicationSession", [](Element) {
        return "<StartApplicationSessionNegResponse><errorCode><definedError>invalidApplicationInfo</definedError>"
               "</errorCode></StartApplicationSessionNegResponse>";
    });
    ScriptedPeer peer(aes_.scripts(1));
    Config config = options(peer.port());
    config.hosts = {"127.0.0.1", "localhost"};
    const auto started = start(config);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind, ErrorKind::Auth);
    end();
    EXPECT_EQ(peer.trouble(), "");
    EXPECT_EQ(peer.connections(), 1);
    EXPECT_FALSE(logged_.contains("EXAMPLE-PASSWORD"));
}

TEST_F(DmccClient, TheNextHostWhenOneDoesNotAnswer) {
    ScriptedPeer peer(aes_.scripts(2));
    Config config = options(peer.port());
    config.hosts = {"127.0.0.2", "127.0.0.1"};
    ASSERT_TRUE(start(config));
    EXPECT_TRUE(shows(State::Ready, "4 monitors"));
    end();
    EXPECT_EQ(host_.cursors.at("session").back(), "127.0.0.1 SESSION-1");
    EXPECT_EQ(peer.trouble(), "");
}

TEST_F(DmccClient, WithoutAnyHostItSaysWhy) {
    std::uint16_t nobody = 0;
    {
        ScriptedPeer gone({});
        nobody = gone.port();
    }
    Config config = options(nobody);
    config.hosts = {"127.0.0.1", "127.0.0.2"};
    const auto started = start(config);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind, ErrorKind::Transient);
    EXPECT_TRUE(started.error().text.contains("127.0.0.2")) << started.error().text;
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

TEST_F(DmccClient, AStopMayEndTheSession) {
    ScriptedPeer peer(aes_.scripts(1));
    Config config = options(peer.port());
    config.keep_session = false;
    ASSERT_TRUE(start(config));
    end();
    EXPECT_EQ(aes_.times("StopApplicationSession"), 1U);
    EXPECT_EQ(peer.trouble(), "");
}

TEST_F(DmccClient, AnAesThatForgotTheSessionGivesANewOne) {
    ScriptedPeer peer({[this](tandem::test::PeerConnection& connection) {
                           aes_.cut_after(13);
                           aes_.serve(connection);
                           aes_.forget_sessions();
                       },
                       aes_.script()});
    ASSERT_TRUE(start(options(peer.port())));
    ASSERT_TRUE(becomes([&] { return host_.counters["sessions:new"] == 2; }));
    EXPECT_TRUE(shows(State::Ready, "4 monitors"));
    EXPECT_EQ(aes_.times("MonitorStart"), 8U);
    // Ids of devices mean the same in every session.
    EXPECT_EQ(aes_.times("GetThirdPartyDeviceId"), 4U);
    end();
    EXPECT_EQ(peer.trouble(), "");
}

TEST_F(DmccClient, ASilentAesIsGivenUp) {
    aes_.duration = 1;
    aes_.silent = true;
    ScriptedPeer peer({aes_.script(), [this](tandem::test::PeerConnection& connection) {
                           aes_.silent = false;
                           aes_.serve(connection);
                       }});
    ASSERT_TRUE(start(options(peer.port())));
    ASSERT_TRUE(becomes([&] { return host_.counters["sessions:resumed"] == 1; }));
    EXPECT_TRUE(shows(State::Ready, "4 monitors"));
    end();
    EXPECT_TRUE(std::ranges::any_of(host_.details, [](const auto& text) { return text.contains("silent"); }));
    EXPECT_EQ(peer.trouble(), "");
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

TEST_F(DmccClient, TheLinkToTheSwitchIsPartOfTheState) {
    const auto status = [](const std::string& word) {
        return "<SystemStatus><systemStatus>normal</systemStatus><switchName>CM1</switchName><tlinkStatus>" + word +
               "</tlinkStatus></SystemStatus>";
    };
    aes_.tell({status("tlinkDown")});
    ScriptedPeer peer(aes_.scripts(1));
    ASSERT_TRUE(start(options(peer.port())));
    ASSERT_TRUE(shows(State::Degraded, "AES is up, its link to CM1 is down"));
    end();
    EXPECT_EQ(peer.trouble(), "");
}

TEST_F(DmccClient, LicencesAreCountedInTheState) {
    aes_.on("MonitorStart", [](Element) {
        return "<CSTAErrorCode><subscribedResourceAvailability>objectMonitorLimitExceeded"
               "</subscribedResourceAvailability></CSTAErrorCode>";
    });
    ScriptedPeer peer(aes_.scripts(1));
    ASSERT_TRUE(start(options(peer.port())));
    ASSERT_TRUE(shows(State::Degraded, "0 of 4 monitors"));
    ASSERT_TRUE(shows(State::Degraded, "4 without a licence; last: station 500"));
    end();
    EXPECT_TRUE(logged_.contains("no licence left"));
    EXPECT_EQ(peer.trouble(), "");
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

class DmccTls : public DmccClient {
protected:
    DmccTls() { tandem::test::write_certificate(certificate_, key_, "aes", "DNS:aes.test,IP:127.0.0.1"); }

    Config secure(std::uint16_t port) {
        Config config = options(port);
        config.tls = true;
        config.tls_ca = certificate_;
        return config;
    }

    const tandem::test::TempDir folder_;
    const std::filesystem::path certificate_ = folder_.path() / "aes.pem";
    const std::filesystem::path key_ = folder_.path() / "aes.key";
};

TEST_F(DmccTls, TheCertificateMustBeForTheHost) {
    ScriptedPeer peer(aes_.scripts(1), certificate_, key_);
    ASSERT_TRUE(start(secure(peer.port())));
    EXPECT_TRUE(shows(State::Ready, "4 monitors"));
    end();
    EXPECT_EQ(peer.trouble(), "");

    ScriptedPeer other(aes_.scripts(1), certificate_, key_);
    Config config = secure(other.port());
    config.tls_name = "other.test";
    const auto refused = start(config);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Config);
}

TEST_F(DmccTls, AnUnknownAuthorityIsRefusedUnlessSomebodySaysSo) {
    ScriptedPeer peer(aes_.scripts(2), certificate_, key_);
    Config config = secure(peer.port());
    config.tls_ca.clear();
    const auto refused = start(config);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Config);
    end();

    config.tls_insecure = true;
    ASSERT_TRUE(start(config));
    EXPECT_TRUE(shows(State::Ready, "4 monitors"));
    end();
}

TEST_F(DmccClient, TheProbeSaysWhatItFound) {
    aes_.on("GetTimeOfDay", [](Element root) {
        return root.child("switchName").text() == "CM1"
                   ? std::string("<GetTimeOfDayResponse/>")
                   : std::string("<CSTAErrorCode><operation>invalidParameterValue</operation></CSTAErrorCode>");
    });
    ScriptedPeer peer(aes_.scripts(1));
    Config config = options(peer.port());
    config.switches.push_back(config.switches[0]);
    config.switches[1].name = "CM2";
    const auto said = run(probe(config, {}));
    ASSERT_TRUE(said) << said.error().text;
    EXPECT_EQ(*said, "127.0.0.1: signed in as tandem, privA; CM1: known; CM2: operation: invalidParameterValue");
    EXPECT_EQ(aes_.times("StopApplicationSession"), 1U);
    EXPECT_EQ(peer.trouble(), "");
}

}  // namespace
}  // namespace tandem::avaya_dmcc::test
