// The whole instance over loopback, in both directions of connection.
#include "connectors/avaya_smdr/book.hpp"
#include "tests/connectors/avaya_records/instance_fixture.hpp"
#include "tests/support/scripted_peer.hpp"

#include <fmt/format.h>

namespace tandem::avaya_smdr {
namespace {

using avaya_records::LineOptions;
using avaya_records::test::Switch;
using tandem::test::PeerConnection;
using tandem::test::ScriptedPeer;

std::string record(int call, int continued = 0, std::string_view name = "Ada") {
    return fmt::format("2026/09/21 14:00:00,00:00:13,7,0170555,I,29,29,,0,{},{},E1,{},T9002,L,0,0", 1'000'000 + call,
                       continued, name);
}

class AnIpOffice : public avaya_records::test::AnInstance {
protected:
    AnIpOffice()
        : AnInstance({.content_type = "text/x-smdr"}, [] {
              BookOptions options;
              options.shelf.hold = std::chrono::milliseconds(0);
              return std::make_unique<Book>(options);
          }) {}
};

TEST_F(AnIpOffice, ComesToUs) {
    ASSERT_TRUE(begin(listening()));
    Switch ip_office(port());
    ip_office.send(record(1) + "\r\n" + record(2) + "\r\n");
    EXPECT_TRUE(becomes([&] { return calls().size() == 2; }));
    EXPECT_EQ(lines(), (std::vector<std::string>{record(1), record(2)}));
    const auto events = on_loop([&] { return host_.events; });
    EXPECT_NE(events[0].envelope.find(R"({"peer":"127.0.0.1","connection":)"), std::string::npos);
    EXPECT_EQ(detail(), fmt::format("1 connected to 127.0.0.1:0"));
}

TEST_F(AnIpOffice, IsGoneTo) {
    ScriptedPeer ip_office({[](PeerConnection& peer) { peer.send(record(1) + "\r\n"); },
                            [](PeerConnection& peer) {
                                peer.send(record(2) + "\r\n");
                                peer.closed_by_client();
                            }});
    ASSERT_TRUE(begin(connecting(ip_office.port())));
    EXPECT_TRUE(becomes([&] { return calls().size() == 2; }));
    EXPECT_EQ(lines().size(), 2U);
    shut_down();
    EXPECT_EQ(ip_office.trouble(), "");
}

TEST_F(AnIpOffice, NobodyThereIsSaidAndTriedAgain) {
    std::uint16_t free_port = 0;
    {
        const ScriptedPeer nobody({});
        free_port = nobody.port();
    }
    ASSERT_TRUE(begin(connecting(free_port)));
    EXPECT_TRUE(becomes([&] { return detail().find("connecting again in") != std::string::npos; }));
    EXPECT_EQ(on_loop([&] { return host_.states.back(); }), connector::State::Degraded);
}

TEST_F(AnIpOffice, ALineIsKeptBeforeItIsRead) {
    host_.refusals = 2;
    ASSERT_TRUE(begin(listening()));
    Switch ip_office(port());
    ip_office.send(record(1) + "\r\ngarbage\r\n");
    EXPECT_TRUE(becomes([&] { return calls().size() == 1; }));
    EXPECT_TRUE(becomes([&] { return counter("lines:unreadable") == 1; }));
    EXPECT_EQ(lines(), (std::vector<std::string>{record(1), "garbage"}));
    const auto unreadable = raw("application/vnd.tandem.unreadable-line+json");
    ASSERT_EQ(unreadable.size(), 1U);
    EXPECT_EQ(unreadable[0].find(R"({"problem":"1 columns, a record has 17 at least","line":"garbage")"), 0U);
    EXPECT_EQ(on_loop([&] { return host_.states.front(); }), connector::State::Ready);
    EXPECT_EQ(on_loop([&] { return std::ranges::count(host_.states, connector::State::Degraded); }), 2);
}

TEST_F(AnIpOffice, OnlyAllowedHostsMayConnect) {
    LineOptions options = listening();
    options.peers = {"192.0.2.0/24"};
    ASSERT_TRUE(begin(options));
    Switch stranger(port());
    EXPECT_TRUE(stranger.closed());
    EXPECT_TRUE(becomes([&] { return counter("refused:peer") == 1; }));
}

TEST_F(AnIpOffice, TheSilentOneGivesWay) {
    LineOptions options = listening();
    options.connections = 1;
    ASSERT_TRUE(begin(options));
    Switch dead(port());
    dead.send(record(1) + "\r\n");
    EXPECT_TRUE(becomes([&] { return lines().size() == 1; }));
    Switch alive(port());
    EXPECT_TRUE(dead.closed());
    alive.send(record(2) + "\r\n");
    EXPECT_TRUE(becomes([&] { return lines().size() == 2; }));
}

TEST_F(AnIpOffice, AResetInTheMiddleOfALineLosesNothingThatCame) {
    ASSERT_TRUE(begin(listening()));
    const std::string cut = record(2).substr(0, 30);
    {
        Switch ip_office(port());
        ip_office.send(record(1) + "\r\n" + cut);
        EXPECT_TRUE(becomes([&] { return calls().size() == 1; }));
        ip_office.close();
        EXPECT_TRUE(becomes([&] { return counter("lines:cut") == 1; }));
    }
    EXPECT_EQ(lines().back(), cut);
    Switch again(port());
    again.send(record(2) + "\r\n");
    EXPECT_TRUE(becomes([&] { return calls().size() == 2; }));
    EXPECT_EQ(counter("lines:unreadable"), 0U);
}

TEST_F(AnIpOffice, TheRestOfALineOverTheNextConnection) {
    ScriptedPeer ip_office({[](PeerConnection& peer) {
                                peer.send(record(1).substr(0, 40));
                                peer.finish();
                            },
                            [](PeerConnection& peer) {
                                peer.send(record(1).substr(40) + "\r\n");
                                peer.closed_by_client();
                            }});
    ASSERT_TRUE(begin(connecting(ip_office.port())));
    EXPECT_TRUE(becomes([&] { return calls().size() == 1; }));
    EXPECT_EQ(lines().size(), 2U);
    shut_down();
    EXPECT_EQ(ip_office.trouble(), "");
}

TEST_F(AnIpOffice, WhatCameBeforeAResetIsThereToo) {
    ASSERT_TRUE(begin(listening()));
    Switch ip_office(port());
    ip_office.send(record(1) + "\r\n");
    EXPECT_TRUE(becomes([&] { return lines().size() == 1; }));
    ip_office.reset();
    EXPECT_TRUE(becomes([&] { return detail() == "0 connected to 127.0.0.1:0" || counter("connections") == 1; }));
    Switch again(port());
    again.send(record(2) + "\r\n");
    EXPECT_TRUE(becomes([&] { return calls().size() == 2; }));
}

TEST_F(AnIpOffice, AMebibyteOctetByOctet) {
    std::string octets;
    int count = 0;
    while (octets.size() < (1U << 20U))
        octets += record(++count, 0, std::string(60, 'n')) + "\r\n";
    ASSERT_TRUE(begin(listening()));
    Switch ip_office(port());
    ip_office.send_in_pieces(octets, 1);
    EXPECT_TRUE(becomes([&] { return counter("calls") == static_cast<std::uint64_t>(count); }));
    EXPECT_EQ(lines().size(), static_cast<std::size_t>(count));
    EXPECT_EQ(counter("lines:record"), static_cast<std::uint64_t>(count));
}

TEST_F(AnIpOffice, ARestartTellsTheSameCalls) {
    ASSERT_TRUE(begin(listening()));
    {
        Switch ip_office(port());
        ip_office.send(record(1, 1) + "\r\n" + record(2) + "\r\ngarbage\r\n" + record(3).substr(0, 60));
        EXPECT_TRUE(becomes([&] { return calls().size() == 2 && counter("lines:unreadable") == 1; }));
    }
    EXPECT_TRUE(becomes([&] { return counter("lines:cut") == 1; }));
    restart(listening());
    Switch again(port());
    again.send(record(2) + "\r\n" + record(3) + "\r\n" + record(1, 0, "Bob") + "\r\n");
    EXPECT_TRUE(becomes([&] { return calls().size() == 2; }));
    // The first was not told again until something new came, the second not at all. The garbage was shown before, the
    // half of a line is now.
    EXPECT_EQ(lines().size(), 3U);
    EXPECT_TRUE(becomes([&] { return raw("application/vnd.tandem.unreadable-line+json").size() == 1; }));
    const std::string all = calls()[0] + calls()[1];
    EXPECT_NE(all.find(R"("id":"1000001@20260921T140000","revision":4,"records":2)"), std::string::npos) << all;
    EXPECT_NE(all.find(R"("id":"1000003@20260921T140000")"), std::string::npos) << all;
}

TEST_F(AnIpOffice, WhatWasNotToldBeforeARestartIsToldThen) {
    ASSERT_TRUE(begin(listening()));
    {
        Switch ip_office(port());
        ip_office.send(record(1) + "\r\n");
        EXPECT_TRUE(becomes([&] { return calls().size() == 1; }));
    }
    const auto told = calls();
    shut_down();
    std::erase_if(host_.events, [](const auto& event) { return event.content_type == avaya_records::kCallType; });
    restart(listening());
    EXPECT_TRUE(becomes([&] { return calls().size() == 1; }));
    EXPECT_EQ(calls(), told);
}

TEST_F(AnIpOffice, APlaceThatIsTakenIsAFailureOfTheConfiguration) {
    const ScriptedPeer taken({});
    LineOptions options = listening();
    options.address.port = taken.port();
    const auto started = begin(options);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind, ErrorKind::Config);
}

TEST_F(AnIpOffice, StopIsIdempotent) {
    ASSERT_TRUE(begin(listening()));
    Switch ip_office(port());
    ip_office.send("half a li");
    EXPECT_TRUE(becomes([&] { return counter("connections") == 1; }));
    run(instance_->stop());
    run(instance_->stop());
}

}  // namespace
}  // namespace tandem::avaya_smdr
