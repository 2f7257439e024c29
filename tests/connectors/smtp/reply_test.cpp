#include "connectors/smtp/reply.hpp"

#include "connectors/smtp/verdict.hpp"

#include <gtest/gtest.h>

namespace tandem::smtp {
namespace {

std::optional<Reply> only(std::string_view octets) {
    ReplyReader reader;
    reader.feed(octets);
    return reader.next();
}

TEST(Reply, OneLineAndSeveral) {
    const auto one = only("550 5.1.1 no such user\r\n");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->code, 550);
    EXPECT_EQ(one->enhanced, "5.1.1");
    EXPECT_EQ(one->text(), "550 5.1.1 no such user");
    const auto many = only("250-mx at your service\r\n250-SIZE 1000\r\n250 DSN\r\n");
    ASSERT_TRUE(many);
    EXPECT_EQ(many->lines, (std::vector<std::string>{"mx at your service", "SIZE 1000", "DSN"}));
    EXPECT_TRUE(only("354\r\n"));
    EXPECT_TRUE(only("250 bare line feed\n"));
    EXPECT_EQ(only("250 1.2.3.4 is an address\r\n")->enhanced, "");
}

TEST(Reply, CutAnywhere) {
    const std::string octets = "250-a\r\n250-5.7.1 b\r\n250 c\r\n354 go\r\n";
    for (std::size_t piece = 1; piece < octets.size(); ++piece) {
        ReplyReader reader;
        std::vector<std::string> seen;
        for (std::size_t at = 0; at < octets.size(); at += piece) {
            reader.feed(std::string_view(octets).substr(at, piece));
            while (const auto reply = reader.next())
                seen.push_back(reply->text());
        }
        EXPECT_EQ(seen, (std::vector<std::string>{"250 5.7.1 a b c", "354 go"}));
        EXPECT_TRUE(reader.empty());
    }
}

TEST(Reply, WhatIsNone) {
    for (const std::string octets : {"hello\r\n", "25\r\n", "\r\n", "199 x\r\n", "650 x\r\n", "2x0 a\r\n", "250x\r\n",
                                     "250-a\r\n251 b\r\n", "HTTP/1.1 400 Bad Request\r\n"}) {
        ReplyReader reader;
        reader.feed(octets);
        EXPECT_FALSE(reader.next()) << octets;
        EXPECT_TRUE(reader.fault()) << octets;
    }
}

TEST(Reply, Bounded) {
    ReplyReader reader;
    reader.feed("250 " + std::string(5'000, 'x'));
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.fault());
    ReplyReader lines;
    for (int i = 0; i < 300; ++i)
        lines.feed("250-x\r\n");
    EXPECT_FALSE(lines.next());
    EXPECT_TRUE(lines.fault());
}

TEST(Reply, TextIsFitToBeShown) {
    const auto reply = only("550 \x1B[31m\xFF" + std::string(1'000, 'y') + "\r\n");
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->text().starts_with("550 [31m\xEF\xBF\xBDyyy"));
    EXPECT_LT(reply->text().size(), 320U);
}

TEST(Verdict, KindsOfRefusals) {
    struct Row {
        Step step;
        std::string reply;
        ErrorKind kind;
        std::string code;
    };
    const Row rows[] = {
        {Step::Greeting, "554 no", ErrorKind::Transient, "554"},
        {Step::Greeting, "421 4.3.2 later", ErrorKind::Throttled, "4.3.2"},
        {Step::Greeting, "421 busy", ErrorKind::Transient, "421"},
        {Step::Hello, "502 no", ErrorKind::Config, "502"},
        {Step::StartTls, "454 4.7.0 no TLS now", ErrorKind::Transient, "4.7.0"},
        {Step::Auth, "535 5.7.8 wrong", ErrorKind::Auth, "5.7.8"},
        {Step::Auth, "534 5.7.9 too weak", ErrorKind::Auth, "5.7.9"},
        {Step::Auth, "504 5.5.4 unknown", ErrorKind::Config, "5.5.4"},
        {Step::Auth, "454 4.7.0 come again", ErrorKind::Transient, "4.7.0"},
        {Step::Auth, "432 4.7.12 transition", ErrorKind::Auth, "4.7.12"},
        {Step::MailFrom, "530 5.7.0 log in", ErrorKind::Auth, "5.7.0"},
        {Step::MailFrom, "553 5.7.1 not yours", ErrorKind::Config, "5.7.1"},
        {Step::MailFrom, "550 sender rejected", ErrorKind::Config, "550"},
        {Step::MailFrom, "552 5.3.4 too large", ErrorKind::Rejected, "5.3.4"},
        {Step::MailFrom, "452 4.3.1 disk full", ErrorKind::Throttled, "4.3.1"},
        {Step::MailFrom, "451 4.3.0 trouble", ErrorKind::Transient, "4.3.0"},
        {Step::RcptTo, "550 5.1.1 unknown", ErrorKind::Rejected, "5.1.1"},
        {Step::RcptTo, "554 5.7.1 relay access denied", ErrorKind::Rejected, "5.7.1"},
        {Step::RcptTo, "450 4.2.0 greylisted", ErrorKind::Transient, "4.2.0"},
        {Step::RcptTo, "452 4.2.2 mailbox full", ErrorKind::Transient, "4.2.2"},
        {Step::RcptTo, "450 4.7.28 rate", ErrorKind::Throttled, "4.7.28"},
        {Step::Data, "451 no", ErrorKind::Transient, "451"},
        {Step::Data, "554 5.5.1 no valid recipients", ErrorKind::Rejected, "5.5.1"},
        {Step::Content, "552 5.2.3 too large", ErrorKind::Rejected, "5.2.3"},
        {Step::Content, "452 4.3.1 no room", ErrorKind::Throttled, "4.3.1"},
        {Step::Content, "554 5.7.1 spam", ErrorKind::Rejected, "5.7.1"},
        {Step::Content, "354 again?", ErrorKind::UnknownOutcome, "354"},
    };
    for (const Row& row : rows) {
        const Error error = refusal(row.step, *only(row.reply + "\r\n"));
        EXPECT_EQ(to_string(error.kind), to_string(row.kind)) << to_string(row.step) << ": " << row.reply;
        EXPECT_EQ(error.code, row.code);
        EXPECT_NE(error.text.find(row.reply), std::string::npos);
        EXPECT_EQ(error.retry_after.has_value(), error.kind == ErrorKind::Throttled);
    }
}

}  // namespace
}  // namespace tandem::smtp
