// Both halves beside a real Postfix.
#include "tests/connectors/smtp/postfix.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "tests/connectors/smtp/instance_fixture.hpp"
#include "tests/support/loopback.hpp"

namespace tandem::smtp {
namespace {

using namespace std::chrono_literals;
using test::Postfix;

constexpr std::string_view kTokenKey = "tandem-test-key-tandem-test-key";

// A token that Dovecot checks by itself (RFC 7519, HS256).
std::string token_for(std::string_view user, std::chrono::seconds life) {
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    const std::string head = base64url(R"({"typ":"JWT","alg":"HS256"})");
    const std::string body =
        base64url(R"({"sub":")" + std::string(user) + R"(","iat":)" + std::to_string(now - 10) + R"(,"nbf":)" +
                  std::to_string(now - 10) + R"(,"exp":)" + std::to_string(now + life.count()) + "}");
    const auto mac = hmac_sha256(kTokenKey, head + "." + body);
    return head + "." + body + "." + base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

class AtPostfix : public test::AnInstance {
protected:
    static SubmissionConfig options(const Postfix& postfix) {
        SubmissionConfig out;
        out.from = "support@example.test";
        out.from_name = "Поддержка";
        out.host = "127.0.0.1";
        out.port = postfix.submission();
        out.tls_ca = postfix.certificate();
        out.user = "support@example.test";
        out.password = Secret("secret");
        return out;
    }
    void at(const Postfix& postfix, const std::function<void(SubmissionConfig&)>& change = {}) {
        shut_down();
        Config config;
        config.submission = options(postfix);
        if (change) change(*config.submission);
        const auto begun = begin(config);
        ASSERT_TRUE(begun) << begun.error().text;
    }
    std::string first_mail(const Postfix& postfix, const std::string& address) {
        std::vector<std::string> mails;
        EXPECT_TRUE(becomes([&] { return !(mails = postfix.mails(address)).empty(); }, 60s)) << postfix.log();
        return mails.empty() ? "" : mails[0];
    }
};

TEST_F(AtPostfix, SubmitsAndGetsReports) {
    const Postfix postfix;
    at(postfix);
    const auto sent = send("5b1f", "ann@customer.test", "Где заказ?\\n.\\n..");
    ASSERT_TRUE(sent) << sent.error().text << postfix.log();
    const std::string mail = first_mail(postfix, "ann@customer.test");
    EXPECT_NE(mail.find("\nMessage-ID: <5b1f@example.test>\n"), std::string::npos) << mail;
    EXPECT_NE(mail.find(base64("Где заказ?\r\n.\r\n..\r\n")), std::string::npos) << mail;
    EXPECT_NE(mail.find("Return-Path: <support@example.test>"), std::string::npos) << mail;

    EXPECT_EQ(said(send("refused", "reject@customer.test")), "rejected");
    EXPECT_EQ(said(send("later", "tempfail@customer.test")), "transient");

    EXPECT_EQ(said(send("bounced-1", "bounce@customer.test")), "sent") << postfix.log();
    const std::string report = first_mail(postfix, "support@example.test");
    EXPECT_NE(report.find("Original-Envelope-Id: bounced-1\n"), std::string::npos) << report;
    EXPECT_NE(report.find("Original-Recipient: rfc822;bounce@customer.test\n"), std::string::npos) << report;
    EXPECT_NE(report.find("Action: failed\n"), std::string::npos) << report;
    EXPECT_EQ(report.find(base64("Hi\r\n")), std::string::npos);  // RET=HDRS

    EXPECT_EQ(said(send("big", "ann@customer.test", std::string(2'500'000, 'x'))), "rejected");
    EXPECT_EQ(said(send("world", "почта@customer.test")), "sent") << postfix.log();
}

TEST_F(AtPostfix, Logins) {
    const Postfix postfix;
    const std::string user = "support@example.test";
    struct Row {
        std::string name;
        std::function<void(SubmissionConfig&)> change;
        std::string outcome;
    };
    const Row rows[] = {
        {"direct TLS",
         [&](SubmissionConfig& config) {
             config.tls = TlsMode::Direct;
             config.port = postfix.submissions();
         },
         "sent"},
        {"LOGIN", [](SubmissionConfig& config) { config.auth = AuthMethod::Login; }, "sent"},
        {"wrong password", [](SubmissionConfig& config) { config.password = Secret("wrong"); }, "auth"},
        {"XOAUTH2",
         [&](SubmissionConfig& config) {
             config.auth = AuthMethod::XOAuth2;
             config.password = Secret(token_for(user, 1h));
         },
         "sent"},
        {"OAUTHBEARER",
         [&](SubmissionConfig& config) {
             config.auth = AuthMethod::OAuthBearer;
             config.password = Secret(token_for(user, 1h));
         },
         "sent"},
        {"expired XOAUTH2",
         [&](SubmissionConfig& config) {
             config.auth = AuthMethod::XOAuth2;
             config.password = Secret(token_for(user, -1h));
         },
         "auth"},
        {"expired OAUTHBEARER",
         [&](SubmissionConfig& config) {
             config.auth = AuthMethod::OAuthBearer;
             config.password = Secret(token_for(user, -1h));
         },
         "auth"},
        {"no TLS where it must be",
         [&](SubmissionConfig& config) {
             config.tls = TlsMode::None;
             config.auth = AuthMethod::None;
         },
         "auth"},
        {"an unknown certificate", [](SubmissionConfig& config) { config.tls_ca.clear(); }, "config"},
    };
    for (const Row& row : rows) {
        at(postfix, row.change);
        const auto sent = send("m", "ann@customer.test");
        EXPECT_EQ(said(sent), row.outcome) << row.name << ": " << (sent ? "" : sent.error().text) << postfix.log();
    }
}

TEST_F(AtPostfix, TheProbeSendsNothing) {
    const Postfix postfix;
    const auto config = options(postfix);
    auto tls = net::load_client_tls(config.tls_ca, net::TlsProtocol::Unnamed);
    ASSERT_TRUE(tls);
    const auto said = run(probe(config, *tls, config.password));
    ASSERT_TRUE(said) << said.error().text;
    EXPECT_TRUE(said->starts_with("logged in as support@example.test at 127.0.0.1:")) << *said;
    const auto wrong = run(probe(config, *tls, Secret("wrong")));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().kind, ErrorKind::Auth);
}

// Copies of everything that goes through Postfix come to this instance.
class CopiesFromPostfix : public AtPostfix {
protected:
    void listen(const std::function<void(JournalConfig&)>& change = {}) {
        Config config;
        config.journal = JournalConfig{};
        config.journal->listen = {"127.0.0.1", 0};
        config.journal->recipients = {"journal@gw.test"};
        if (change) change(*config.journal);
        const auto begun = begin(config);
        ASSERT_TRUE(begun) << begun.error().text;
    }
    // Somebody sends a mail by this Postfix.
    static void post(const Postfix& postfix, const std::string& subject) {
        const int fd = tandem::test::connect_to(postfix.smtp());
        ASSERT_GE(fd, 0);
        const auto turn = [fd](const std::string& line) {
            ::send(fd, line.data(), line.size(), MSG_NOSIGNAL);
            std::string out;
            char octets[4'096];
            while (!out.ends_with("\n")) {
                const auto size = ::recv(fd, octets, sizeof(octets), 0);
                if (size <= 0) break;
                out.append(octets, static_cast<std::size_t>(size));
            }
            return out;
        };
        turn("");
        turn("HELO shop.test\r\n");
        turn("MAIL FROM:<shop@example.test>\r\n");
        turn("RCPT TO:<ann@customer.test>\r\n");
        turn("DATA\r\n");
        const std::string said = turn("From: shop@example.test\r\nTo: ann@customer.test\r\nSubject: " + subject +
                                      "\r\n\r\n..line with a dot\r\n\r\n.\r\n");
        EXPECT_TRUE(said.starts_with("250")) << said;
        ::close(fd);
    }
    void expect_one(const Postfix& postfix, const std::string& subject) {
        ASSERT_TRUE(becomes([&] { return !events().empty(); }, 60s)) << postfix.log();
        const auto all = events();
        ASSERT_EQ(all.size(), 1U);
        EXPECT_EQ(all[0].content_type, "message/rfc822");
        EXPECT_NE(all[0].raw.find("\r\nSubject: " + subject + "\r\n"), std::string::npos) << all[0].raw;
        EXPECT_NE(all[0].raw.find("\r\n.line with a dot\r\n"), std::string::npos) << all[0].raw;
        data::Arena arena;
        const auto envelope = data::parse_json(all[0].envelope, arena);
        ASSERT_TRUE(envelope);
        EXPECT_EQ(envelope->string_at("sender"), "shop@example.test");
        EXPECT_EQ(envelope->get("recipients").items()[0].as_string(), "journal@gw.test");
        EXPECT_EQ(envelope->string_at("role"), "journal");
        EXPECT_EQ(envelope->string_at("peer"), "127.0.0.1");
    }
    Postfix::Options copies() const { return {.always_bcc = "journal@gw.test", .bcc_port = instance_->port()}; }
};

TEST_F(CopiesFromPostfix, BySmtp) {
    listen();
    const Postfix postfix(copies());
    post(postfix, "one");
    expect_one(postfix, "one");
}

TEST_F(CopiesFromPostfix, ByLmtp) {
    listen([](JournalConfig& config) { config.lmtp = true; });
    auto options = copies();
    options.bcc_lmtp = true;
    const Postfix postfix(options);
    post(postfix, "two");
    expect_one(postfix, "two");
}

TEST_F(CopiesFromPostfix, InsideTls) {
    const tandem::test::TempDir folder;
    tandem::test::write_certificate(folder.path() / "c.pem", folder.path() / "k.pem", "gw.test");
    listen([&](JournalConfig& config) {
        config.tls = JournalTls::StartTls;
        config.certificate = folder.path() / "c.pem";
        config.key = folder.path() / "k.pem";
        config.require_tls = true;
    });
    auto options = copies();
    options.bcc_tls = true;
    const Postfix postfix(options);
    post(postfix, "three");
    expect_one(postfix, "three");
}

TEST_F(CopiesFromPostfix, WhatFindsNoRoomComesAgain) {
    listen();
    host_.refusals = 1;
    const Postfix postfix(copies());
    post(postfix, "four");
    expect_one(postfix, "four");
    EXPECT_EQ(counter("refused:full"), 1U);
}

}  // namespace
}  // namespace tandem::smtp
