// The taking half over real connections.
#include "connectors/smtp/sink.hpp"

#include "connectors/smtp/kept_mail.hpp"
#include "core/data/json.hpp"
#include "tests/connectors/smtp/instance_fixture.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/temp_dir.hpp"

#include <openssl/ssl.h>

#include <csignal>
#include <set>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace tandem::smtp {
namespace {

using namespace std::chrono_literals;

// A mail server that hands copies on: blocking, one line at a time.
class Peer {
public:
    explicit Peer(std::uint16_t port) : fd_(tandem::test::connect_to(port)) {
        if (fd_ < 0) throw std::runtime_error("nobody listens");
        std::signal(SIGPIPE, SIG_IGN);
        const timeval limit{20, 0};
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    }
    ~Peer() { close(); }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    // The last line of the answer; "" when the connection has ended.
    std::string hear() {
        for (;;) {
            const auto end = buffer_.find("\r\n");
            if (end != std::string::npos) {
                std::string line = buffer_.substr(0, end);
                buffer_.erase(0, end + 2);
                if (line.size() > 3 && line[3] == '-') continue;
                return line;
            }
            char octets[4'096];
            const auto size =
                ssl_ ? SSL_read(ssl_.get(), octets, sizeof(octets)) : ::recv(fd_, octets, sizeof(octets), 0);
            if (size <= 0) return "";
            buffer_.append(octets, static_cast<std::size_t>(size));
        }
    }
    void say(const std::string& octets) {
        if (ssl_) {
            SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()));
        } else {
            ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
        }
    }
    std::string ask(const std::string& line) {
        say(line + "\r\n");
        return hear();
    }
    std::string mail(const std::string& content) {
        ask("MAIL FROM:<a@b.test>");
        ask("RCPT TO:<journal@gw.test>");
        const std::string go = ask("DATA");
        if (!go.starts_with("354")) return go;
        say(content + "\r\n.\r\n");
        return hear();
    }
    bool secure(const std::filesystem::path& certificate = {}, const std::filesystem::path& key = {}) {
        context_.reset(SSL_CTX_new(TLS_client_method()));
        if (!certificate.empty()) {
            SSL_CTX_use_certificate_chain_file(context_.get(), certificate.c_str());
            SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM);
        }
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_fd(ssl_.get(), fd_);
        return SSL_connect(ssl_.get()) == 1;
    }
    void close() {
        ssl_.reset();
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

private:
    int fd_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
    std::string buffer_;
};

class Taking : public test::AnInstance {
protected:
    Result<void> open(const std::function<void(JournalConfig&)>& change = {}) {
        Config config;
        config.journal = JournalConfig{};
        config.journal->listen = {"127.0.0.1", 0};
        config.journal->recipients = {"journal@gw.test"};
        if (change) change(*config.journal);
        return begin(config);
    }
    std::uint16_t port() { return instance_->port(); }
};

TEST_F(Taking, AMailWithItsEnvelope) {
    ASSERT_TRUE(open());
    Peer peer(port());
    EXPECT_EQ(peer.hear(), "220 tandem ESMTP Tandem");
    EXPECT_EQ(peer.ask("EHLO mx.test"), "250 SMTPUTF8");
    EXPECT_EQ(peer.mail("Subject: x\r\n\r\nhello"), "250 2.0.0 stored");
    EXPECT_EQ(peer.mail("Subject: y\r\n\r\nhello"), "250 2.0.0 stored");
    EXPECT_EQ(peer.ask("QUIT"), "221 2.0.0 bye");
    EXPECT_EQ(peer.hear(), "");
    const auto all = events();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].raw, "Subject: x\r\n\r\nhello\r\n");
    EXPECT_EQ(all[0].content_type, "message/rfc822");
    EXPECT_EQ(all[0].envelope, R"({"mailbox":"journal@gw.test","role":"journal","kept":")" +
                                   kept_name(all[0].received_at, all[0].raw) +
                                   R"(","size":21,"sender":"a@b.test",)"
                                   R"("recipients":["journal@gw.test"],"own":[],"peer":"127.0.0.1"})");
    EXPECT_EQ(counter("mails"), 2U);
}

TEST_F(Taking, FilesOfAMailThatTheJournalKeeps) {
    ASSERT_TRUE(open());
    Peer peer(port());
    peer.hear();
    peer.ask("EHLO mx.test");
    peer.mail(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the file.\r\n--b\r\n"
        "Content-Type: text/csv; name=a.csv\r\nContent-Transfer-Encoding: base64\r\n\r\nYTtiCg==\r\n--b--");
    const auto all = events();
    ASSERT_EQ(all.size(), 1U);
    host_.archive = {all[0], all[0]};
    host_.archive[0].raw = "another of the same moment";
    const std::string url = "mail:kept/" + kept_name(all[0].received_at, all[0].raw) + "/";
    const auto fetch = [&](const std::string& place, std::uint64_t most = 100) {
        return run(instance_->fetch({.url = place, .max_bytes = most}));
    };

    EXPECT_EQ(fetch(url + "2").value().body, "a;b\n");
    EXPECT_EQ(fetch(url + "2", 3).error().code, "too_large");
    EXPECT_EQ(fetch(url + "7").error().kind, ErrorKind::NotFound);
    for (const std::string wrong :
         {"mail:imap/a/b/1/2/3", "mail:kept/", "mail:kept/12/2", "mail:kept/x-000000000000000000000000/2"})
        EXPECT_EQ(fetch(wrong).error().kind, ErrorKind::Rejected) << wrong;
    host_.archive.clear();
    EXPECT_EQ(fetch(url + "2").error().kind, ErrorKind::NotFound) << "the journal has dropped it";
}

TEST_F(Taking, OnlyFromAllowedNetworks) {
    ASSERT_TRUE(open([](JournalConfig& config) { config.peers = {"192.0.2.0/24"}; }));
    Peer peer(port());
    EXPECT_TRUE(peer.hear().starts_with("554 5.7.1 "));
    EXPECT_EQ(peer.hear(), "");
    EXPECT_EQ(counter("refused:peer"), 1U);
}

TEST_F(Taking, NotMoreConnectionsThanAllowed) {
    ASSERT_TRUE(open([](JournalConfig& config) { config.connections = 2; }));
    Peer one(port());
    Peer two(port());
    one.hear();
    two.hear();
    Peer three(port());
    EXPECT_TRUE(three.hear().starts_with("421 4.7.0 "));
    one.ask("QUIT");
    one.close();
    EXPECT_TRUE(becomes([&] { return Peer(port()).hear().starts_with("220"); }));
}

TEST_F(Taking, NotMoreConnectionsOfOnePeer) {
    ASSERT_TRUE(open([](JournalConfig& config) { config.connections_per_peer = 1; }));
    Peer one(port());
    one.hear();
    EXPECT_TRUE(Peer(port()).hear().starts_with("421 4.7.0 "));
}

TEST_F(Taking, WhatFindsNoRoomIsNotConfirmed) {
    ASSERT_TRUE(open());
    host_.refusals = 1;
    Peer peer(port());
    peer.hear();
    peer.ask("EHLO a");
    EXPECT_TRUE(peer.mail("x").starts_with("452 4.3.1 "));
    EXPECT_EQ(peer.mail("x"), "250 2.0.0 stored");
    EXPECT_EQ(events().size(), 1U);
    on_loop([&] {
        host_.refusal = transient("disk");
        return 0;
    });
    EXPECT_TRUE(peer.mail("x").starts_with("451 4.3.0 "));
}

TEST_F(Taking, MemoryIsBounded) {
    ASSERT_TRUE(open([](JournalConfig& config) {
        config.max_size = config::mebibytes(1);
        config.max_memory = config::mebibytes(1);
    }));
    Peer first(port());
    Peer second(port());
    for (Peer* peer : {&first, &second}) {
        peer->hear();
        peer->ask("EHLO a");
    }
    // Two mails that have no room together. Which is refused, and whether the first is through before the second comes,
    // is chance; one is always stored.
    std::set<std::string> answers;
    for (int round = 0; round < 100 && answers.size() < 2; ++round) {
        for (Peer* peer : {&first, &second}) {
            peer->ask("MAIL FROM:<>");
            peer->ask("RCPT TO:<journal@gw.test>");
            peer->ask("DATA");
        }
        first.say(std::string(700'000, 'x'));
        second.say(std::string(700'000, 'y'));
        first.say("\r\n.\r\n");
        second.say("\r\n.\r\n");
        answers = {first.hear(), second.hear()};
        EXPECT_TRUE(answers.contains("250 2.0.0 stored"));
    }
    EXPECT_TRUE(answers.contains("452 4.3.1 no room now, come again later"));
    EXPECT_EQ(second.mail(std::string(500'000, 'y')), "250 2.0.0 stored");
}

TEST_F(Taking, SilentPeersAreEnded) {
    ASSERT_TRUE(open([](JournalConfig& config) { config.command_limit = 200ms; }));
    Peer peer(port());
    peer.hear();
    EXPECT_TRUE(peer.hear().starts_with("421 4.4.2 "));
    EXPECT_EQ(peer.hear(), "");
}

TEST_F(Taking, TooManyMailsOfOnePeer) {
    ASSERT_TRUE(open([](JournalConfig& config) { config.mails_per_minute = 2; }));
    Peer peer(port());
    peer.hear();
    peer.ask("EHLO a");
    EXPECT_EQ(peer.mail("x"), "250 2.0.0 stored");
    EXPECT_EQ(peer.mail("x"), "250 2.0.0 stored");
    EXPECT_TRUE(peer.ask("MAIL FROM:<>").starts_with("451 4.7.1 "));
}

TEST_F(Taking, StoppingSaysGoodbye) {
    ASSERT_TRUE(open());
    const auto at = port();
    Peer peer(at);
    peer.hear();
    peer.ask("EHLO a");
    shut_down();
    EXPECT_EQ(peer.hear(), "");
    EXPECT_THROW(Peer{at}, std::runtime_error);
}

TEST_F(Taking, ATakenPortIsForPeople) {
    ASSERT_TRUE(open());
    Config config;
    config.journal = JournalConfig{};
    config.journal->listen = {"127.0.0.1", port()};
    config.journal->recipients = {"journal@gw.test"};
    SmtpInstance other(config, {}, host_);
    const auto begun = run(other.start());
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().kind, ErrorKind::Config);
    run(other.stop());
}

class TakingInsideTls : public Taking {
protected:
    TakingInsideTls() {
        tandem::test::write_certificate(file("server.pem"), file("server.key"), "gw.test");
        tandem::test::write_certificate(file("peer.pem"), file("peer.key"), "mx.test");
        tandem::test::write_certificate(file("other.pem"), file("other.key"), "else.test");
    }
    std::filesystem::path file(const std::string& name) const { return folder_.path() / name; }
    Result<void> open_tls(JournalTls tls, const std::function<void(JournalConfig&)>& change = {}) {
        return open([&](JournalConfig& config) {
            config.tls = tls;
            config.certificate = file("server.pem");
            config.key = file("server.key");
            if (change) change(config);
        });
    }

    tandem::test::TempDir folder_;
};

TEST_F(TakingInsideTls, StartTls) {
    ASSERT_TRUE(open_tls(JournalTls::StartTls, [](JournalConfig& config) { config.require_tls = true; }));
    Peer peer(port());
    peer.hear();
    peer.ask("EHLO a");
    EXPECT_TRUE(peer.ask("MAIL FROM:<>").starts_with("530 5.7.0 "));
    EXPECT_TRUE(peer.ask("STARTTLS").starts_with("220"));
    ASSERT_TRUE(peer.secure());
    peer.ask("EHLO a");
    EXPECT_EQ(peer.mail("x"), "250 2.0.0 stored");
}

TEST_F(TakingInsideTls, Direct) {
    ASSERT_TRUE(open_tls(JournalTls::Direct));
    Peer peer(port());
    ASSERT_TRUE(peer.secure());
    EXPECT_TRUE(peer.hear().starts_with("220"));
    peer.ask("EHLO a");
    EXPECT_EQ(peer.mail("x"), "250 2.0.0 stored");
}

TEST_F(TakingInsideTls, OnlyWithACertificateThatIsKnown) {
    ASSERT_TRUE(open_tls(JournalTls::Direct, [&](JournalConfig& config) { config.client_ca = file("peer.pem"); }));
    Peer known(port());
    ASSERT_TRUE(known.secure(file("peer.pem"), file("peer.key")));
    known.hear();
    known.ask("EHLO a");
    EXPECT_EQ(known.mail("x"), "250 2.0.0 stored");

    Peer none(port());
    ASSERT_TRUE(none.secure());
    none.hear();
    none.ask("EHLO a");
    EXPECT_TRUE(none.ask("MAIL FROM:<>").starts_with("530 5.7.0 "));

    Peer other(port());
    other.secure(file("other.pem"), file("other.key"));
    EXPECT_EQ(other.hear(), "");
    EXPECT_EQ(events().size(), 1U);
}

}  // namespace
}  // namespace tandem::smtp
