// The sending half against a server that misbehaves.
#include "connectors/smtp/connector.hpp"
#include "tests/connectors/smtp/instance_fixture.hpp"
#include "tests/connectors/smtp/server.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/temp_dir.hpp"

namespace tandem::smtp {
namespace {

using namespace std::chrono_literals;
using test::Server;
using test::ServerBehaviour;

class Submitting : public test::AnInstance {
protected:
    static SubmissionConfig options(std::uint16_t port) {
        SubmissionConfig out;
        out.from = "support@example.test";
        out.host = "127.0.0.1";
        out.port = port;
        out.tls = TlsMode::None;
        out.domain_at_once = 0;
        return out;
    }
    void at(const Server& server, const std::function<void(SubmissionConfig&)>& change = {}) {
        Config config;
        config.submission = options(server.port());
        if (change) change(*config.submission);
        const auto begun = begin(config);
        ASSERT_TRUE(begun) << begun.error().text;
    }
    std::vector<connector::SentId> expected_names(const connector::Outgoing& outgoing) {
        config::Diagnostics diagnostics;
        connector::InstanceSpec spec;
        spec.options =
            config::parse_yaml("submission: { from: support@example.test, host: mx.example.test }", "t", diagnostics);
        spec.sender = host_.sender_;
        return connector()->send_limits(spec).value().names(outgoing);
    }
};

// A listening socket of somebody else.
class Occupied {
public:
    Occupied() { std::tie(fd_, port_) = tandem::test::listen_anywhere(); }
    ~Occupied() { leave(); }
    Occupied(const Occupied&) = delete;
    Occupied& operator=(const Occupied&) = delete;

    void leave() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    std::uint16_t port() const { return port_; }

private:
    int fd_ = -1;
    std::uint16_t port_ = 0;
};

TEST_F(Submitting, GoesOnWhileSomebodyElseHasThePortOfTheJournal) {
    Server server;
    Occupied port;
    Config config;
    config.submission = options(server.port());
    config.journal = JournalConfig{};
    config.journal->listen = {"127.0.0.1", port.port()};
    config.journal->recipients = {"journal@gw.test"};
    ASSERT_TRUE(begin(config));
    EXPECT_EQ(said(send("m1")), "sent");
    EXPECT_TRUE(becomes([&] { return counter("listen_failures") > 0; }));
    EXPECT_EQ(said(send("m2")), "sent");
    on_loop([&] {
        EXPECT_EQ(host_.states.back(), connector::State::Degraded);
        EXPECT_TRUE(host_.details.back().starts_with("no copies are taken: ")) << host_.details.back();
        return 0;
    });
    port.leave();
    EXPECT_TRUE(becomes([&] { return on_loop([&] { return instance_->port(); }) == port.port(); }));
    EXPECT_EQ(on_loop([&] { return host_.states.back(); }), connector::State::Ready);
    config.submission.reset();
    shut_down();
    Occupied again;
    config.journal->listen.port = again.port();
    EXPECT_FALSE(begin(config)) << "without a submission there is nothing to go on with";
}

TEST_F(Submitting, AMail) {
    Server server;
    at(server);
    const auto sent = send("5b1f");
    ASSERT_TRUE(sent) << sent.error().text;
    ASSERT_EQ(sent->size(), 1U);
    EXPECT_EQ((*sent)[0].name_space, "mid");
    EXPECT_EQ((*sent)[0].external_id, "5b1f@example.test");
    const auto mails = server.mails();
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_TRUE(mails[0].from.starts_with("FROM:<support@example.test> SIZE="));
    EXPECT_TRUE(mails[0].from.ends_with("RET=HDRS ENVID=5b1f"));
    EXPECT_EQ(mails[0].to[0], "TO:<ann@customer.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;ann@customer.test");
    EXPECT_NE(mails[0].octets.find("\r\nMessage-ID: <5b1f@example.test>\r\n"), std::string::npos);
}

TEST_F(Submitting, ConnectionsAreUsedAgain) {
    Server server;
    at(server, [](SubmissionConfig& config) { config.mails_per_connection = 3; });
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(said(send("m" + std::to_string(i))), "sent");
    EXPECT_EQ(server.connections(), 2);
    EXPECT_EQ(server.mails().size(), 6U);
}

TEST_F(Submitting, NotMoreConnectionsThanAllowed) {
    Server server;
    at(server, [](SubmissionConfig& config) { config.connections = 3; });
    std::vector<std::future<test::Sent>> sending;
    for (int i = 0; i < 30; ++i)
        sending.push_back(begin_send("m" + std::to_string(i)));
    for (auto& one : sending)
        EXPECT_EQ(said(get(std::move(one))), "sent");
    EXPECT_EQ(server.mails().size(), 30U);
    EXPECT_LE(server.most_at_once(), 3);
}

TEST_F(Submitting, CutsAtEveryStep) {
    struct Row {
        std::string before, after;
        std::string outcome;
        std::size_t mails;
    };
    const Row rows[] = {
        {"connect", "", "transient", 0},
        {"", "connect", "transient", 0},
        {"EHLO", "", "transient", 0},
        {"", "EHLO", "transient", 0},
        {"MAIL", "", "transient", 0},
        {"", "MAIL", "transient", 0},
        {"RCPT", "", "transient", 0},
        {"", "RCPT", "transient", 0},
        {"DATA", "", "transient", 0},
        // The server says go and is gone: small mails are handed out whole before that shows.
        {"", "DATA", "unknown_outcome", 0},
        {"body", "", "unknown_outcome", 0},
        {"dot", "", "unknown_outcome", 0},
        {"", "dot", "sent", 1},
    };
    for (const Row& row : rows) {
        Server server({.cut_before = row.before, .cut_after = row.after});
        at(server);
        EXPECT_EQ(said(send("5b1f")), row.outcome) << row.before << "/" << row.after;
        EXPECT_EQ(server.mails().size(), row.mails) << row.before << "/" << row.after;
        shut_down();
    }
}

TEST_F(Submitting, ARefusalKeepsTheConnection) {
    struct Row {
        std::string step, answer, outcome;
    };
    const Row rows[] = {{"MAIL", "553 5.7.1 not yours", "config"},  {"MAIL", "452 4.3.1 no room", "throttled"},
                        {"RCPT", "550 5.1.1 unknown", "rejected"},  {"RCPT", "450 4.2.0 greylisted", "transient"},
                        {"DATA", "451 4.3.0 trouble", "transient"}, {"dot", "552 5.3.4 too large", "rejected"},
                        {"dot", "451 4.3.0 trouble", "transient"},  {"dot", "200 what", "sent"},
                        {"dot", "354 what", "unknown_outcome"},     {"dot", "what", "unknown_outcome"}};
    for (const Row& row : rows) {
        Server server({.answers = {{row.step, row.answer}}});
        at(server);
        EXPECT_EQ(said(send("a")), row.outcome) << row.answer;
        EXPECT_EQ(said(send("b")), row.outcome) << row.answer;
        EXPECT_EQ(server.connections(), row.outcome == "unknown_outcome" ? 2 : 1) << row.answer;
        shut_down();
    }
}

// Servers end idle connections; the next mail must not suffer from it.
TEST_F(Submitting, AConnectionThatWasEndedMeanwhileIsMadeAnew) {
    Server server({.cut_after = "dot", .times = 1});
    at(server);
    EXPECT_EQ(said(send("a")), "sent");
    EXPECT_EQ(said(send("b")), "sent");
    EXPECT_EQ(server.connections(), 2);
    EXPECT_EQ(server.mails().size(), 2U);
}

TEST_F(Submitting, AnEndBehindTheDotIsNeverRepeated) {
    Server server({.cut_before = "dot", .times = 1});
    at(server);
    EXPECT_EQ(said(send("a")), "unknown_outcome");
    EXPECT_EQ(server.connections(), 1);
    EXPECT_EQ(said(send("b")), "sent");
}

TEST_F(Submitting, ASilentServer) {
    Server server({.silent_at_dot = 1});
    at(server, [](SubmissionConfig& config) { config.send_timeout = 6s; });
    EXPECT_EQ(said(send("a")), "unknown_outcome");
    EXPECT_EQ(said(send("b")), "sent");
}

TEST_F(Submitting, NobodyThere) {
    auto server = std::make_unique<Server>();
    const auto port = server->port();
    server.reset();
    Config config;
    config.submission = options(port);
    ASSERT_TRUE(begin(config));
    EXPECT_EQ(said(send("a")), "transient");
    EXPECT_EQ(on_loop([&] { return host_.states.back(); }), connector::State::Degraded);
}

TEST_F(Submitting, StoppingEndsWhatIsGoingOn) {
    Server server({.silent_at_dot = 1});
    at(server);
    auto sending = begin_send("a");
    ASSERT_TRUE(becomes([&] { return server.mails().size() == 1; }));
    run(instance_->stop());
    EXPECT_EQ(said(get(std::move(sending))), "unknown_outcome");
    EXPECT_EQ(said(send("b")), "transient");
}

// Nobody answered, and the server has the mail: what it will say of it is known beforehand, and the same each time.
TEST_F(Submitting, AMailOfUnknownOutcomeHasTheNamesThatWereExpected) {
    const auto names = expected_names({.id = "5b1f", .message = R"({"to":"ann@customer.test","text":"Hi"})"});
    ASSERT_EQ(names.size(), 2U);
    EXPECT_EQ(names[0].name_space, "mid");
    EXPECT_EQ(names[1].name_space, "envid");
    EXPECT_TRUE(expected_names({.id = "5b1f", .message = "{}"}).empty());

    Server server({.silent_at_dot = 1});
    at(server);
    auto sending = begin_send("5b1f");
    ASSERT_TRUE(becomes([&] { return server.mails().size() == 1; }));
    run(instance_->stop());
    EXPECT_EQ(said(get(std::move(sending))), "unknown_outcome");
    at(server);
    EXPECT_EQ(said(send("5b1f")), "sent");

    const auto mails = server.mails();
    ASSERT_EQ(mails.size(), 2U);
    for (const auto& mail : mails) {
        EXPECT_NE(mail.octets.find("\r\nMessage-ID: <" + names[0].external_id + ">\r\n"), std::string::npos);
        EXPECT_TRUE(mail.from.ends_with(" ENVID=" + names[1].external_id)) << mail.from;
    }
}

TEST_F(Submitting, TheLimitOfADomainHoldsUpNobodyElse) {
    Server server({.silent_at_dot = 1});
    at(server, [](SubmissionConfig& config) {
        config.domain_at_once = 1;
        config.connections = 3;
    });
    auto slow = begin_send("a", "one@slow.test");
    ASSERT_TRUE(becomes([&] { return server.mails().size() == 1; }));
    auto waiting = begin_send("b", "two@SLOW.test");
    EXPECT_EQ(said(send("c", "one@other.test")), "sent");
    const auto refused = get(std::move(waiting));
    EXPECT_EQ(said(refused), "full");
    EXPECT_TRUE(refused.error().retry_after);
    EXPECT_EQ(counter("domain_waits"), 1U);
    run(instance_->stop());
    get(std::move(slow));
}

TEST_F(Submitting, WhatCannotBeSent) {
    Server server;
    at(server, [](SubmissionConfig& config) { config.max_size = {20'000}; });
    EXPECT_EQ(said(send("a", "a@b> NOTIFY=NEVER")), "rejected");
    EXPECT_EQ(said(send("a", "nobody")), "rejected");
    EXPECT_EQ(said(send("a", "ann@customer.test", "")), "rejected");
    EXPECT_EQ(said(send("a", "ann@customer.test", std::string(30'000, 'x'))), "rejected");
    EXPECT_EQ(server.connections(), 0);
    EXPECT_EQ(said(send("a", "почта@customer.test")), "sent");
}

TEST_F(Submitting, BlindCopies) {
    Server server;
    at(server, [](SubmissionConfig& config) { config.copy_to = "journal@example.test"; });
    EXPECT_EQ(said(send("a")), "sent");
    const auto mails = server.mails();
    ASSERT_EQ(mails[0].to.size(), 2U);
    EXPECT_TRUE(mails[0].to[1].starts_with("TO:<journal@example.test>"));
    EXPECT_EQ(mails[0].octets.find("journal@"), std::string::npos);
}

class InsideTls : public Submitting {
protected:
    InsideTls() { tandem::test::write_certificate(certificate_, key_, "sim.test", "IP:127.0.0.1"); }

    static void log_in(SubmissionConfig& config) {
        config.tls = TlsMode::StartTls;
        config.user = "user";
        config.password = Secret("pass");
    }

    tandem::test::TempDir folder_;
    const std::filesystem::path certificate_ = folder_.path() / "cert.pem";
    const std::filesystem::path key_ = folder_.path() / "key.pem";
};

TEST_F(InsideTls, LogsIn) {
    Server server({.starttls = true, .expected_auth = "AUTH PLAIN AHVzZXIAcGFzcw=="}, certificate_, key_);
    at(server, [&](SubmissionConfig& config) {
        log_in(config);
        config.tls_ca = certificate_;
    });
    EXPECT_EQ(said(send("a")), "sent");
}

TEST_F(InsideTls, AWrongCertificateGetsNothing) {
    Server server({.starttls = true}, certificate_, key_);
    at(server, log_in);
    const auto sent = send("a");
    EXPECT_EQ(said(sent), "config");
    EXPECT_EQ(server.commands(), (std::vector<std::string>{"EHLO example.test", "STARTTLS"}));
}

TEST_F(InsideTls, AServerWithoutTlsGetsNothing) {
    Server server;
    at(server, log_in);
    EXPECT_EQ(said(send("a")), "config");
    EXPECT_EQ(server.commands(), std::vector<std::string>{"EHLO example.test"});
}

TEST_F(InsideTls, AWrongPasswordIsForPeople) {
    Server server({.starttls = true, .expected_auth = "AUTH PLAIN else"}, certificate_, key_);
    at(server, [&](SubmissionConfig& config) {
        log_in(config);
        config.tls_ca = certificate_;
    });
    EXPECT_EQ(said(send("a")), "auth");
    EXPECT_EQ(on_loop([&] { return host_.states.back(); }), connector::State::AuthNeeded);
}

TEST_F(InsideTls, CutsOnTheWayIn) {
    for (const std::string step : {"STARTTLS", "AUTH"}) {
        for (const bool before : {true, false}) {
            Server server({.cut_before = before ? step : "", .cut_after = before ? "" : step, .starttls = true},
                          certificate_, key_);
            at(server, [&](SubmissionConfig& config) {
                log_in(config);
                config.tls_ca = certificate_;
            });
            EXPECT_EQ(said(send("a")), "transient") << step << before;
            EXPECT_TRUE(server.mails().empty());
            shut_down();
        }
    }
}

}  // namespace
}  // namespace tandem::smtp
