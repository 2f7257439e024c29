// A Client at an AES of a test: hosts, sessions, certificates, and what its state says.
#include "tests/connectors/avaya_dmcc/client_fixture.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>

namespace tandem::avaya_dmcc::test {
namespace {

using connector::State;
using tandem::test::ScriptedPeer;
using namespace std::chrono_literals;

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
    ScriptedPeer peer(aes_.scripts(2));
    Config config = options(peer.port());
    const auto said = run(probe(config, {}));
    ASSERT_TRUE(said) << said.error().text;
    EXPECT_EQ(*said, "127.0.0.1: signed in as tandem, privA; CM1: known");
    config.switches.push_back(config.switches[0]);
    config.switches[1].name = "CM2";
    const auto unknown = run(probe(config, {}));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().text,
              "127.0.0.1: signed in as tandem, privA; CM1: known; CM2: operation: invalidParameterValue");
    EXPECT_EQ(aes_.times("StopApplicationSession"), 2U);
    EXPECT_EQ(peer.trouble(), "");
}

}  // namespace
}  // namespace tandem::avaya_dmcc::test
