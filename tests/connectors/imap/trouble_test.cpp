// What servers do that no good server does.
#include "connectors/imap/client.hpp"
#include "core/data/json.hpp"
#include "tests/connectors/imap/agent.hpp"
#include "tests/connectors/imap/odd_server.hpp"
#include "tests/support/instance_test.hpp"

namespace tandem::imap::test {
namespace {

using namespace std::chrono_literals;

class AtOddServer : public tandem::test::InstanceTest<tandem::test::TimelyHost> {
protected:
    void TearDown() override { stop_and_drop(client_); }
    Result<void> begin(const OddServer& server, const std::function<void(Config&)>& change = {}) {
        Config config;
        config.tls = TlsMode::None;
        config.mailboxes = {{.user = "a@b.test",
                             .password = Secret("secret"),
                             .host = "127.0.0.1",
                             .port = server.port(),
                             .include = {"*"}}};
        config.backfill = 0ms;
        config.backfill_rate = 0;
        config.poll = 30ms;
        config.reconnect_first = 5ms;
        config.reconnect_limit = 10ms;
        if (change) change(config);
        client_ = std::make_unique<Client>(std::move(config), net::TlsContext(), host_);
        return run(client_->start());
    }
    std::vector<std::string> ids() {
        std::vector<std::string> out;
        for (const auto& event : events())
            out.push_back(event.vendor_id.substr(1, event.vendor_id.find('@') - 1));
        return out;
    }

    std::unique_ptr<Client> client_;
};

// The connection dies at the mail: three times, then its header is taken, and the folder goes on.
TEST_F(AtOddServer, APoisonousMailIsStoredByItsHeader) {
    OddServer server("IMAP4rev1", [](const std::string& command) -> std::optional<std::string> {
        // Of the mails 1 to 3 every set with a colon has it.
        const std::string set = command.substr(0, command.find(" ("));
        const bool body = command.contains("BODY.PEEK[]");
        const bool poison = set == "UID FETCH 2" || set.contains(':');
        return body && poison ? std::optional<std::string>("cut") : std::nullopt;
    });
    ASSERT_TRUE(begin(server));
    for (std::uint32_t uid = 1; uid <= 3; ++uid)
        server.add(uid, mail("m" + std::to_string(uid)));
    ASSERT_TRUE(becomes([&] { return ids().size() == 3; })) << detail();
    EXPECT_EQ(ids(), (std::vector<std::string>{"m1", "m2", "m3"}));
    const auto poisoned = on_loop([&] { return host_.events[1]; });
    EXPECT_TRUE(poisoned.envelope.contains("\"truncated\":true"));
    EXPECT_EQ(poisoned.raw, mail("m2").substr(0, mail("m2").find("\r\n\r\n") + 4));
    EXPECT_EQ(counter("poisoned:header only"), 1U);
}

TEST_F(AtOddServer, AMailThatCannotBeHadAtAllIsPassedOverLoudly) {
    OddServer server("IMAP4rev1", [](const std::string& command) -> std::optional<std::string> {
        if (!command.contains("BODY.PEEK[")) return std::nullopt;
        return command.starts_with("UID FETCH 2 ") ? std::optional<std::string>("cut") : std::nullopt;
    });
    ASSERT_TRUE(begin(server));
    server.add(2, mail("m2"));
    ASSERT_TRUE(becomes([&] { return counter("poisoned:lost") == 1; })) << detail();
    server.add(3, mail("m3"));
    ASSERT_TRUE(becomes([&] { return ids() == std::vector<std::string>{"m3"}; }));
    EXPECT_TRUE(detail().contains("mail 2 of INBOX cannot be read")) << detail();
    EXPECT_TRUE(on_loop([&] { return host_.cursors["a@b.test/INBOX"].back(); }).contains("\"skipped\":\"2\""));
}

TEST_F(AtOddServer, AServerThatWantsToBeLeftAloneIs) {
    std::atomic<int> refusals{2};
    OddServer server("IMAP4rev1", [&](const std::string& command) -> std::optional<std::string> {
        if (!command.contains("BODY.PEEK[]") || refusals-- <= 0) return std::nullopt;
        return "$ BAD Request is throttled. Suggested Backoff Time: 150 milliseconds\r\n";
    });
    ASSERT_TRUE(begin(server));
    const auto begun = std::chrono::steady_clock::now();
    server.add(1, mail("m1"));
    ASSERT_TRUE(becomes([&] { return ids().size() == 1; })) << detail();
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 300ms);
    EXPECT_EQ(counter("disconnects:throttled"), 2U);
    EXPECT_EQ(counter("poisoned:header only"), 0U);
}

TEST_F(AtOddServer, RefusedLoginsAreFew) {
    OddServer server("IMAP4rev1", [](const std::string& command) -> std::optional<std::string> {
        return command.starts_with("LOGIN") ? std::optional<std::string>("$ NO [AUTHENTICATIONFAILED] no\r\n")
                                            : std::nullopt;
    });
    OddServer good;
    const auto begun = begin(server, [&](Config& config) {
        config.mailboxes.push_back(config.mailboxes[0]);
        config.mailboxes[1].user = "c@d.test";
        config.mailboxes[1].port = good.port();
    });
    ASSERT_TRUE(begun);
    ASSERT_TRUE(becomes([&] { return counter("logins:auth") == 3; }));
    good.add(1, mail("m1"));
    ASSERT_TRUE(becomes([&] { return ids().size() == 1; }));
    EXPECT_EQ(server.connections(), 3) << "then it is left alone for an hour";
}

TEST_F(AtOddServer, WhatArrivesWhileNoticesAreAskedForIsFound) {
    OddServer* there = nullptr;
    OddServer server("IMAP4rev1 NOTIFY", [&](const std::string& command) -> std::optional<std::string> {
        if (command.starts_with("LIST")) return "* LIST () \"/\" INBOX\r\n* LIST () \"/\" Sent\r\n$ OK done\r\n";
        if (command.starts_with("STATUS")) return "* STATUS Sent (UIDNEXT 2 UIDVALIDITY 7)\r\n$ OK done\r\n";
        if (command.starts_with("NOTIFY")) there->add(1, mail("m1"));
        return std::nullopt;
    });
    there = &server;
    ASSERT_TRUE(begin(server, [](Config& config) { config.poll = 1h; }));
    ASSERT_TRUE(becomes([&] { return ids().size() == 2; })) << ids().size() << " of the copies in Inbox and Sent";
}

TEST_F(AtOddServer, ALateLowerUidIsFound) {
    OddServer server;
    server.add(10, mail("m10"));
    ASSERT_TRUE(begin(server, [](Config& config) { config.look_through = 100ms; }));
    server.add(12, mail("m12"));
    ASSERT_TRUE(becomes([&] { return ids().size() == 1; }));
    server.add(11, mail("m11"));
    ASSERT_TRUE(becomes([&] { return ids().size() == 2; }));
    EXPECT_EQ(ids().back(), "m11");
    EXPECT_EQ(counter("late"), 1U);
}

TEST_F(AtOddServer, AServerThatRenumbersEachTimeIsLeftAlone) {
    std::atomic<std::uint32_t> next{100};
    OddServer server("IMAP4rev1", [&](const std::string& command) -> std::optional<std::string> {
        if (!command.starts_with("EXAMINE")) return std::nullopt;
        return "* 1 EXISTS\r\n* OK [UIDVALIDITY " + std::to_string(next++) + "] x\r\n* OK [UIDNEXT 2] x\r\n$ OK\r\n";
    });
    ASSERT_TRUE(begin(server, [](Config& config) { config.look_through = 100ms; }));
    ASSERT_TRUE(becomes([&] { return detail().contains("again and again"); })) << detail();
    EXPECT_LE(counter("renumbered"), 4U);
}

TEST_F(AtOddServer, UidsThatFallAreSeen) {
    OddServer server("IMAP4rev1", {});
    server.add(50, mail("m50"));
    ASSERT_TRUE(begin(server));
    run(client_->stop());
    OddServer restored;
    restored.add(3, mail("m3"));
    ASSERT_TRUE(begin(restored));
    ASSERT_TRUE(becomes([&] { return ids() == std::vector<std::string>{"m3"}; })) << detail();
    EXPECT_EQ(counter("gaps:uids fell"), 1U);
}

TEST_F(AtOddServer, ASilentServerIsLeft) {
    std::atomic<bool> silent{true};
    OddServer server("IMAP4rev1", [&](const std::string& command) -> std::optional<std::string> {
        return silent && command.starts_with("NOOP") ? std::optional<std::string>("") : std::nullopt;
    });
    ASSERT_TRUE(begin(server, [](Config& config) { config.silence_limit = 500ms; }));
    ASSERT_TRUE(becomes([&] { return server.connections() >= 2; }));
    silent = false;
    server.add(1, mail("m1"));
    ASSERT_TRUE(becomes([&] { return ids().size() == 1; }));
}

TEST_F(AtOddServer, AServerWithoutPiecesStillGivesTheMail) {
    const std::string text = mail("m1", std::string(900'000, 'x'));
    OddServer server("IMAP4rev1", [&](const std::string& command) -> std::optional<std::string> {
        if (!command.contains("BODY.PEEK[]<")) return std::nullopt;
        return "* 1 FETCH (UID 1 BODY[] {" + std::to_string(text.size()) + "}\r\n" + text + ")\r\n$ OK\r\n";
    });
    ASSERT_TRUE(begin(server));
    server.add(1, text);
    ASSERT_TRUE(becomes([&] { return ids().size() == 1; })) << detail();
    EXPECT_TRUE(on_loop([&] { return host_.events[0].raw; }) == text);
}

TEST_F(AtOddServer, AMailThatLooksLikeAnAnswerIsOne) {
    OddServer server;
    ASSERT_TRUE(begin(server));
    const std::string text = mail("m1", "t9 OK done\r\n* 99 EXISTS\r\n* BYE x\r\n)\r\nt10 OK");
    server.add(1, text);
    ASSERT_TRUE(becomes([&] { return ids().size() == 1; }));
    EXPECT_EQ(on_loop([&] { return host_.events[0].raw; }), text);
    EXPECT_EQ(server.connections(), 1);
}

}  // namespace
}  // namespace tandem::imap::test
