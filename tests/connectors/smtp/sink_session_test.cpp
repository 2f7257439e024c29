#include "connectors/smtp/sink_session.hpp"

#include "tests/connectors/smtp/script.hpp"

#include <gtest/gtest.h>

namespace tandem::smtp {
namespace {

using namespace std::chrono_literals;

constexpr SinkSession::Time kNow{};

class Room final : public Allowance {
public:
    bool admit_mail() override { return mails-- > 0; }
    bool take(std::size_t octets) override {
        if (held + octets > limit) return false;
        held += octets;
        return true;
    }
    void give(std::size_t octets) override { held -= octets; }

    int mails = 1'000;
    std::size_t held = 0, limit = 1'000'000;
};

SinkOptions usual() {
    return {.name = "gw.test", .recipients = {"journal@gw.test", "@copies.test"}};
}

// Stores what comes as soon as it comes, as the sink does.
struct Played {
    explicit Played(SinkOptions options = usual(), std::size_t size = 1'000)
        : session(std::move(options), room, kNow), piece(size) {}

    void play(std::string_view script) {
        test::play(session, script, 'C', piece, kNow, [this] { after(); });
    }
    void after() {
        while (session.storing()) {
            if (auto mail = session.take_mail()) mails.push_back(std::move(*mail));
            session.stored(outcome, kNow);
        }
        if (session.wants_tls() && secures) session.secured(certified, kNow);
    }

    Room room;
    SinkSession session;
    std::size_t piece;
    std::vector<SinkMail> mails;
    Result<void> outcome;
    bool secures = true, certified = false;
};

constexpr std::string_view kHello = R"(
    S: 220 gw.test ESMTP Tandem
    C: EHLO mx.test
    S: 250-gw.test
    S: 250-PIPELINING
    S: 250-SIZE 52428800
    S: 250-ENHANCEDSTATUSCODES
    S: 250-8BITMIME
    S: 250 SMTPUTF8
)";

TEST(SinkSession, TakesAMailCutAnywhere) {
    for (std::size_t piece = 1; piece < 70; ++piece) {
        Played server(usual(), piece);
        server.play(kHello);
        server.play(R"(
            C: MAIL FROM:<ann@customer.test> SIZE=100 BODY=8BITMIME SMTPUTF8
            C: RCPT TO:<Journal@GW.test>
            C: rcpt to: <any@copies.test>
            C: DATA
            S: 250 2.1.0 ok
            S: 250 2.1.5 ok
            S: 250 2.1.5 ok
            S: 354 end with CRLF . CRLF
            C: Subject: x
            C:
            C: ..hidden
            C: .
            S: 250 2.0.0 stored
            C: QUIT
            S: 221 2.0.0 bye
        )");
        ASSERT_EQ(server.mails.size(), 1U);
        EXPECT_EQ(server.mails[0].sender, "ann@customer.test");
        EXPECT_EQ(server.mails[0].recipients, (std::vector<std::string>{"Journal@GW.test", "any@copies.test"}));
        EXPECT_EQ(server.mails[0].octets, "Subject: x\r\n\r\n.hidden\r\n");
        EXPECT_TRUE(server.session.closed());
        EXPECT_EQ(server.room.held, 0U);
    }
}

TEST(SinkSession, EverythingAtOnce) {
    for (std::size_t piece = 1; piece < 70; ++piece) {
        Played server(usual(), piece);
        server.play(kHello);
        server.play(R"(
            C: MAIL FROM:<>
            C: RCPT TO:<journal@gw.test>
            C: DATA
            C: one
            C: .
            C: MAIL FROM:<a@b.test>
            C: RCPT TO:<journal@gw.test>
            C: DATA
            C: two
            C: .
            C: QUIT
            S: 250 2.1.0 ok
            S: 250 2.1.5 ok
            S: 354 end with CRLF . CRLF
            S: 250 2.0.0 stored
            S: 250 2.1.0 ok
            S: 250 2.1.5 ok
            S: 354 end with CRLF . CRLF
            S: 250 2.0.0 stored
            S: 221 2.0.0 bye
        )");
        ASSERT_EQ(server.mails.size(), 2U);
        EXPECT_EQ(server.mails[0].sender, "");
        EXPECT_EQ(server.mails[1].octets, "two\r\n");
    }
}

TEST(SinkSession, ConfirmsOnlyWhatIsStored) {
    SinkOptions options = usual();
    Room room;
    SinkSession session(options, room, kNow);
    session.receive("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<journal@gw.test>\r\nDATA\r\nx\r\n.\r\nNOOP\r\n", kNow);
    EXPECT_FALSE(session.take_output().ends_with("stored\r\n"));
    ASSERT_TRUE(session.storing());
    EXPECT_EQ(session.take_mail()->octets, "x\r\n");
    EXPECT_FALSE(session.take_mail());
    EXPECT_EQ(session.take_output(), "");
    session.tick(kNow + 24h);
    EXPECT_FALSE(session.closed());
    session.stored({}, kNow);
    EXPECT_EQ(session.take_output(), "250 2.0.0 stored\r\n250 2.0.0 ok\r\n");
}

TEST(SinkSession, WhatCannotBeStoredComesAgain) {
    for (const auto& [error, answer] : {std::pair{full("no room"), "452 4.3.1 no room now, come again later"},
                                        {transient("x"), "451 4.3.0 it could not be stored, come again later"}}) {
        Played server;
        server.outcome = fail(error);
        server.play(kHello);
        server.play(
            "C: MAIL FROM:<>\nC: RCPT TO:<journal@gw.test>\nC: DATA\nS: 250 2.1.0 ok\nS: 250 2.1.5 ok\n"
            "S: 354 end with CRLF . CRLF\nC: x\nC: .\nS: " +
            std::string(answer));
    }
}

TEST(SinkSession, NeverRelays) {
    Played server;
    server.play(kHello);
    server.play("C: MAIL FROM:<journal@gw.test>\nS: 250 2.1.0 ok");
    for (const std::string to : {"ann@customer.test", "journal@gw.test.evil.test", "x@sub.copies.test", "journal",
                                 "victim%evil.test@gw.test", "\"a@copies.test\"@evil.test"}) {
        server.session.receive("RCPT TO:<" + to + ">\r\n", kNow);
        EXPECT_TRUE(server.session.take_output().starts_with("5")) << to;
    }
    server.play("C: DATA\nS: 503 5.5.1 MAIL and RCPT first");
}

TEST(SinkSession, AnswersToWhatIsWrong) {
    struct Row {
        std::string said;
        std::string answer;
    };
    const Row rows[] = {
        {"MAIL FROM:<a@b>", "250 2.1.0 ok"},
        {"RCPT TO:<journal@gw.test>", "503 5.5.1 MAIL first"},
        {"DATA", "503 5.5.1 MAIL and RCPT first"},
        {"MAIL FROM:a@b", "501 5.5.4 MAIL FROM:<address> is needed"},
        {"MAIL FROM:<a b@c>", "501 5.1.7 that is no address"},
        {"MAIL FROM:<a@b> SIZE=99999999999", "552 5.3.4 the mail is too large"},
        {"MAIL FROM:<a@b> SIZE=x", "501 5.5.4 SIZE is a number"},
        {"MAIL FROM:<a@b> RET=HDRS", "555 5.5.4 there is no such parameter"},
        {"MAIL FROM:<@x,@y:a@b>", "250 2.1.0 ok"},
        {"MAIL", "501 5.5.4 MAIL FROM:<address> is needed"},
        {"LHLO x", "500 5.5.1 this is SMTP: EHLO"},
        {"EHLO", "501 5.5.4 a name is needed"},
        {"HELO x", "250 gw.test"},
        {"STARTTLS", "503 5.5.1 there is no STARTTLS now"},
        {"VRFY root", "252 2.5.2 send some mail"},
        {"EXPN all", "502 5.5.1 not here"},
        {"AUTH PLAIN", "502 5.5.1 not here"},
        {"BDAT 10 LAST", "500 5.5.2 what?"},
        {"", "500 5.5.2 what?"},
        {"GET / HTTP/1.1", "500 5.5.2 what?"},
        {"NOOP", "250 2.0.0 ok"},
        {"RSET", "250 2.0.0 ok"},
        {"NOOP a\nb", "500 5.5.2 lines end in CRLF and hold no other controls"},
        {"NOOP a\rb", "500 5.5.2 lines end in CRLF and hold no other controls"},
        {"NOOP " + std::string(10'000, 'x'), "500 5.5.2 the line is too long"},
    };
    for (const Row& row : rows) {
        for (const std::size_t piece : {1U, 7U, 100'000U}) {
            Played server(usual(), piece);
            server.play(kHello);
            std::string octets = row.said + "\r\n";
            for (std::size_t at = 0; at < octets.size(); at += piece)
                server.session.receive(std::string_view(octets).substr(at, piece), kNow);
            EXPECT_EQ(server.session.take_output(), row.answer + "\r\n") << row.said.substr(0, 40);
        }
    }
}

TEST(SinkSession, ABareLineFeedEndsNoCommand) {
    Played server;
    server.play(kHello);
    server.session.receive("NOOP\n", kNow);
    EXPECT_EQ(server.session.take_output(), "");
    server.session.receive("NOOP\r\n", kNow);
    EXPECT_TRUE(server.session.take_output().starts_with("500"));
}

TEST(SinkSession, SmuggledMailsStayWhatTheyAre) {
    for (const std::string ending : {"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n"}) {
        Played server;
        server.play(kHello);
        server.session.receive("MAIL FROM:<a@b.test>\r\nRCPT TO:<journal@gw.test>\r\nDATA\r\nfirst" + ending +
                                   "MAIL FROM:<evil@b.test>\r\nRCPT TO:<journal@gw.test>\r\nDATA\r\nsecond\r\n.\r\n",
                               kNow);
        server.after();
        ASSERT_EQ(server.mails.size(), 1U) << ::testing::PrintToString(ending);
        EXPECT_NE(server.mails[0].octets.find("second"), std::string::npos);
        EXPECT_EQ(server.mails[0].sender, "a@b.test");
    }
}

TEST(SinkSession, Lmtp) {
    SinkOptions options = usual();
    options.lmtp = true;
    for (std::size_t piece = 1; piece < 70; piece += 4) {
        Played server(options, piece);
        server.play(R"(
            S: 220 gw.test LMTP Tandem
            C: EHLO mx.test
            S: 500 5.5.1 this is LMTP: LHLO
            C: LHLO mx.test
            S: 250-gw.test
            S: 250-PIPELINING
            S: 250-SIZE 52428800
            S: 250-ENHANCEDSTATUSCODES
            S: 250-8BITMIME
            S: 250 SMTPUTF8
            C: MAIL FROM:<a@b.test>
            C: RCPT TO:<journal@gw.test>
            C: RCPT TO:<no@gw.test>
            C: RCPT TO:<x@copies.test>
            C: DATA
            S: 250 2.1.0 ok
            S: 250 2.1.5 ok
            S: 550 5.7.1 nothing is taken for this address or passed on
            S: 250 2.1.5 ok
            S: 354 end with CRLF . CRLF
            C: x
            C: .
            S: 250 2.0.0 stored
            S: 250 2.0.0 stored
        )");
        EXPECT_EQ(server.mails.size(), 1U);
    }
}

TEST(SinkSession, StartTls) {
    SinkOptions options = usual();
    options.offer_tls = options.require_tls = options.require_certificate = true;
    Played server(options);
    server.play("S: 220 gw.test ESMTP Tandem\nC: EHLO a");
    EXPECT_NE(server.session.take_output().find("250-STARTTLS\r\n"), std::string::npos);
    server.play("C: MAIL FROM:<>\nS: 530 5.7.0 STARTTLS first");
    // What was sent along in the clear is dropped: somebody else may have sent it.
    server.secures = false;
    server.session.receive("STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@x>\r\n", kNow);
    EXPECT_EQ(server.session.take_output(), "220 2.0.0 go ahead\r\n");
    ASSERT_TRUE(server.session.wants_tls());
    server.session.secured(false, kNow);
    server.play("C: MAIL FROM:<>\nS: 503 5.5.1 say hello first\nC: EHLO a");
    EXPECT_EQ(server.session.take_output().find("STARTTLS"), std::string::npos);
    server.play(
        "C: MAIL FROM:<>\nS: 530 5.7.0 a certificate is needed\nC: STARTTLS\nS: 503 5.5.1 there is no STARTTLS now");

    Played good(options);
    good.certified = true;
    good.session.receive("STARTTLS\r\n", kNow);
    good.after();
    good.session.receive("EHLO a\r\n", kNow);
    good.session.take_output();
    good.play("C: MAIL FROM:<>\nS: 250 2.1.0 ok");
}

TEST(SinkSession, Limits) {
    SinkOptions options = usual();
    options.max_size = 20;
    options.max_recipients = 2;
    for (std::size_t piece = 1; piece < 70; ++piece) {
        Played server(options, piece);
        server.session.receive("EHLO a\r\n", kNow);
        server.session.take_output();
        server.play(R"(
            C: MAIL FROM:<>
            C: RCPT TO:<journal@gw.test>
            C: RCPT TO:<a@copies.test>
            C: RCPT TO:<b@copies.test>
            C: DATA
            S: 250 2.1.0 ok
            S: 250 2.1.5 ok
            S: 250 2.1.5 ok
            S: 452 4.5.3 too many recipients
            S: 354 end with CRLF . CRLF
            C: 0123456789
            C: 0123456789
            C: .
            S: 552 5.3.4 the mail is too large
            C: MAIL FROM:<>
            C: RCPT TO:<journal@gw.test>
            C: DATA
            S: 250 2.1.0 ok
            S: 250 2.1.5 ok
            S: 354 end with CRLF . CRLF
            C: 012345678901234567
            C: .
            S: 250 2.0.0 stored
        )");
        EXPECT_EQ(server.mails.size(), 1U);
        EXPECT_EQ(server.room.held, 0U);
    }
}

TEST(SinkSession, NoRoomAndTooMany) {
    for (std::size_t piece = 1; piece < 70; ++piece) {
        Played server(usual(), piece);
        server.room.limit = 5;
        server.room.mails = 1;
        server.play(kHello);
        server.play(R"(
            C: MAIL FROM:<>
            C: RCPT TO:<journal@gw.test>
            C: DATA
            S: 250 2.1.0 ok
            S: 250 2.1.5 ok
            S: 354 end with CRLF . CRLF
            C: 0123456789
            C: .
            S: 452 4.3.1 no room now, come again later
            C: MAIL FROM:<>
            S: 451 4.7.1 too many mails, come again later
        )");
        EXPECT_EQ(server.room.held, 0U);
    }
}

TEST(SinkSession, GivesItsRoomBackWhenItEnds) {
    Room room;
    {
        SinkSession session(usual(), room, kNow);
        session.receive("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<journal@gw.test>\r\nDATA\r\nabc", kNow);
        EXPECT_EQ(room.held, 3U);
    }
    EXPECT_EQ(room.held, 0U);
}

TEST(SinkSession, TooManyErrorsEndIt) {
    Played server;
    server.play(kHello);
    for (int i = 0; i < 10; ++i)
        server.session.receive("WHAT\r\n", kNow);
    EXPECT_TRUE(server.session.take_output().ends_with("421 4.7.0 gw.test too many errors\r\n"));
    EXPECT_TRUE(server.session.closed());
    EXPECT_EQ(server.session.take_reason(), "syntax");
}

TEST(SinkSession, Time) {
    SinkOptions options = usual();
    options.command_limit = 10s;
    options.mail_limit = 25s;
    Played server(options);
    EXPECT_EQ(server.session.next_tick(), kNow + 10s);
    server.session.receive("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<journal@gw.test>\r\nDATA\r\n", kNow + 9s);
    server.session.receive("a", kNow + 18s);
    EXPECT_EQ(server.session.next_tick(), kNow + 28s);
    // A drop now and then does not renew the time of the whole mail.
    server.session.receive("a", kNow + 27s);
    EXPECT_EQ(server.session.next_tick(), kNow + 34s);
    server.session.take_output();
    server.session.tick(kNow + 34s);
    EXPECT_EQ(server.session.take_output(), "421 4.4.2 gw.test you are too slow\r\n");
    EXPECT_TRUE(server.session.closed());
}

TEST(SinkSession, Goodbye) {
    Played idle;
    idle.play(kHello);
    idle.session.say_goodbye();
    EXPECT_EQ(idle.session.take_output(), "421 4.3.2 gw.test is shutting down\r\n");
    Played busy;
    busy.play(kHello);
    busy.session.receive("MAIL FROM:<>\r\nRCPT TO:<journal@gw.test>\r\nDATA\r\nx\r\n.\r\n", kNow);
    busy.session.take_output();
    busy.session.say_goodbye();
    EXPECT_FALSE(busy.session.closed());
    busy.after();
    EXPECT_EQ(busy.session.take_output(), "250 2.0.0 stored\r\n421 4.3.2 gw.test is shutting down\r\n");
    EXPECT_TRUE(busy.session.closed());
}

}  // namespace
}  // namespace tandem::smtp
