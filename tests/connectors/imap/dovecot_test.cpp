// The connector at a real server.
#include "core/data/json.hpp"
#include "tests/connectors/imap/client_fixture.hpp"

#include <fmt/format.h>

#include <sstream>

namespace tandem::imap::test {
namespace {

using namespace std::chrono_literals;

std::string text_at(std::string_view document, std::string_view key) {
    data::Arena arena;
    const auto value = data::parse_json(document, arena);
    return value ? data::to_json(value->get(key)) : "no JSON";
}

// Dovecot ends its answers with "(0.001 + 0.000 secs).".
std::string untimed(const std::string& answers) {
    std::string out;
    std::istringstream lines(answers);
    for (std::string line; std::getline(lines, line);)
        out += line.substr(0, line.find(" completed (")) + "\n";
    return out;
}

TEST_F(AtDovecot, MailArrivesByIdleAndAnswersByNotify) {
    Agent agent(dovecot_.port(), kUser);
    agent.append("INBOX", mail("old"));
    auto config = options();
    config.poll = 1h;
    ASSERT_TRUE(begin(config));
    agent.append("INBOX", mail("new"));
    ASSERT_TRUE(arrives("new"));
    agent.append("Sent", mail("answer"));
    ASSERT_TRUE(arrives("answer"));
    EXPECT_EQ(ids().size(), 2U) << "old mail is not asked for";
    const auto all = events();
    EXPECT_EQ(all[0].raw, mail("new"));
    EXPECT_EQ(all[0].content_type, "message/rfc822");
    EXPECT_EQ(text_at(all[0].envelope, "role"), "\"inbox\"");
    EXPECT_EQ(text_at(all[1].envelope, "role"), "\"sent\"");
    EXPECT_EQ(text_at(all[1].envelope, "mailbox"), "\"support@example.test\"");
    EXPECT_EQ(wire_->accepted(), 1) << "one connection hears of everything";
}

TEST_F(AtDovecot, WithoutNotifySentMailHasItsOwnConnection) {
    Agent agent(dovecot_.port(), kUser);
    auto config = options(Server::Middling);
    config.poll = 1h;
    ASSERT_TRUE(begin(config));
    ASSERT_TRUE(becomes([&] { return counter("logins:good") == 2; }));
    agent.append("Sent", mail("answer"));
    ASSERT_TRUE(arrives("answer"));
    agent.append("INBOX", mail("new"));
    ASSERT_TRUE(arrives("new"));
    EXPECT_EQ(text_at(events()[0].envelope, "role"), "\"sent\"") << "known by its name";
}

TEST_F(AtDovecot, APoorServerIsPolled) {
    Agent agent(dovecot_.port(), kUser);
    agent.command("CREATE Team");
    ASSERT_TRUE(begin(options(Server::Poor)));
    for (const char* folder : {"INBOX", "Sent", "Team"}) {
        agent.append(folder, mail(folder));
        ASSERT_TRUE(arrives(folder));
    }
    EXPECT_FALSE(wire_->written().contains("IDLE"));
    EXPECT_FALSE(wire_->written().contains("ESEARCH"));
}

TEST_F(AtDovecot, FoldersThatRulesMoveMailToAreReadToo) {
    Agent agent(dovecot_.port(), kUser);
    agent.command("CREATE Team/A");
    ASSERT_TRUE(begin(options()));
    agent.append("Team/A", mail("moved"));
    ASSERT_TRUE(arrives("moved"));
    agent.append("Junk", mail("junk"));
    agent.append("Trash", mail("trash"));
    agent.append("Drafts", mail("draft"));
    agent.append("INBOX", mail("half-written"), "(\\Draft) ");
    agent.append("INBOX", mail("last"));
    ASSERT_TRUE(arrives("last"));
    EXPECT_EQ(ids().size(), 2U);
}

TEST_F(AtDovecot, NothingAtTheServerChanges) {
    const auto state = [&] {
        Agent looking(dovecot_.port(), kUser);
        looking.command("EXAMINE INBOX");
        return untimed(looking.command("FETCH 1:5 (UID FLAGS)") +
                       looking.command("STATUS Sent (MESSAGES UNSEEN RECENT UIDNEXT)"));
    };
    Agent agent(dovecot_.port(), kUser);
    for (int i = 0; i < 5; ++i)
        agent.append("INBOX", mail("m" + std::to_string(i)), i % 2 == 0 ? "" : "(\\Flagged) ");
    agent.append("Sent", mail("s"), "(\\Seen) ");
    const std::string before = state();
    auto config = options();
    config.backfill = 24h * 365;
    ASSERT_TRUE(begin(config));
    agent.append("INBOX", mail("new"));
    ASSERT_TRUE(arrives("new"));
    ASSERT_TRUE(becomes([&] { return ids().size() == 7; }));
    EXPECT_EQ(state(), before);
    EXPECT_TRUE(agent.command("SELECT INBOX").contains("* 6 RECENT")) << "nobody's \\Recent was taken away";

    // An independent list: what the gateway has written begins like this, or is an answer in a login, or DONE.
    std::istringstream lines(wire_->written());
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        if (line.ends_with('\r')) line.pop_back();
        if (line == "DONE" || !line.contains(' ')) continue;
        const std::string command = line.substr(line.find(' ') + 1);
        const bool known = std::ranges::any_of(
            std::vector<std::string>{"CAPABILITY", "AUTHENTICATE ", "ID ", "ENABLE CONDSTORE", "LIST ", "EXAMINE ",
                                     "STATUS ", "UID FETCH ", "UID SEARCH ", "IDLE", "NOTIFY ", "NOOP"},
            [&](const std::string& good) { return command.starts_with(good); });
        EXPECT_TRUE(known) << command;
        EXPECT_FALSE(command.contains("BODY[")) << command;
        EXPECT_FALSE(command.contains("STORE") && !command.contains("CONDSTORE")) << command;
    }
    EXPECT_GT(count, 10U);
}

TEST_F(AtDovecot, ARestartGoesOnWhereItWas) {
    Agent agent(dovecot_.port(), kUser);
    ASSERT_TRUE(begin(options()));
    agent.append("INBOX", mail("one"));
    ASSERT_TRUE(arrives("one"));
    shut_down();
    agent.append("INBOX", mail("two"));
    agent.append("Sent", mail("three"));
    ASSERT_TRUE(begin(options()));
    ASSERT_TRUE(arrives("two"));
    ASSERT_TRUE(arrives("three"));
    for (const auto& [id, times] : ids())
        EXPECT_EQ(times, 1) << id;
}

TEST_F(AtDovecot, CutAnywhereNothingIsLostOrDoubled) {
    Agent agent(dovecot_.port(), kUser);
    ASSERT_TRUE(begin(options()));
    std::size_t sent = 0;
    for (std::int64_t octets = 1; octets < 4'000; octets += octets < 400 ? 37 : 311) {
        wire_->cut_after(octets);
        for (int i = 0; i < 2; ++i)
            agent.append(i == 0 ? "INBOX" : "Sent", mail("cut" + std::to_string(sent++), std::string(500, 'x')));
        ASSERT_TRUE(becomes([&] { return ids().size() == sent; })) << octets << " " << detail();
    }
    wire_->cut();
    agent.append("INBOX", mail("last"));
    wire_->mend();
    ASSERT_TRUE(arrives("last"));
    for (const auto& [id, times] : ids())
        EXPECT_EQ(times, 1) << id;
    EXPECT_GT(counter("logins:good"), 5U);
}

TEST_F(AtDovecot, AKilledServerIsFoundAgain) {
    ASSERT_TRUE(begin(options()));
    {
        Agent agent(dovecot_.port(), kUser);
        agent.append("INBOX", mail("before"));
        ASSERT_TRUE(arrives("before"));
    }
    dovecot_.kill();
    ASSERT_TRUE(becomes([&] { return detail().contains("1 of 1 mailboxes not read"); }));
    dovecot_.start_again();
    Agent agent(dovecot_.port(), kUser);
    agent.append("INBOX", mail("after"));
    ASSERT_TRUE(arrives("after"));
    EXPECT_EQ(ids().size(), 2U);
    EXPECT_TRUE(becomes([&] { return on_loop([&] { return host_.states.back(); }) == connector::State::Ready; }));
}

TEST_F(AtDovecot, OldMailComesNewestFirstWhileNewMailArrives) {
    Agent agent(dovecot_.port(), kUser);
    agent.append("INBOX", mail("ancient"), "\"01-Jan-2020 10:00:00 +0000\" ");
    for (int i = 0; i < 250; ++i)
        agent.append("INBOX", mail("old" + std::to_string(i)));
    agent.append("Sent", mail("answered"));
    auto config = options();
    config.backfill = 24h * 30;
    config.backfill_rate = 60;
    ASSERT_TRUE(begin(config));
    agent.append("INBOX", mail("new"));
    ASSERT_TRUE(arrives("new"));
    EXPECT_LT(ids().size(), 250U) << "new mail does not wait for the old one";
    ASSERT_TRUE(becomes([&] { return ids().size() == 252; })) << ids().size();
    EXPECT_FALSE(ids().contains("<ancient@customer.test>"));
    std::vector<int> order;
    for (const auto& event : events())
        if (event.vendor_id.starts_with("<old")) order.push_back(std::stoi(event.vendor_id.substr(4)));
    EXPECT_TRUE(std::ranges::is_sorted(order, std::greater()));
    for (const auto& [id, times] : ids())
        EXPECT_EQ(times, 1) << id;
    ASSERT_TRUE(becomes([&] {
        return on_loop([&] { return host_.cursors["backfill:support@example.test/INBOX"].back(); })
            .contains("\"done\":true");
    }));
}

TEST_F(AtDovecot, AnImportDoesNotRunAheadOfTheStore) {
    Agent agent(dovecot_.port(), kUser);
    for (int i = 0; i < 500; ++i)
        agent.append("INBOX", mail("old" + std::to_string(i)));
    auto config = options();
    config.backfill = 24h * 30;
    host_.lags = true;
    ASSERT_TRUE(begin(config));
    ASSERT_TRUE(becomes([&] { return ids().size() == 200; })) << ids().size();
    agent.append("INBOX", mail("new"));
    ASSERT_TRUE(arrives("new"));
    EXPECT_EQ(ids().size(), 201U) << "new mail would wait behind the rest";
    on_loop([&] { return host_.lags = false; });
    ASSERT_TRUE(becomes([&] { return ids().size() == 501; })) << ids().size();
}

TEST_F(AtDovecot, AnImportGoesOnAfterARestart) {
    Agent agent(dovecot_.port(), kUser);
    for (int i = 0; i < 120; ++i)
        agent.append("INBOX", mail("old" + std::to_string(i)));
    auto config = options();
    config.backfill = 24h * 30;
    config.backfill_rate = 100;
    ASSERT_TRUE(begin(config));
    ASSERT_TRUE(becomes([&] { return !ids().empty(); }));
    shut_down();
    EXPECT_LT(ids().size(), 120U);
    config.backfill_rate = 0;
    ASSERT_TRUE(begin(config));
    ASSERT_TRUE(becomes([&] { return ids().size() == 120; }));
    for (const auto& [id, times] : ids())
        EXPECT_EQ(times, 1) << id;
}

TEST_F(AtDovecot, OneConnectionDoesEverythingInTurn) {
    Agent agent(dovecot_.port(), kUser);
    for (int i = 0; i < 60; ++i)
        agent.append("INBOX", mail("old" + std::to_string(i)));
    auto config = options(Server::Middling);
    config.backfill = 24h * 30;
    config.connections = 1;
    ASSERT_TRUE(begin(config));
    agent.append("Sent", mail("answer"));
    ASSERT_TRUE(arrives("answer"));
    ASSERT_TRUE(becomes([&] { return ids().size() == 61; }));
    EXPECT_EQ(wire_->accepted(), 1);
}

TEST_F(AtDovecot, RenumberedMailsAreReadAgainAndNoneIsMissed) {
    Agent agent(dovecot_.port(), kUser);
    ASSERT_TRUE(begin(options()));
    agent.append("INBOX", mail("one"));
    ASSERT_TRUE(arrives("one"));
    shut_down();
    agent.append("INBOX", mail("missed"));
    dovecot_.doveadm({"mailbox", "update", "-u", kUser, "--uid-validity", "77777", "INBOX"});
    ASSERT_TRUE(begin(options()));
    ASSERT_TRUE(arrives("missed"));
    EXPECT_EQ(counter("renumbered"), 1U);
    agent.append("INBOX", mail("new"));
    ASSERT_TRUE(arrives("new"));
    EXPECT_EQ(text_at(events().back().envelope, "uidvalidity"), "77777");
}

TEST_F(AtDovecot, RenumberingIsNoticedWhileIdling) {
    Agent agent(dovecot_.port(), kUser);
    auto config = options();
    config.look_through = 300ms;
    config.idle_renew = 100ms;
    ASSERT_TRUE(begin(config));
    dovecot_.doveadm({"mailbox", "update", "-u", kUser, "--uid-validity", "77777", "INBOX"});
    ASSERT_TRUE(becomes([&] { return counter("renumbered") == 1; }));
    Agent other(dovecot_.port(), kUser);
    other.append("INBOX", mail("new"));
    ASSERT_TRUE(arrives("new"));
}

TEST_F(AtDovecot, AFolderThatGoesAwayHoldsNothingUp) {
    Agent agent(dovecot_.port(), kUser);
    agent.command("CREATE Team");
    auto config = options();
    config.look_through = 300ms;
    config.idle_renew = 100ms;
    ASSERT_TRUE(begin(config));
    agent.command("RENAME Team Crew");
    agent.append("Crew", mail("crew"));
    ASSERT_TRUE(arrives("crew"));
    agent.command("DELETE Crew");
    agent.append("INBOX", mail("new"));
    ASSERT_TRUE(arrives("new"));
}

TEST_F(AtDovecot, LargeMailIsWholeOrMarked) {
    Agent agent(dovecot_.port(), kUser);
    auto config = options();
    config.max_size = config::mebibytes(2);
    config.large_keeps = config::kibibytes(64);
    ASSERT_TRUE(begin(config));
    std::string text;
    for (int i = 0; text.size() < 1'500'000; ++i)
        text += "line " + std::to_string(i) + "\r\n";
    agent.append("INBOX", mail("big", text));
    ASSERT_TRUE(arrives("big"));
    agent.append("INBOX", mail("huge", text + text));
    ASSERT_TRUE(arrives("huge"));
    const auto all = events();
    EXPECT_TRUE(all[0].raw == mail("big", text));
    EXPECT_EQ(text_at(all[0].envelope, "truncated"), "false");
    EXPECT_TRUE(all[1].raw == mail("huge", text + text).substr(0, 64 * 1024));
    EXPECT_EQ(text_at(all[1].envelope, "truncated"), "true");
    EXPECT_EQ(counter("truncated"), 1U);
}

TEST_F(AtDovecot, AFullJournalHoldsTheMailBack) {
    Agent agent(dovecot_.port(), kUser);
    ASSERT_TRUE(begin(options()));
    on_loop([&] { return host_.refusals = 1; });
    agent.append("INBOX", mail("late"));
    ASSERT_TRUE(becomes([&] { return detail().contains("not stored"); }));
    ASSERT_TRUE(arrives("late"));
    ASSERT_TRUE(becomes([&] { return on_loop([&] { return host_.states.back(); }) == connector::State::Ready; }));
    EXPECT_EQ(ids().size(), 1U);
}

TEST_F(AtDovecot, OneMailboxInTroubleDoesNotStopTheOthers) {
    auto config = options();
    config.mailboxes = {{.user = kUser}, {.user = "other@example.test", .host = "127.0.0.1", .port = 1}};
    ASSERT_TRUE(begin(config));
    Agent agent(dovecot_.port(), kUser);
    agent.append("INBOX", mail("new"));
    ASSERT_TRUE(arrives("new"));
    ASSERT_TRUE(becomes([&] { return detail().contains("1 of 2 mailboxes not read; other@example.test"); }));
    EXPECT_EQ(on_loop([&] { return host_.states.back(); }), connector::State::Degraded);
}

TEST_F(AtDovecot, TheStateNamesTenMailboxesInTrouble) {
    auto config = options();
    for (int i = 10; i < 22; ++i)
        config.mailboxes.push_back({.user = fmt::format("m{}@example.test", i), .password = Secret("wrong")});
    std::string log;
    host_.log_ = obs::Log::to([&](std::string_view line) { log.append(line).append("\n"); }, obs::Level::Warn, true);
    ASSERT_TRUE(begin(config));
    ASSERT_TRUE(becomes([&] { return detail().contains("12 of 13 mailboxes not read; m10@example.test: login: "); }))
        << detail();
    EXPECT_TRUE(detail().contains("; m19@example.test: login: ")) << detail();
    EXPECT_TRUE(detail().ends_with("; and 2 more")) << detail();
    const std::string said = on_loop([&] { return log; });
    EXPECT_TRUE(said.contains(R"("message":"a login was refused")")) << said;
    EXPECT_TRUE(said.contains(R"("entry":"mailboxes[1]","error":"login: )")) << said;
    shut_down();
    host_.log_ = obs::Log();  // what was held back is told at its end
}

TEST_F(AtDovecot, PartsOfMailsAreFetched) {
    Agent agent(dovecot_.port(), kUser);
    ASSERT_TRUE(begin(options()));
    agent.append(
        "Sent",
        "Message-ID: <file@customer.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\n\r\ntext\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        "aGVsbG8=\r\n--b--\r\n");
    ASSERT_TRUE(arrives("file"));
    const std::string place = text_at(events()[0].envelope, "uidvalidity") + "/" + text_at(events()[0].envelope, "uid");
    const auto get = [&](const std::string& url, std::uint64_t most = 100) {
        return run(client_->fetch({.url = url, .max_bytes = most, .timeout = 10s}));
    };
    const auto file = get("mail:imap/support%40example.test/Sent/" + place + "/2");
    ASSERT_TRUE(file) << file.error().text;
    EXPECT_EQ(file->body, "hello");
    EXPECT_EQ(file->media_type, "image/png");
    EXPECT_EQ(get("mail:imap/support%40example.test/Sent/" + place + "/2", 4).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(get("mail:imap/support%40example.test/Sent/" + place + "9/2").error().kind, ErrorKind::NotFound);
    EXPECT_EQ(get("mail:imap/support%40example.test/Sent/1/1/2").error().kind, ErrorKind::NotFound);
    EXPECT_EQ(get("mail:imap/support%40example.test/Nowhere/" + place + "/2").error().kind, ErrorKind::NotFound);
    EXPECT_EQ(get("mail:imap/nobody/Sent/" + place + "/2").error().kind, ErrorKind::NotFound);
    EXPECT_EQ(get("https://example.test/").error().kind, ErrorKind::Rejected);
}

}  // namespace
}  // namespace tandem::imap::test
