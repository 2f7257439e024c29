// A session before a server that the test plays.
#include "connectors/imap/session.hpp"

#include "connectors/imap/conditions.hpp"
#include "core/base/text.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tandem::imap {
namespace {

using namespace std::chrono_literals;

class Played {
public:
    explicit Played(SessionOptions options = usual()) : session(std::move(options), now) {}

    static SessionOptions usual() {
        return {.tls = TlsMode::None, .user = "user", .password = Secret("pencil"), .nonce = "rOprNGfwEbeRWgbNEkqO"};
    }
    static SessionOptions with(TlsMode tls, AuthMode auth = AuthMode::Auto) {
        auto out = usual();
        out.tls = tls;
        out.auth = auth;
        return out;
    }
    static SessionOptions with_token(AuthMode auth = AuthMode::Auto) {
        auto out = with(TlsMode::Implicit, auth);
        out.token = Secret("ya29");
        return out;
    }

    // What the session writes in answer.
    std::string say(std::string_view octets) {
        session.receive(octets, now);
        for (auto& event : session.take_events())
            events.push_back(std::move(event));
        return session.take_output();
    }
    template <class Event>
    std::vector<Event> all() const {
        std::vector<Event> out;
        for (const auto& event : events)
            if (const auto* one = std::get_if<Event>(&event)) out.push_back(*one);
        return out;
    }
    Error error() const {
        const auto closed = all<Closed>();
        EXPECT_EQ(closed.size(), 1U);
        return closed.empty() ? Error{} : closed.front().error;
    }
    std::string command(const std::string& text) {
        EXPECT_TRUE(session.command(text, now));
        return session.take_output();
    }
    void come_online(const std::string& capabilities = "IMAP4rev1 IDLE") {
        say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\r\n");
        say("t1 OK [CAPABILITY " + capabilities + "] in\r\n");
        ASSERT_TRUE(session.online());
    }

    Session::Time now{1h};
    Session session;
    std::vector<SessionEvent> events;
};

TEST(ImapSession, PlainWithInitialResponse) {
    Played played;
    EXPECT_EQ(played.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\r\n"),
              "t1 AUTHENTICATE PLAIN " + base64(std::string("\0user\0pencil", 12)) + "\r\n");
    EXPECT_EQ(played.say("t1 OK in\r\n"), "t2 CAPABILITY\r\n") << "after the login the list differs";
    EXPECT_EQ(played.say("* CAPABILITY IMAP4rev1 id idle condstore Enable\r\nt2 OK done\r\n"),
              "t3 ID (\"name\" \"Tandem\")\r\n");
    EXPECT_EQ(played.say("* ID NIL\r\nt3 OK\r\n"), "t4 ENABLE CONDSTORE\r\n");
    EXPECT_EQ(played.say("t4 NO we would rather not\r\n"), "");
    EXPECT_TRUE(played.session.online());
    EXPECT_EQ(played.all<Online>().size(), 1U);
    EXPECT_TRUE(played.session.can("IDLE"));
}

TEST(ImapSession, PlainWithoutInitialResponse) {
    Played played;
    EXPECT_EQ(played.say("* OK hi\r\n"), "t1 CAPABILITY\r\n");
    EXPECT_EQ(played.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nt1 OK\r\n"), "t2 AUTHENTICATE PLAIN\r\n");
    EXPECT_EQ(played.say("+ \r\n"), base64(std::string("\0user\0pencil", 12)) + "\r\n");
    EXPECT_EQ(played.say("* CAPABILITY IMAP4rev1\r\nt2 OK in\r\n"), "");
    EXPECT_TRUE(played.session.online());
}

TEST(ImapSession, LoginWhereThereIsNothingBetter) {
    auto options = Played::usual();
    options.password = Secret("a\"b");
    Played played(options);
    EXPECT_EQ(played.say("* OK [CAPABILITY IMAP4rev1] hi\r\n"), "t1 LOGIN \"user\" \"a\\\"b\"\r\n");
    Played disabled;
    disabled.say("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi\r\n");
    EXPECT_EQ(disabled.error().kind, ErrorKind::Config);
}

// RFC 7677, 3.
TEST(ImapSession, ScramProvesBothSides) {
    const std::string first = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    Played played;
    EXPECT_EQ(played.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=SCRAM-SHA-256 SASL-IR] hi\r\n"),
              "t1 AUTHENTICATE SCRAM-SHA-256 " + base64("n,,n=user,r=rOprNGfwEbeRWgbNEkqO") + "\r\n");
    EXPECT_EQ(played.say("+ " + base64(first) + "\r\n"),
              base64("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                     "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=") +
                  "\r\n");
    EXPECT_EQ(played.say("+ " + base64("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") + "\r\n"), "\r\n");
    played.say("t1 OK [CAPABILITY IMAP4rev1] in\r\n");
    EXPECT_TRUE(played.session.online());

    Played liar;
    liar.say("* OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256 SASL-IR] hi\r\n");
    liar.say("+ " + base64(first) + "\r\n");
    liar.say("t1 OK [CAPABILITY IMAP4rev1] in\r\n");
    EXPECT_EQ(liar.error().kind, ErrorKind::Auth) << "it has not proved anything";
}

TEST(ImapSession, TokensAndTheirRefusal) {
    Played bearer(Played::with_token());
    EXPECT_EQ(bearer.say("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR] hi\r\n"),
              "t1 AUTHENTICATE OAUTHBEARER " +
                  base64("n,a=user,\x01"
                         "auth=Bearer ya29\x01\x01") +
                  "\r\n");
    EXPECT_EQ(bearer.say("+ " + base64(R"({"status":"invalid_token"})") + "\r\n"), "AQ==\r\n");
    bearer.say("t1 NO [AUTHENTICATIONFAILED] no\r\n");
    EXPECT_EQ(bearer.error().kind, ErrorKind::Auth);
    EXPECT_TRUE(bearer.error().text.contains("invalid_token"));

    Played microsoft(Played::with_token());
    EXPECT_EQ(microsoft.say("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR] hi\r\n"),
              "t1 AUTHENTICATE XOAUTH2 " +
                  base64("user=user\x01"
                         "auth=Bearer ya29\x01\x01") +
                  "\r\n");
    EXPECT_EQ(microsoft.say("+ " + base64(R"({"status":"401"})") + "\r\n"), "\r\n");
    microsoft.say("t1 NO AUTHENTICATE failed.\r\n");
    EXPECT_EQ(microsoft.error().kind, ErrorKind::Auth);

    Played none(Played::with_token());
    none.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n");
    EXPECT_EQ(none.error().kind, ErrorKind::Config) << "a token is no password";
}

TEST(ImapSession, StartTlsForgetsWhatWasSaidBefore) {
    Played played(Played::with(TlsMode::StartTls));
    EXPECT_EQ(played.say("* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] hi\r\n"), "t1 STARTTLS\r\n");
    EXPECT_EQ(played.say("t1 OK go on\r\n"), "");
    EXPECT_EQ(played.all<WantsTls>().size(), 1U);
    played.session.secured(played.now);
    EXPECT_EQ(played.session.take_output(), "t2 CAPABILITY\r\n");
}

TEST(ImapSession, NothingIsSaidInTheClear) {
    Played stripped(Played::with(TlsMode::StartTls));
    EXPECT_EQ(stripped.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n"), "");
    EXPECT_EQ(stripped.error().kind, ErrorKind::Config);
    Played injected(Played::with(TlsMode::StartTls));
    injected.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n");
    injected.say("t1 OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n");
    EXPECT_TRUE(injected.error().text.contains("in the clear"));
    Played known(Played::with(TlsMode::StartTls));
    known.say("* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n");
    EXPECT_TRUE(known.session.closed());
}

TEST(ImapSession, PreauthNeedsNoLogin) {
    Played played;
    EXPECT_EQ(played.say("* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n"), "");
    EXPECT_TRUE(played.session.online());
}

TEST(ImapSession, AnswersHaveEverythingThatCame) {
    Played played;
    played.come_online();
    EXPECT_EQ(played.command("EXAMINE \"INBOX\""), "t2 EXAMINE \"INBOX\"\r\n");
    played.say("* 4 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 12] ok\r\nt2 OK [READ-ONLY] open\r\n");
    const auto answers = played.all<Answer>();
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_TRUE(answers[0].ok());
    EXPECT_EQ(answers[0].data.size(), 3U);
    EXPECT_FALSE(played.session.busy());
    EXPECT_FALSE(played.session.command("SELECT \"INBOX\"", played.now));
    EXPECT_FALSE(played.session.command("UID STORE 1 +FLAGS (\\Seen)", played.now));
    EXPECT_EQ(played.session.take_output(), "");
}

TEST(ImapSession, IdleWakesForMailOnly) {
    Played played;
    played.come_online();
    played.session.idle(played.now);
    EXPECT_EQ(played.session.take_output(), "t2 IDLE\r\n");
    played.say("+ idling\r\n");
    EXPECT_EQ(played.all<Idling>().size(), 1U);
    EXPECT_EQ(played.session.next_tick(), Session::Time::max()) << "silence is usual now";
    played.say("* OK Still here\r\n");
    EXPECT_FALSE(played.session.news().selected);
    played.say("* 5 EXISTS\r\n");
    EXPECT_TRUE(played.session.take_news().selected);
    played.say("* STATUS \"Sent\" (UIDNEXT 4)\r\n");
    EXPECT_TRUE(played.session.take_news().others);
    played.session.done(played.now);
    EXPECT_EQ(played.session.take_output(), "DONE\r\n");
    EXPECT_NE(played.session.next_tick(), Session::Time::max());
    played.say("t2 OK done\r\n");
    EXPECT_EQ(played.all<Answer>().size(), 1U);
}

TEST(ImapSession, IdleMayBeRefused) {
    Played played;
    played.come_online();
    played.session.idle(played.now);
    played.say("t2 BAD what\r\n");
    ASSERT_EQ(played.all<Answer>().size(), 1U);
    EXPECT_FALSE(played.all<Answer>()[0].ok());
    EXPECT_FALSE(played.session.busy());
}

TEST(ImapSession, StatusThatWasAskedForIsNoNews) {
    Played played;
    played.come_online();
    played.command("STATUS \"Sent\" (UIDNEXT)");
    played.say("* STATUS \"Sent\" (UIDNEXT 4)\r\n* 9 EXISTS\r\nt2 OK\r\n");
    EXPECT_FALSE(played.session.news().others);
    EXPECT_TRUE(played.session.news().selected);
}

TEST(ImapSession, SilenceAndEndlessAnswersEnd) {
    Played silent;
    silent.session.tick(silent.now + 59s);
    EXPECT_FALSE(silent.session.closed());
    silent.session.tick(silent.now + 60s);
    EXPECT_TRUE(silent.session.closed());

    Played slow;
    slow.come_online();
    slow.command("NOOP");
    for (int minute = 0; minute < 31; ++minute) {
        slow.now += 59s;
        slow.say("* OK wait\r\n");
        slow.session.tick(slow.now);
    }
    EXPECT_TRUE(slow.session.closed());

    Played endless;
    endless.come_online();
    endless.command("NOOP");
    for (int i = 0; i < 60'000 && !endless.session.closed(); ++i)
        endless.say("* 1 EXISTS\r\n");
    EXPECT_TRUE(endless.session.closed());
}

TEST(ImapSession, WhatTheServerSaysAtTheEnd) {
    const auto said = [](const std::string& line) {
        Played played;
        played.come_online();
        played.say(line + "\r\n");
        return played.error();
    };
    EXPECT_EQ(said("* BYE Logging out").kind, ErrorKind::Transient);
    EXPECT_EQ(said("* BYE [UNAVAILABLE] later").kind, ErrorKind::Throttled);
    EXPECT_EQ(said("t9 OK what").kind, ErrorKind::Transient);
    EXPECT_EQ(said("* X \"a").kind, ErrorKind::Transient);
    Played stranger;
    stranger.say("220 smtp.example.test ESMTP\r\n");
    EXPECT_TRUE(stranger.session.closed());
    Played busy;
    busy.say("* BYE Too many connections\r\n");
    EXPECT_EQ(busy.error().kind, ErrorKind::Throttled);
}

TEST(ImapConditions, Refusals) {
    const auto of = [](Condition condition, const std::string& code, const std::string& text) {
        return refusal({.tag = "t1", .condition = condition, .code = code, .text = text}, "FETCH");
    };
    EXPECT_EQ(of(Condition::No, "", "no").kind, ErrorKind::Rejected);
    EXPECT_EQ(of(Condition::Bad, "", "what").kind, ErrorKind::Transient);
    EXPECT_EQ(of(Condition::No, "LIMIT", "no").kind, ErrorKind::Throttled);
    EXPECT_EQ(of(Condition::No, "inuse x", "no").kind, ErrorKind::Throttled);
    const Error slow = of(Condition::Bad, "", "Request is throttled. Suggested Backoff Time: 299961 milliseconds");
    EXPECT_EQ(slow.kind, ErrorKind::Throttled);
    EXPECT_EQ(slow.retry_after, std::chrono::milliseconds(299'961));
    const Error many = of(Condition::Bad, "", "User is authenticated but not connected.");
    EXPECT_EQ(many.kind, ErrorKind::Throttled);
    EXPECT_GE(many.retry_after, std::chrono::milliseconds(60'000));
    EXPECT_EQ(login_refusal({.tag = "t1", .condition = Condition::No, .text = "wrong"}).kind, ErrorKind::Auth);
    EXPECT_EQ(login_refusal({.tag = "t1", .condition = Condition::No, .code = "UNAVAILABLE", .text = "x"}).kind,
              ErrorKind::Throttled);
    EXPECT_EQ(login_refusal({.tag = "t1", .condition = Condition::Bad, .text = "x"}).kind, ErrorKind::Transient);
}

// The same conversation in any pieces gives the same events and the same answers.
TEST(ImapSession, CutAnywhere) {
    const std::vector<std::string> script{
        "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\r\n", "t1 OK [CAPABILITY IMAP4rev1 IDLE] in\r\n",
        "* 1 FETCH (UID 7 BODY[] {26}\r\nt2 OK no\r\n* BYE x\r\n\r\nabc)\r\n* 2 EXISTS\r\nt2 OK yes\r\n"};
    const auto run = [&](const std::function<std::size_t()>& piece) {
        Played played;
        std::string written;
        for (std::string_view octets : script) {
            if (played.session.online() && !played.session.busy())
                written += played.command("UID FETCH 7 (UID BODY.PEEK[])");
            while (!octets.empty()) {
                const auto size = std::min(piece(), octets.size());
                written += played.say(octets.substr(0, size));
                octets.remove_prefix(size);
            }
        }
        EXPECT_TRUE(played.session.online());
        const auto answers = played.all<Answer>();
        EXPECT_EQ(answers.size(), 1U);
        return written + std::to_string(played.events.size()) + std::to_string(answers.at(0).data.size()) +
               answers.at(0).data.at(0).values.at(0).items.at(3).text;
    };
    const std::string whole = run([] { return std::size_t{100'000}; });
    for (std::size_t size = 1; size < 70; ++size)
        EXPECT_EQ(run([&] { return size; }), whole) << size;
    std::minstd_rand random(3);
    for (int round = 0; round < 200; ++round)
        EXPECT_EQ(run([&] { return random() % 30 + 1; }), whole);
}

}  // namespace
}  // namespace tandem::imap
