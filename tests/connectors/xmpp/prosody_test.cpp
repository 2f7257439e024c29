// The client at a real Prosody: what arrives, what goes out, and what a lost link, a long outage and a restart do.
#include "connectors/xmpp/connector.hpp"
#include "tests/connectors/xmpp/client_fixture.hpp"

namespace tandem::xmpp {
namespace {

using namespace std::chrono_literals;
using test::AtProsody;
using test::text_at;
using test::Visitor;

constexpr const char* kFirst = "2ed6657d-e927-568b-95e1-2665a8aea6a2";  // ids of version 5, as the gateway's are
constexpr const char* kSecond = "74738ff5-5367-5958-9aee-98fffdcd1876";

class ProsodyTest : public AtProsody {
protected:
    Result<connector::Resolution> resolved(std::string id) {
        Result<connector::Resolution> out;
        // While the archive is being read it says so.
        becomes([&] {
            out = run(client_->resolve({.id = id, .message = R"({"to":"visitor@localhost","text":"x"})"}));
            return out || out.error().text.find("still being read") == std::string::npos || client_ == nullptr;
        });
        return out;
    }
    static bool taken(const Result<connector::Resolution>& resolution) {
        EXPECT_TRUE(resolution) << resolution.error().text;
        return resolution && *resolution && (**resolution).size() == 1;
    }
};

TEST_F(ProsodyTest, ACustomerWritesAndIsAnswered) {
    ASSERT_TRUE(begin());
    Visitor visitor(prosody_, "visitor", "web");
    visitor.write("m1", "Где заказ?", "<request xmlns='urn:xmpp:receipts'/>");
    ASSERT_TRUE(bodies_become({"Где заказ?"}));
    const std::string question = documents().front();
    EXPECT_EQ(text_at(question, "peer"), "visitor@localhost");
    EXPECT_EQ(text_at(question, "message_id"), "m1");
    EXPECT_EQ(text_at(question, "id"), text_at(question, "stanza_id"));
    EXPECT_FALSE(text_at(question, "stanza_id").empty());
    visitor.expect("<received ");
    visitor.expect("</message>");

    const auto sent = get(send(kFirst, "On its way & soon"));
    ASSERT_TRUE(sent) << sent.error().text;
    ASSERT_EQ(sent->size(), 1U);
    EXPECT_EQ(sent->front().name_space, "xmpp:agent@localhost");
    EXPECT_EQ(sent->front().external_id, kFirst);
    const std::string seen = visitor.expect("</message>");
    EXPECT_NE(seen.find("On its way &amp; soon"), std::string::npos) << seen;
    EXPECT_NE(seen.find(kFirst), std::string::npos) << seen;

    visitor.write("r1", "", std::string("<received xmlns='urn:xmpp:receipts' id='") + kFirst + "'/>");
    visitor.write("r2", "", std::string("<displayed xmlns='urn:xmpp:chat-markers:0' id='") + kFirst + "'/>");
    ASSERT_TRUE(becomes([&] { return documents("receipt").size() == 2; }));
    data::Arena arena;
    const auto delivered = data::parse_json(documents("receipt")[0], arena);
    EXPECT_EQ(delivered->get("receipt").string_at("status"), "delivered");
    EXPECT_EQ(delivered->get("receipt").string_at("id"), kFirst);
    EXPECT_EQ(data::parse_json(documents("receipt")[1], arena)->get("receipt").string_at("status"), "read");
}

TEST_F(ProsodyTest, AMessageToNobodyComesBack) {
    ASSERT_TRUE(begin());
    ASSERT_TRUE(get(send(kFirst, "hello?", "nobody@nowhere.localhost")));
    ASSERT_TRUE(becomes([&] { return documents("receipt").size() == 1; }));
    data::Arena arena;
    EXPECT_EQ(data::parse_json(documents("receipt")[0], arena)->get("receipt").string_at("status"), "failed");
    EXPECT_EQ(get(send(kSecond, "x", "no address")).error().kind, ErrorKind::Rejected);
}

TEST_F(ProsodyTest, CorrectionsAndRetractions) {
    ASSERT_TRUE(begin());
    Visitor visitor(prosody_, "visitor", "web");
    visitor.write("m1", "helo");
    visitor.write("m2", "hello", "<replace xmlns='urn:xmpp:message-correct:0' id='m1'/>");
    visitor.write("m3", "/me retracted", "<retract xmlns='urn:xmpp:message-retract:1' id='m1'/>");
    ASSERT_TRUE(becomes([&] { return documents().size() == 3; }));
    const auto all = documents();
    const std::string id = text_at(all[0], "id");
    EXPECT_EQ(text_at(all[1], "kind"), "correction");
    EXPECT_EQ(text_at(all[1], "id"), id);
    EXPECT_EQ(text_at(all[2], "kind"), "retraction");
    EXPECT_EQ(text_at(all[2], "id"), id);
}

TEST_F(ProsodyTest, WhatIsWrittenInAnotherClientIsSeenOnce) {
    ASSERT_TRUE(begin());
    Visitor colleague(prosody_, "agent", "phone");
    colleague.write("p1", "I answer from my phone", "", "visitor@localhost");
    ASSERT_TRUE(bodies_become({"I answer from my phone"}));
    EXPECT_EQ(text_at(documents()[0], "direction"), "outbound");
    EXPECT_EQ(text_at(documents()[0], "id"), "p1");
    // A new session reads it from the archive again.
    shut_down();
    host_.cursors.clear();
    host_.events.clear();
    ASSERT_TRUE(begin());
    ASSERT_TRUE(bodies_become({"I answer from my phone"}));
    EXPECT_EQ(text_at(documents()[0], "id"), "p1");
    EXPECT_EQ(text_at(documents()[0], "via"), "archive");
}

TEST_F(ProsodyTest, ALostLinkIsResumed) {
    ASSERT_TRUE(begin());
    Visitor visitor(prosody_, "visitor", "web");
    visitor.write("m1", "before");
    ASSERT_TRUE(bodies_become({"before"}));
    write_while_cut(visitor, "m2", "during");
    ASSERT_TRUE(connected_again("resumed"));
    visitor.write("m3", "after");
    ASSERT_TRUE(bodies_become({"before", "during", "after"}));
    EXPECT_EQ(counter("sessions:new"), 1U);
}

// The server sends again what was not acknowledged: a commit that did not happen loses nothing.
TEST_F(ProsodyTest, NothingIsAcknowledgedBeforeItIsDurable) {
    ASSERT_TRUE(begin());
    Visitor visitor(prosody_, "visitor", "web");
    ASSERT_TRUE(becomes([&] { return counter("stanzas:presence") > 0; }));
    on_loop([&] { return host_.hold = true; });
    visitor.write("m1", "one");
    visitor.settle();
    shut_down_hard();
    EXPECT_TRUE(documents().empty());
    // Another process begins with what is durable.
    ASSERT_TRUE(begin());
    ASSERT_TRUE(bodies_become({"one"}));
}

TEST_F(ProsodyTest, WhileNothingCanBeStoredNothingIsLost) {
    ASSERT_TRUE(begin());
    Visitor visitor(prosody_, "visitor", "web");
    on_loop([&] { return host_.refusal = full("backlog"), 0; });
    visitor.write("m1", "one");
    ASSERT_TRUE(becomes([&] {
        return on_loop([&] { return !host_.states.empty() && host_.states.back() == connector::State::Degraded; });
    }));
    visitor.write("m2", "two");
    visitor.settle();
    on_loop([&] { return host_.refusal.reset(), 0; });
    ASSERT_TRUE(bodies_become({"one", "two"}));
}

TEST_F(ProsodyTest, AfterALongOutageTheArchiveIsRead) {
    ASSERT_TRUE(begin());
    Visitor visitor(prosody_, "visitor", "web");
    visitor.write("m1", "1");
    ASSERT_TRUE(bodies_become({"1"}));
    shut_down();
    std::vector<std::string> expected{"1"};
    for (int i = 2; i <= 12; ++i) {
        visitor.write("m" + std::to_string(i), std::to_string(i));
        expected.push_back(std::to_string(i));
    }
    visitor.settle();
    ASSERT_TRUE(begin());
    ASSERT_TRUE(bodies_become(expected));
    visitor.write("m13", "13");
    expected.push_back("13");
    ASSERT_TRUE(bodies_become(expected));
}

TEST_F(ProsodyTest, ARestartOfTheServerLosesAndDoublesNothing) {
    ASSERT_TRUE(begin());
    {
        Visitor visitor(prosody_, "visitor", "web");
        visitor.write("m1", "1");
        ASSERT_TRUE(bodies_become({"1"}));
        wire_.cut();
        visitor.write("m2", "2");
        visitor.settle();
    }
    prosody_.restart();
    Visitor visitor(prosody_, "visitor", "web");
    visitor.write("m3", "3");
    visitor.settle();
    wire_.mend();
    ASSERT_TRUE(connected_again("new", 2));
    visitor.write("m4", "4");
    ASSERT_TRUE(bodies_become({"1", "2", "3", "4"}));
}

TEST_F(ProsodyTest, AForgottenPlaceIsFoundByTime) {
    ASSERT_TRUE(begin());
    Visitor visitor(prosody_, "visitor", "web");
    visitor.write("m1", "1");
    ASSERT_TRUE(bodies_become({"1"}));
    shut_down();
    connector::Cursor& place = host_.cursors.at("").back();
    place = place.substr(0, place.find(' ')) + " no-such-id";
    visitor.write("m2", "2");
    visitor.settle();
    ASSERT_TRUE(begin());
    ASSERT_TRUE(bodies_become({"1", "2"}));
}

TEST_F(ProsodyTest, TheFirstStartReadsTheLastDay) {
    Visitor visitor(prosody_, "visitor", "web");
    for (int i = 1; i <= 4; ++i)
        visitor.write("m" + std::to_string(i), std::to_string(i));
    visitor.settle();
    ASSERT_TRUE(begin());
    ASSERT_TRUE(bodies_become({"1", "2", "3", "4"}));
}

// The server took the message, its acknowledgement was lost: the resumed stream tells.
TEST_F(ProsodyTest, ASendInDoubtIsSettledByTheResumedStream) {
    ASSERT_TRUE(begin());
    Visitor visitor(prosody_, "visitor", "web");
    auto outcome = send_unacknowledged(visitor, kFirst);
    wire_.cut();
    wire_.mend();
    const auto sent = get(std::move(outcome));
    ASSERT_TRUE(sent) << sent.error().text;
    EXPECT_EQ(counter("sessions:resumed"), 1U);
    visitor.settle();
    EXPECT_EQ(visitor.count("once"), 0U) << "it came twice";
}

// The session is gone: the archive tells.
TEST_F(ProsodyTest, ASendInDoubtIsSettledByTheArchive) {
    ASSERT_TRUE(begin());
    {
        Visitor visitor(prosody_, "visitor", "web");
        auto outcome = send_unacknowledged(visitor, kFirst);
        lose_the_session();
        const auto sent = get(std::move(outcome));
        ASSERT_TRUE(sent) << sent.error().text;
    }
    // An operator who sends it again does no harm.
    EXPECT_TRUE(get(send(kFirst, "once")));
    Visitor visitor(prosody_, "visitor", "web");
    visitor.settle();
    EXPECT_EQ(visitor.count("once"), 0U);
}

TEST_F(ProsodyTest, AMessageOfAKilledGatewayIsConfirmed) {
    ASSERT_TRUE(begin());
    Visitor visitor(prosody_, "visitor", "web");
    auto outcome = send_unacknowledged(visitor, kFirst);
    shut_down_hard();
    EXPECT_EQ(get(std::move(outcome)).error().kind, ErrorKind::UnknownOutcome);
    wire_.mend();
    ASSERT_TRUE(begin());
    EXPECT_TRUE(taken(resolved(kFirst)));
    // Its memory of that is durable.
    shut_down();
    ASSERT_TRUE(begin([](Config& config) { config.archive = false; }));
    EXPECT_TRUE(taken(resolved(kFirst)));
}

TEST_F(ProsodyTest, TheArchiveTellsWhatTheServerNeverGot) {
    ASSERT_TRUE(begin());
    ASSERT_TRUE(becomes([&] { return counter("stanzas:iq") >= 3; }));
    const auto nothing = resolved(kSecond);
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().kind, ErrorKind::UnknownOutcome) << "it might keep nothing of ours";
    ASSERT_TRUE(get(send(kFirst, "one")));
    const auto missing = resolved(kSecond);
    ASSERT_TRUE(missing) << missing.error().text;
    EXPECT_FALSE(*missing);
    wire_.cut();
    ASSERT_TRUE(becomes([&] { return counter("disconnects") == 1; }));
    EXPECT_EQ(resolved(kSecond).error().kind, ErrorKind::Transient);
}

TEST_F(ProsodyTest, WithoutAConnectionNothingIsSent) {
    ASSERT_TRUE(begin());
    wire_.cut();
    ASSERT_TRUE(becomes([&] { return counter("disconnects") == 1; }));
    EXPECT_EQ(get(send(kFirst, "x")).error().kind, ErrorKind::Transient);
}

TEST_F(ProsodyTest, WrongPasswordsAndCertificatesAreForPeople) {
    auto refused = begin([](Config& config) { config.password = Secret("wrong"); });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Auth) << refused.error().text;
    shut_down();
    refused = begin([](Config& config) { config.tls_ca.clear(); });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Config) << refused.error().text;
    shut_down();
    refused = begin([](Config& config) { config.tls_name = "other.test"; });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Config) << refused.error().text;
}

TEST_F(ProsodyTest, DirectTlsAndTheCheck) {
    Config config = options();
    config.tls = TlsMode::Direct;
    config.port = prosody_.direct_tls_port();
    auto logged_in = run(probe(config, *tls_context(config)));
    EXPECT_TRUE(logged_in) << logged_in.error().text;
    config = options();
    EXPECT_TRUE(run(probe(config, *tls_context(config))));
    config.password = Secret("wrong");
    EXPECT_EQ(run(probe(config, *tls_context(config))).error().kind, ErrorKind::Auth);
    ASSERT_TRUE(begin([&](Config& own) {
        own.tls = TlsMode::Direct;
        own.port = prosody_.direct_tls_port();
    }));
}

TEST_F(ProsodyTest, AComponentReceivesAndSends) {
    ASSERT_TRUE(begin([&](Config& config) {
        config.link = LinkMode::Component;
        config.jid = "bot.localhost";
        config.password = Secret("component-pw");
        config.port = prosody_.component_port();
        config.tls = TlsMode::None;
        config.archive = config.carbons = false;
    }));
    Visitor visitor(prosody_, "visitor", "web");
    visitor.write("m1", "hi bot", "", "sales@bot.localhost");
    ASSERT_TRUE(bodies_become({"hi bot"}));
    EXPECT_EQ(text_at(documents()[0], "account"), "sales@bot.localhost");
    EXPECT_EQ(text_at(documents()[0], "id"), "visitor@localhost/m1");
    ASSERT_TRUE(get(send(kFirst, "hello")));
    visitor.expect("hello");
}

class WithoutManagement : public AtProsody {
protected:
    WithoutManagement() : AtProsody({.archive = true, .management = false}) {}
};

TEST_F(WithoutManagement, PingsAcknowledgeAndTheArchiveFillsGaps) {
    ASSERT_TRUE(begin());
    Visitor visitor(prosody_, "visitor", "web");
    ASSERT_TRUE(get(send(kFirst, "hello")));
    visitor.write("m1", "1");
    ASSERT_TRUE(bodies_become({"1"}));
    write_while_cut(visitor, "m2", "2");
    ASSERT_TRUE(bodies_become({"1", "2"}));
}

class WithoutArchive : public AtProsody {
protected:
    WithoutArchive() : AtProsody({.archive = false}) {}
};

TEST_F(WithoutArchive, ResumingStillLosesNothing) {
    ASSERT_TRUE(begin());
    Visitor visitor(prosody_, "visitor", "web");
    write_while_cut(visitor, "m1", "1");
    ASSERT_TRUE(bodies_become({"1"}));
    EXPECT_EQ(text_at(documents()[0], "id"), "visitor@localhost/m1");
}

TEST_F(WithoutArchive, WhatNobodyCanTellStaysUnknown) {
    ASSERT_TRUE(begin());
    Visitor visitor(prosody_, "visitor", "web");
    auto outcome = send_unacknowledged(visitor, kFirst);
    lose_the_session();
    EXPECT_EQ(get(std::move(outcome)).error().kind, ErrorKind::UnknownOutcome);
}

}  // namespace
}  // namespace tandem::xmpp
