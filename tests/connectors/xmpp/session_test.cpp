#include "connectors/xmpp/session.hpp"

#include "connectors/xmpp/names.hpp"
#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "tests/connectors/xmpp/support.hpp"
#include "tests/support/fixtures.hpp"

#include <random>
#include <sstream>

namespace tandem::xmpp {
namespace {

using namespace std::chrono_literals;
using test::kHeader;
using test::Played;

constexpr std::string_view kSasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";

Element message(std::string_view id) {
    Element out{.name = "message", .ns = std::string(ns::kClient)};
    return out.set("id", id).set("to", "a@b");
}

TEST(Session, LogsInBindsAndEnables) {
    Ledger ledger;
    Played server(ledger);
    EXPECT_NE(server.session.take_output().find("to='example.com'"), std::string::npos);
    const std::string auth = server.say(
        std::string(kHeader) +
        "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>"
        "<mechanism>SCRAM-SHA-1</mechanism><mechanism>SCRAM-SHA-256</mechanism></mechanisms></stream:features>");
    EXPECT_EQ(auth,
              "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>"
              "biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=</auth>");
    Ledger other;
    Played whole(other);
    whole.come_online();
    const auto online = whole.all<Online>();
    ASSERT_EQ(online.size(), 1U);
    EXPECT_FALSE(online[0].resumed);
    EXPECT_TRUE(online[0].managed);
    EXPECT_EQ(online[0].jid.full(), "user@example.com/tandem");
    EXPECT_TRUE(other.resumable());
}

TEST(Session, TheServerMustKnowThePasswordToo) {
    for (const std::string& success :
         {"<success " + std::string(kSasl) + "/>", "<success " + std::string(kSasl) + ">dj1BQUFB</success>"}) {
        Ledger ledger;
        Played server(ledger);
        server.say(std::string(kHeader) + "<stream:features><mechanisms " + std::string(kSasl) +
                   "><mechanism>SCRAM-SHA-256</mechanism></mechanisms></stream:features>");
        server.say(success);
        EXPECT_EQ(server.error().kind, ErrorKind::Auth);
    }
}

TEST(Session, RefusedLoginsAreForPeople) {
    for (const auto& [condition, kind] : {std::pair{"not-authorized", ErrorKind::Auth},
                                          {"account-disabled", ErrorKind::Auth},
                                          {"temporary-auth-failure", ErrorKind::Transient}}) {
        Ledger ledger;
        Played server(ledger);
        server.say(std::string(kHeader) + "<stream:features><mechanisms " + std::string(kSasl) +
                   "><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>");
        server.say("<failure " + std::string(kSasl) + "><" + condition + "/><text>Sorry</text></failure>");
        EXPECT_EQ(server.error().kind, kind);
        EXPECT_NE(server.error().text.find(std::string(condition) + ": Sorry"), std::string::npos);
    }
}

TEST(Session, PlainOnlyInsideTlsAndOnlyIfAllowed) {
    const std::string features = std::string(kHeader) + "<stream:features><mechanisms " + std::string(kSasl) +
                                 "><mechanism>PLAIN</mechanism></mechanisms></stream:features>";
    for (const auto& [tls, allowed, said] :
         {std::tuple{TlsMode::Direct, true, true}, {TlsMode::Direct, false, false}, {TlsMode::None, true, false}}) {
        SessionOptions options = Played::usual();
        options.tls = tls;
        options.allow_plain = allowed;
        Ledger ledger;
        Played server(ledger, options);
        const std::string answer = server.say(features);
        EXPECT_EQ(answer.find("AHVzZXIAcGVuY2ls") != std::string::npos, said);
        if (!said) EXPECT_EQ(server.error().kind, ErrorKind::Auth);
    }
}

TEST(Session, TlsComesFirst) {
    SessionOptions options = Played::usual();
    options.tls = TlsMode::StartTls;
    const std::string offer = std::string(kHeader) +
                              "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
                              "<mechanisms " +
                              std::string(kSasl) + "><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>";
    const std::string proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    {
        Ledger ledger;
        Played server(ledger, options);
        server.session.take_output();
        EXPECT_EQ(server.say(offer), "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        EXPECT_EQ(server.say(proceed), "");
        EXPECT_EQ(server.all<WantsTls>().size(), 1U);
        server.session.secured(server.now);
        EXPECT_NE(server.session.take_output().find("<stream:stream"), std::string::npos);
        EXPECT_NE(server.say(offer).find("<auth"), std::string::npos);
    }
    // Octets that came before the handshake are nobody's word.
    for (const std::string& after : {std::string(kHeader), std::string("<stream:features"), std::string(" x")}) {
        Ledger ledger;
        Played server(ledger, options);
        server.say(offer);
        server.say(proceed + after);
        EXPECT_TRUE(server.session.closed()) << after;
    }
    Ledger ledger;
    Played server(ledger, options);
    server.say(std::string(kHeader) + "<stream:features><mechanisms " + std::string(kSasl) +
               "><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>");
    EXPECT_EQ(server.error().kind, ErrorKind::Config);
}

TEST(Session, AcknowledgesWhatIsHandledAndNothingElse) {
    Ledger ledger;
    Played server(ledger);
    server.come_online();
    EXPECT_EQ(server.say("<message id='1'/><presence/><iq type='result' id='x'/><r xmlns='urn:xmpp:sm:3'/>"),
              "<a xmlns='urn:xmpp:sm:3' h='0'/>");
    const auto received = server.all<Received>();
    ASSERT_EQ(received.size(), 3U);
    EXPECT_EQ(received[0].xml, "<message id='1'/>");
    server.session.handled(received[1].number);
    EXPECT_EQ(server.session.take_output(), "<a xmlns='urn:xmpp:sm:3' h='2'/>");
    EXPECT_EQ(server.say("<r xmlns='urn:xmpp:sm:3'/>"), "<a xmlns='urn:xmpp:sm:3' h='2'/>");
    server.session.handled(received[1].number);
    server.session.handled(99);
    EXPECT_EQ(server.session.take_output(), "") << "older and impossible numbers change nothing";
}

TEST(Session, RequestsAreAnswered) {
    Ledger ledger;
    Played server(ledger);
    server.come_online();
    EXPECT_EQ(server.say("<iq type='get' id='p1' from='example.com'><ping xmlns='urn:xmpp:ping'/></iq>"),
              "<iq id='p1' to='example.com' type='result'/>");
    EXPECT_EQ(server.say("<iq type='set' id='p2' from='x@y/z'><query xmlns='jabber:iq:evil'/></iq>"),
              "<iq id='p2' to='x@y/z' type='error'><error type='cancel'><service-unavailable "
              "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
    EXPECT_EQ(server.say("<iq type='result' id='p3'/><iq type='error' id='p4'/><message type='error'/>"), "");
}

TEST(Session, WhatIsSentIsAcknowledged) {
    Ledger ledger;
    Played server(ledger);
    server.come_online();
    const StanzaNumber first = server.session.send(message("1"), server.now);
    EXPECT_EQ(server.session.take_output(), "<message id='1' to='a@b'/><r xmlns='urn:xmpp:sm:3'/>");
    server.session.send(message("2"), server.now);
    EXPECT_EQ(server.session.take_output(), "<message id='2' to='a@b'/>") << "one question at a time";
    EXPECT_EQ(server.say("<a xmlns='urn:xmpp:sm:3' h='1'/>"), "<r xmlns='urn:xmpp:sm:3'/>");
    ASSERT_EQ(server.all<Acknowledged>().size(), 1U);
    EXPECT_EQ(server.all<Acknowledged>()[0].upto, first);
    server.say("<a xmlns='urn:xmpp:sm:3' h='2'/>");
    EXPECT_TRUE(ledger.unacknowledged().empty());
    server.say("<a xmlns='urn:xmpp:sm:3' h='3'/>");
    EXPECT_TRUE(server.session.closed());
    EXPECT_FALSE(ledger.resumable()) << "the counts do not agree";
}

TEST(Session, ResumesAndRepeats) {
    Ledger ledger;
    {
        Played server(ledger);
        server.come_online();
        server.say("<message id='1'/><message id='2'/>");
        server.session.handled(1);
        server.session.send(message("A"), server.now);
        server.session.send(message("B"), server.now);
        server.session.lost();
    }
    Played server(ledger);
    server.log_in();
    EXPECT_EQ(server.say(std::string(kHeader) + "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
                                                "<sm xmlns='urn:xmpp:sm:3'/></stream:features>"),
              "<resume xmlns='urn:xmpp:sm:3' previd='r1' h='1'/>");
    EXPECT_EQ(server.say("<resumed xmlns='urn:xmpp:sm:3' previd='r1' h='1'/>"),
              "<message id='B' to='a@b'/><r xmlns='urn:xmpp:sm:3'/>");
    ASSERT_EQ(server.all<Online>().size(), 1U);
    EXPECT_TRUE(server.all<Online>()[0].resumed);
    EXPECT_EQ(server.all<Acknowledged>()[0].upto, 1U);
    server.say("<message id='2'/>");
    ASSERT_EQ(server.all<Received>().size(), 1U);
    EXPECT_EQ(server.all<Received>()[0].number, 2U) << "what was not handled is counted again";
}

TEST(Session, AResumeThatFailsBindsOnTheSameStream) {
    for (const std::string h : {"", " h='1'"}) {
        Ledger ledger;
        ledger.begin("old");
        ledger.send("<message id='A'/>");
        Played server(ledger);
        server.log_in();
        server.say(std::string(kHeader) + "<stream:features><sm xmlns='urn:xmpp:sm:3'/></stream:features>");
        const std::string bind = server.say("<failed xmlns='urn:xmpp:sm:3'" + h +
                                            "><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
        EXPECT_NE(bind.find("<bind"), std::string::npos);
        EXPECT_EQ(server.all<Acknowledged>().size(), h.empty() ? 0U : 1U);
        EXPECT_TRUE(ledger.unacknowledged().empty());
        EXPECT_FALSE(ledger.resumable());
    }
}

TEST(Session, WithoutStreamManagementPingsStandIn) {
    Ledger ledger;
    Played server(ledger);
    server.come_online(false);
    EXPECT_FALSE(server.all<Online>()[0].managed);
    const StanzaNumber number = server.session.send(message("1"), server.now);
    EXPECT_EQ(server.session.take_output(),
              "<message id='1' to='a@b'/><iq id='tandem-ping-1' type='get' to='example.com'><ping "
              "xmlns='urn:xmpp:ping'/></iq>");
    server.say("<iq id='tandem-ping-1' type='error' from='example.com'/>");
    ASSERT_EQ(server.all<Acknowledged>().size(), 1U);
    EXPECT_GE(server.all<Acknowledged>()[0].upto, number);
    server.session.handled(1);
    EXPECT_EQ(server.session.take_output(), "") << "nobody is told";
}

TEST(Session, SilenceIsAskedAboutAndEndsTheLink) {
    Ledger ledger;
    Played server(ledger);
    server.come_online();
    EXPECT_EQ(server.session.next_tick(), server.now + 60s);
    server.now += 60s;
    server.session.tick(server.now);
    EXPECT_EQ(server.session.take_output(), "<r xmlns='urn:xmpp:sm:3'/>");
    server.say("<a xmlns='urn:xmpp:sm:3' h='0'/>");
    EXPECT_FALSE(server.session.closed());
    server.now += 60s;
    server.session.tick(server.now);
    server.now += 20s;
    server.session.tick(server.now);
    server.collect();
    EXPECT_EQ(server.error().kind, ErrorKind::Transient);
    EXPECT_TRUE(ledger.resumable());
}

TEST(Session, TheLoginHasALimit) {
    Ledger ledger;
    Played server(ledger);
    server.say(kHeader);
    server.now += 30s;
    server.session.tick(server.now);
    server.collect();
    EXPECT_NE(server.error().text.find("login"), std::string::npos);
}

TEST(Session, StreamErrorsHaveKinds) {
    for (const auto& [condition, kind] : {std::pair{"conflict", ErrorKind::Config},
                                          {"host-unknown", ErrorKind::Config},
                                          {"not-authorized", ErrorKind::Auth},
                                          {"system-shutdown", ErrorKind::Transient},
                                          {"something-new", ErrorKind::Transient}}) {
        Ledger ledger;
        Played server(ledger);
        server.come_online();
        server.say("<stream:error><" + std::string(condition) +
                   " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
        EXPECT_EQ(server.error().kind, kind) << condition;
        EXPECT_NE(server.error().text.find(condition), std::string::npos);
    }
    Ledger ledger;
    Played server(ledger);
    server.come_online();
    EXPECT_NE(server.say("<message><body>&bad;</body></message>").find("not-well-formed"), std::string::npos);
}

TEST(Session, AComponentShakesHands) {
    SessionOptions options = Played::usual();
    options.mode = LinkMode::Component;
    options.jid = parse_jid("bot.example.com");
    options.password = Secret("test");
    Ledger ledger;
    Played server(ledger, options);
    EXPECT_NE(server.session.take_output().find("xmlns='jabber:component:accept'"), std::string::npos);
    const std::string header =
        "<stream:stream xmlns='jabber:component:accept' "
        "xmlns:stream='http://etherx.jabber.org/streams' from='bot.example.com' id='s1'>";
    EXPECT_EQ(server.say(header), "<handshake>" + hex(sha1("s1test")) + "</handshake>");
    server.say("<handshake/>");
    ASSERT_TRUE(server.session.online());
    EXPECT_EQ(
        server.say("<iq type='get' id='1' from='a@b/c' to='x@bot.example.com'><ping xmlns='urn:xmpp:ping'/></iq>"),
        "<iq id='1' to='a@b/c' from='x@bot.example.com' type='result'/>");
    server.session.send({.name = "message", .ns = std::string(ns::kComponent)}, server.now);
    EXPECT_NE(server.session.take_output().find("<ping"), std::string::npos);
}

TEST(Session, AFloodOfRequestsGrowsNothing) {
    SessionOptions options = Played::usual();
    options.max_unacknowledged = 10;
    Ledger ledger;
    Played server(ledger, options);
    server.come_online();
    for (int i = 0; i < 100; ++i)
        server.say("<iq type='get' id='f' from='x@y/z'><q xmlns='q'/></iq>");
    EXPECT_EQ(ledger.unacknowledged().size(), 10U);
    EXPECT_FALSE(server.session.has_room());
}

// Any cut gives the same events and the same octets.
TEST(Session, CutsMakeNoDifference) {
    const std::string stanzas =
        "<message id='1'><body>Grüße</body></message><r xmlns='urn:xmpp:sm:3'/>\n<presence/>"
        "<iq type='get' id='p1'><ping xmlns='urn:xmpp:ping'/></iq><a xmlns='urn:xmpp:sm:3' h='1'/>";
    const auto run = [&](const auto& piece) {
        Ledger ledger;
        Played server(ledger);
        server.come_online();
        std::string out;
        for (std::string_view rest = stanzas; !rest.empty();) {
            const std::size_t size = std::min(rest.size(), piece());
            out += server.say(rest.substr(0, size));
            rest.remove_prefix(size);
        }
        for (const auto& one : server.all<Received>())
            out += "|" + std::to_string(one.number) + one.xml;
        return out;
    };
    const std::string whole = run([] { return std::size_t{10'000}; });
    EXPECT_NE(whole.find("|3<iq"), std::string::npos) << whole;
    std::minstd_rand random(11);
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(run([&] { return std::size_t{1} + random() % 30; }), whole);
}

// What Prosody said, from the login on: resumed as in the recording, and with the resume that failed.
TEST(Session, SharedRecordings) {
    const auto folder = testing::fixtures("chat");
    if (!folder) return;
    const auto server_says = [&](const std::string& name) {
        std::istringstream in(testing::read_file(*folder / "xmpp" / name));
        std::vector<std::string> out;
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with("S: ")) out.push_back(line.substr(3));
        }
        return out;
    };
    Ledger ledger;
    ledger.begin("Ok5swWhp0xa3");
    ledger.receive();
    ledger.handle(1);
    ledger.send("<presence/>");
    Played resumed(ledger);
    resumed.log_in();
    auto lines = server_says("prosody-0.12.3-resume.txt");
    EXPECT_EQ(resumed.say(lines.at(2)), "<resume xmlns='urn:xmpp:sm:3' previd='Ok5swWhp0xa3' h='1'/>");
    resumed.say(lines.at(3));
    ASSERT_TRUE(resumed.session.online());
    ASSERT_EQ(resumed.all<Received>().size(), 2U);
    EXPECT_EQ(resumed.all<Received>()[1].stanza.child_text("body", ns::kClient), "sent while the gateway was down");

    ledger.begin("no-such-session");
    Played failed(ledger);
    failed.log_in();
    lines = server_says("prosody-0.12.3-resume-failed.txt");
    failed.say(lines.at(2));
    EXPECT_NE(failed.say(lines.at(3)).find("<bind"), std::string::npos);
    EXPECT_EQ(failed.say("<iq id='bind' type='result'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                         "<jid>agent@localhost/c2</jid></bind></iq>"),
              "<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
}

}  // namespace
}  // namespace tandem::xmpp
