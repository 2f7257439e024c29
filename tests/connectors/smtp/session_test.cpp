#include "connectors/smtp/session.hpp"

#include "core/base/text.hpp"
#include "tests/connectors/smtp/script.hpp"

#include <gtest/gtest.h>

namespace tandem::smtp {
namespace {

using namespace std::chrono_literals;

constexpr Session::Time kNow{};

SessionOptions plain() {
    return {.tls = TlsMode::None, .helo = "gw.test", .host = "mx.test", .credentials = {.method = AuthMethod::None}};
}

SessionOptions secure(AuthMethod method = AuthMethod::Auto) {
    SessionOptions out = plain();
    out.tls = TlsMode::StartTls;
    out.credentials = {.method = method, .user = "user", .password = Secret("pass")};
    return out;
}

Transaction usual() {
    return {.sender = "s@gw.test", .recipients = {"r@c.test"}, .id = "5b1f", .octets = "Subject: x\r\n\r\nhello\r\n"};
}

// A session that a conversation is played with; a "C: (submit)" of its own would only hide what happens.
struct Played {
    explicit Played(SessionOptions options, std::size_t size = 1'000)
        : session(std::move(options), kNow), piece(size) {}

    void play(std::string_view script) {
        test::play(session, script, 'S', piece, kNow, [&] {
            if (session.wants_tls() && secures) session.secured(kNow);
        });
    }
    // The text when the server took it, else the kind of the failure.
    std::string outcome() {
        const auto out = session.take_outcome();
        if (!out) return "(none)";
        return *out ? **out : std::string(to_string(out->error().kind)) + " " + out->error().code;
    }

    Session session;
    std::size_t piece;
    bool secures = true;
};

constexpr std::string_view kHello = R"(
    S: 220 mx.test ESMTP
    C: EHLO gw.test
)";

TEST(Session, AWholeMail) {
    for (std::size_t piece = 1; piece < 70; ++piece) {
        Played server(plain(), piece);
        server.play(kHello);
        server.play("S: 250-mx.test\nS: 250-SIZE 1000\nS: 250-PIPELINING\nS: 250-8BITMIME\nS: 250 DSN");
        ASSERT_TRUE(server.session.ready());
        server.session.submit(usual(), kNow);
        server.play(R"(
            C: MAIL FROM:<s@gw.test> SIZE=21 RET=HDRS ENVID=5b1f
            C: RCPT TO:<r@c.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;r@c.test
            S: 250 2.1.0 ok
            S: 250 2.1.5 ok
            C: DATA
            S: 354 go
            C: Subject: x
            C:
            C: hello
            C: .
            S: 250 2.0.0 queued as 4711
        )");
        EXPECT_EQ(server.outcome(), "250 2.0.0 queued as 4711");
        EXPECT_TRUE(server.session.ready());
        server.session.quit();
        server.play("C: QUIT");
    }
}

TEST(Session, OneAfterTheOtherWithoutPipelining) {
    Played server(plain());
    server.play(kHello);
    server.play("S: 250 mx.test");
    server.session.submit(usual(), kNow);
    server.play(R"(
        C: MAIL FROM:<s@gw.test>
        S: 250 ok
        C: RCPT TO:<r@c.test>
        S: 250 ok
        C: DATA
        S: 354 go
    )");
}

TEST(Session, StartTlsThenLogsIn) {
    for (std::size_t piece = 1; piece < 70; ++piece) {
        Played server(secure(), piece);
        server.play(kHello);
        server.play(R"(
            S: 250-mx.test
            S: 250-AUTH PLAIN LOGIN
            S: 250 STARTTLS
            C: STARTTLS
            S: 220 go
            C: EHLO gw.test
            S: 250-mx.test
            S: 250 AUTH PLAIN LOGIN
            C: AUTH PLAIN AHVzZXIAcGFzcw==
            S: 235 2.7.0 welcome
        )");
        EXPECT_TRUE(server.session.ready());
    }
}

TEST(Session, WithoutTlsNothingIsSaid) {
    Played server(secure());
    server.play(kHello);
    server.play("S: 250-mx.test\nS: 250 AUTH PLAIN");
    EXPECT_TRUE(server.session.closed());
    EXPECT_EQ(server.session.error().kind, ErrorKind::Config);
    EXPECT_EQ(server.session.take_output(), "");
}

TEST(Session, WhatWasSaidBeforeTlsDoesNotCount) {
    Played server(secure());
    server.play(kHello);
    server.play(
        "S: 250-mx.test\nS: 250-DSN\nS: 250-AUTH PLAIN\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nC: EHLO gw.test");
    server.play("S: 250 mx.test");
    EXPECT_EQ(server.session.error().kind, ErrorKind::Config);  // no AUTH inside
    Played injected(secure());
    injected.secures = false;
    injected.play(kHello);
    injected.play("S: 250-mx.test\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nS: 250 AUTH PLAIN");
    EXPECT_TRUE(injected.session.closed());
}

TEST(Session, Logins) {
    struct Row {
        AuthMethod method;
        std::string offered;
        std::string talk;
    };
    const std::string token = "user=user\1auth=Bearer pass\1\1";
    const Row rows[] = {
        {AuthMethod::Auto, "LOGIN",
         "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dXNlcg==\nS: 334 UGFzc3dvcmQ6\nC: cGFzcw=="},
        {AuthMethod::Login, "PLAIN LOGIN", "C: AUTH LOGIN\nS: 334\nC: dXNlcg==\nS: 334 x\nC: cGFzcw=="},
        {AuthMethod::XOAuth2, "XOAUTH2", "C: AUTH XOAUTH2 " + base64(token)},
        {AuthMethod::OAuthBearer, "PLAIN OAUTHBEARER",
         "C: AUTH OAUTHBEARER " + base64("n,a=user,\1host=mx.test\1auth=Bearer pass\1\1")},
    };
    for (const Row& row : rows) {
        SessionOptions options = secure(row.method);
        options.tls = TlsMode::Direct;
        Played server(options, 3);
        server.play(kHello);
        server.play("S: 250-mx.test\nS: 250 AUTH " + row.offered);
        server.play(row.talk);
        server.play("S: 235 ok");
        EXPECT_TRUE(server.session.ready()) << row.offered;
    }
}

// The example of RFC 7677, 3.
std::string scram_talk(const std::string& signature) {
    const std::string nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    return "C: AUTH SCRAM-SHA-256 " + base64("n,,n=user,r=rOprNGfwEbeRWgbNEkqO") + "\nS: 334 " +
           base64("r=" + nonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096") +
           "\nC: " + base64("c=biws,r=" + nonce + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=") + "\nS: 334 " +
           base64("v=" + signature);
}

SessionOptions for_scram() {
    SessionOptions out = secure();
    out.tls = TlsMode::Direct;
    out.credentials.password = Secret("pencil");
    out.credentials.nonce = "rOprNGfwEbeRWgbNEkqO";
    return out;
}

TEST(Session, Scram) {
    for (std::size_t piece = 1; piece < 70; piece += 4) {
        Played server(for_scram(), piece);
        server.play(kHello);
        server.play("S: 250-mx.test\nS: 250 AUTH PLAIN SCRAM-SHA-1 SCRAM-SHA-256");
        server.play(scram_talk("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
        EXPECT_EQ(server.session.take_output(), "\r\n");
        server.play("S: 235 ok");
        EXPECT_TRUE(server.session.ready());
    }
}

TEST(Session, AServerThatDoesNotProveThatItKnowsThePassword) {
    Played wrong(for_scram());
    wrong.play(kHello);
    wrong.play("S: 250-mx.test\nS: 250 AUTH SCRAM-SHA-256");
    wrong.play(scram_talk("AAAA"));
    EXPECT_EQ(wrong.session.error().kind, ErrorKind::Auth);
    Played hasty(for_scram());
    hasty.play(kHello);
    hasty.play("S: 250-mx.test\nS: 250 AUTH SCRAM-SHA-256");
    hasty.session.take_output();
    hasty.play("S: 235 ok");
    EXPECT_EQ(hasty.session.error().kind, ErrorKind::Auth);
    EXPECT_FALSE(hasty.session.ready());
}

TEST(Session, LongTokensGetALineOfTheirOwn) {
    SessionOptions options = secure(AuthMethod::XOAuth2);
    options.tls = TlsMode::Direct;
    options.credentials.password = Secret(std::string(600, 't'));
    Played server(options);
    server.play(kHello);
    server.play("S: 250-mx\nS: 250 AUTH XOAUTH2\nC: AUTH XOAUTH2\nS: 334");
    EXPECT_EQ(server.session.take_output(),
              base64("user=user\1auth=Bearer " + std::string(600, 't') + "\1\1") + "\r\n");
}

TEST(Session, TokensThatAreRefused) {
    for (const auto& [method, name, answer] :
         {std::tuple{AuthMethod::XOAuth2, "XOAUTH2", ""}, {AuthMethod::OAuthBearer, "OAUTHBEARER", "AQ=="}}) {
        SessionOptions options = secure(method);
        options.tls = TlsMode::Direct;
        Played server(options);
        server.play(kHello);
        server.play(std::string("S: 250-mx\nS: 250 AUTH ") + name);
        server.session.take_output();
        server.play("S: 334 eyJzdGF0dXMiOiI0MDEifQ==");
        EXPECT_EQ(server.session.take_output(), std::string(answer) + "\r\n");
        server.play("S: 535 5.7.8 expired");
        EXPECT_EQ(server.session.error().kind, ErrorKind::Auth);
    }
}

TEST(Session, AServerThatAsksForEver) {
    SessionOptions options = secure(AuthMethod::Login);
    options.tls = TlsMode::Direct;
    Played server(options);
    server.play(kHello);
    server.play("S: 250-mx\nS: 250 AUTH LOGIN");
    for (int i = 0; i < 10; ++i)
        server.session.receive("334 x\r\n", kNow);
    EXPECT_EQ(server.session.error().kind, ErrorKind::Auth);
}

// Ready, with a mail handed over; the envelope's commands are taken.
struct Busy : Played {
    explicit Busy(Transaction transaction = usual(), std::string_view extensions = "S: 250-mx\nS: 250 PIPELINING")
        : Played(plain()) {
        play(kHello);
        play(extensions);
        session.submit(std::move(transaction), kNow);
        session.take_output();
    }
    void to_content() { play("S: 250 ok\nS: 250 ok\nC: DATA\nS: 354 go"); }
    void to_dot() {
        to_content();
        while (!session.take_output().empty()) {
        }
    }
};

TEST(Session, RefusalsAreAnsweredAndTheConnectionStays) {
    struct Row {
        std::string talk;
        std::string outcome;
        bool ready;
    };
    const Row rows[] = {
        {"S: 250 ok\nS: 550 5.1.1 no\nC: RSET\nS: 250 ok", "rejected 5.1.1", true},
        {"S: 451 4.3.0 no\nS: 503 5.5.1 MAIL first\nC: RSET\nS: 250 ok", "transient 4.3.0", true},
        {"S: 250 ok\nS: 250 ok\nC: DATA\nS: 451 4.3.0 no\nC: RSET\nS: 250 ok", "transient 4.3.0", true},
        {"S: 250 ok\nS: 450 4.2.0 no\nC: RSET\nS: 500 what", "transient 4.2.0", false},
        {"S: 421 4.3.2 shutting down", "throttled 4.3.2", false},
        {"S: 250 ok\nS: 421 bye", "transient 421", false},
    };
    for (const Row& row : rows) {
        Busy server;
        server.play(row.talk);
        EXPECT_EQ(server.outcome(), row.outcome) << row.talk;
        EXPECT_EQ(server.session.ready(), row.ready) << row.talk;
    }
}

TEST(Session, AnswersToTheMail) {
    struct Row {
        std::string answer;
        std::string outcome;
        bool ready;
    };
    const Row rows[] = {{"250 ok", "250 ok", true},
                        {"552 5.3.4 no", "rejected 5.3.4", true},
                        {"451 4.3.0 no", "transient 4.3.0", true},
                        {"421 4.3.0 no", "transient 4.3.0", false},
                        {"354 more", "unknown_outcome 354", false},
                        {"nonsense", "unknown_outcome ", false}};
    for (const Row& row : rows) {
        Busy server;
        server.to_dot();
        server.session.receive(row.answer + "\r\n", kNow);
        EXPECT_EQ(server.outcome(), row.outcome) << row.answer;
        EXPECT_EQ(server.session.ready(), row.ready) << row.answer;
    }
}

// Before the final dot the server cannot have the mail; behind it only its answer tells.
TEST(Session, LostConnections) {
    const std::string_view talk[] = {"", "S: 250 ok", "S: 250 ok\nS: 250 ok",
                                     "S: 250 ok\nS: 250 ok\nC: DATA\nS: 354 go"};
    for (const std::string_view before : talk) {
        Busy server;
        server.play(before);
        server.session.lost("cut");
        EXPECT_EQ(server.outcome(), "transient ") << before;
    }
    Busy server;
    server.to_dot();
    server.session.lost("cut");
    EXPECT_EQ(server.outcome(), "unknown_outcome ");
    EXPECT_TRUE(server.session.closed());
}

TEST(Session, ALargeMailGoesInPiecesAndIsUnsureOnlyWithItsLast) {
    Transaction large = usual();
    large.octets += std::string(200'000, 'x') + "\r\n";
    Busy server(large);
    server.to_content();
    EXPECT_EQ(server.session.take_output().size(), 64U * 1024);
    server.session.lost("cut");
    EXPECT_EQ(server.outcome(), "transient ");

    Busy whole(large);
    whole.to_content();
    std::string sent;
    for (std::string more = whole.session.take_output(); !more.empty(); more = whole.session.take_output())
        sent += more;
    EXPECT_EQ(sent, large.octets + ".\r\n");
    whole.session.lost("cut");
    EXPECT_EQ(whole.outcome(), "unknown_outcome ");
}

TEST(Session, ARefusalInTheMiddleOfTheMail) {
    Transaction large = usual();
    large.octets += std::string(200'000, 'x') + "\r\n";
    Busy server(large);
    server.to_content();
    server.session.take_output();
    server.session.receive("552 5.3.4 too large\r\n", kNow);
    EXPECT_EQ(server.outcome(), "rejected 5.3.4");
    EXPECT_TRUE(server.session.closed());
    EXPECT_EQ(server.session.take_output(), "");
}

TEST(Session, DotsAreDoubled) {
    Transaction dots = usual();
    dots.octets = ".\r\n..a\r\nb.\r\n.\r\n";
    Busy server(dots);
    server.to_content();
    EXPECT_EQ(server.session.take_output(), "..\r\n...a\r\nb.\r\n..\r\n.\r\n");
}

TEST(Session, WhatTheServerCannotTakeIsNotOffered) {
    Transaction international = usual();
    international.recipients = {"почта@c.test"};
    international.international = true;
    Busy poor(international);
    EXPECT_EQ(poor.outcome(), "rejected 5.6.7");
    EXPECT_TRUE(poor.session.ready());

    Busy rich(international, "S: 250-mx\nS: 250-SMTPUTF8\nS: 250-8BITMIME\nS: 250-DSN\nS: 250 PIPELINING");
    EXPECT_EQ(rich.outcome(), "(none)");

    Busy small(usual(), "S: 250-mx\nS: 250 SIZE 20");
    EXPECT_EQ(small.outcome(), "rejected 5.3.4");
    Busy unlimited(usual(), "S: 250-mx\nS: 250 SIZE 0");
    EXPECT_EQ(unlimited.outcome(), "(none)");

    Transaction injected = usual();
    injected.recipients = {"a@b> NOTIFY=NEVER"};
    Busy safe(injected);
    EXPECT_EQ(safe.outcome(), "rejected ");
    EXPECT_EQ(safe.session.take_output(), "");
}

TEST(Session, InternationalEnvelope) {
    Played server(plain());
    server.play(kHello);
    server.play("S: 250-mx\nS: 250-SMTPUTF8\nS: 250-8BITMIME\nS: 250-DSN\nS: 250 PIPELINING");
    Transaction transaction = usual();
    transaction.recipients = {"почта@c.test"};
    transaction.international = true;
    transaction.id = "a+b=c";
    server.session.submit(transaction, kNow);
    server.play(R"(
        C: MAIL FROM:<s@gw.test> BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+2Bb+3Dc
        C: RCPT TO:<почта@c.test> NOTIFY=FAILURE,DELAY
    )");
}

TEST(Session, AMailGoesToAllOrNobody) {
    Transaction two = usual();
    two.recipients = {"a@c.test", "b@c.test"};
    Busy server(two);
    server.play("S: 250 ok\nS: 250 ok\nS: 550 5.1.1 no\nC: RSET\nS: 250 ok");
    EXPECT_EQ(server.outcome(), "rejected 5.1.1");
}

TEST(Session, ARefusedCopyHoldsNothingUp) {
    Transaction copied = usual();
    copied.copies = {"journal@gw.test"};
    Busy server(copied, "S: 250-mx\nS: 250-DSN\nS: 250 PIPELINING");
    server.play("S: 250 ok\nS: 250 ok\nS: 550 5.1.1 no\nC: DATA\nS: 354 go");
    while (!server.session.take_output().empty()) {
    }
    server.play("S: 250 ok");
    EXPECT_EQ(server.outcome(), "250 ok");
    EXPECT_EQ(server.session.refused_copies(), 1U);

    Played slow(plain());
    slow.play(kHello);
    slow.play("S: 250-mx\nS: 250 DSN");
    slow.session.submit(copied, kNow);
    slow.play(R"(
        C: MAIL FROM:<s@gw.test> RET=HDRS ENVID=5b1f
        S: 250 ok
        C: RCPT TO:<r@c.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;r@c.test
        S: 250 ok
        C: RCPT TO:<journal@gw.test> NOTIFY=NEVER
        S: 450 4.2.0 later
        C: DATA
    )");
}

TEST(Session, Time) {
    Session slow(plain(), kNow);
    slow.tick(kNow + 19s);
    EXPECT_FALSE(slow.closed());
    slow.tick(slow.next_tick());
    EXPECT_EQ(slow.error().kind, ErrorKind::Transient);

    Busy idle;
    idle.session.tick(kNow + 20s);
    EXPECT_EQ(idle.outcome(), "transient ");

    Transaction limited = usual();
    limited.deadline = kNow + 40s;
    Busy late(limited);
    late.to_dot();
    EXPECT_EQ(late.session.next_tick(), kNow + 40s);
    late.session.tick(kNow + 40s);
    EXPECT_EQ(late.outcome(), "unknown_outcome ");
}

TEST(Session, AnIdleConnectionThatSpeaksIsOver) {
    Played server(plain());
    server.play(kHello);
    server.play("S: 250 mx");
    server.session.receive("421 4.4.2 idle\r\n", kNow);
    EXPECT_TRUE(server.session.closed());
    EXPECT_EQ(server.outcome(), "(none)");
}

TEST(Session, Greetings) {
    for (const auto& [greeting, kind] : {std::pair{"554 go away", ErrorKind::Transient},
                                         {"421 4.3.2 later", ErrorKind::Throttled},
                                         {"* OK IMAP4rev1", ErrorKind::Transient}}) {
        Session session(plain(), kNow);
        session.receive(std::string(greeting) + "\r\n", kNow);
        ASSERT_TRUE(session.closed()) << greeting;
        EXPECT_EQ(session.error().kind, kind) << greeting;
    }
}

}  // namespace
}  // namespace tandem::smtp
