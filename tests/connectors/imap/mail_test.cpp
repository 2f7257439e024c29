#include "connectors/imap/mail.hpp"

#include "connectors/imap/response_reader.hpp"

#include <gtest/gtest.h>

namespace tandem::imap {
namespace {

Response fetched(const std::string& items) {
    ResponseReader reader;
    reader.feed("* 1 FETCH (" + items + ")\r\n");
    auto all = reader.take();
    EXPECT_EQ(all.size(), 1U) << items;
    return all.empty() ? Response{} : std::move(all.front());
}

TEST(Mail, TheListIsRead) {
    const auto info = read_info(
        fetched(R"(FLAGS (\Seen) X-NEW (1 (2)) RFC822.SIZE 44 UID 7 INTERNALDATE " 2-Nov-2026 06:14:05 +0000")"));
    ASSERT_TRUE(info);
    EXPECT_EQ(info->uid, 7U);
    EXPECT_EQ(info->size, 44U);
    EXPECT_EQ(format_time(*info->internal_date), "2026-11-02T06:14:05Z");
    EXPECT_FALSE(info->draft);
    EXPECT_TRUE(read_info(fetched(R"(UID 7 FLAGS (\draft))"))->draft);
    EXPECT_FALSE(read_info(fetched("RFC822.SIZE 44")));
    EXPECT_FALSE(read_info(fetched("UID x")));
}

TEST(Mail, OctetsComeWithWhateverName) {
    for (const char* items : {"UID 7 BODY[] {3}\r\nabc", "BODY[]<0> {3}\r\nabc UID 7",
                              "BODY[HEADER] \"abc\" FLAGS () UID 7", "body[1.2.MIME] abc UID 7"}) {
        Response one = fetched(items);
        const auto octets = read_octets(one);
        ASSERT_TRUE(octets) << items;
        EXPECT_EQ(octets->uid, 7U);
        EXPECT_EQ(octets->text, "abc");
    }
    for (const char* items : {"UID 7 BODY[] NIL", "UID 7", "BODY[] {3}\r\nabc", "UID 7 BODY (\"text\" \"plain\")"}) {
        Response one = fetched(items);
        EXPECT_FALSE(read_octets(one)) << items;
    }
}

TEST(Mail, GroupsKeepTheOrderAndTheBounds) {
    std::vector<MailInfo> infos;
    for (const std::uint64_t size : std::initializer_list<std::uint64_t>{10, 10, 10, 95, 200, 10, 1, 1, 1})
        infos.push_back({.uid = static_cast<Uid>(infos.size() + 1), .size = size});
    std::string sizes;
    for (const auto group : groups(infos, 3, 100))
        sizes += std::to_string(group.front().uid) + "-" + std::to_string(group.back().uid) + " ";
    EXPECT_EQ(sizes, "1-3 4-4 5-5 6-8 9-9 ");
    EXPECT_TRUE(groups({}, 3, 100).empty());
}

TEST(Mail, TheEventSaysWhereItStands) {
    const Folder folder{.raw = "Gesendet", .name = "Gesen\"det", .role = Role::Sent};
    MailInfo info{.uid = 12, .size = 9, .internal_date = parse_time("2026-11-02T06:14:05Z")};
    const auto event = mail_event({.mailbox = "support@example.test", .folder = &folder, .uidvalidity = 345}, info,
                                  "Message-ID:\r\n <a@b>\r\n\r\nbody", false);
    EXPECT_EQ(event.envelope,
              R"({"mailbox":"support@example.test","folder":"Gesen\"det","role":"sent","uid":12,"uidvalidity":345,)"
              R"("internal_date":"2026-11-02T06:14:05Z","size":27,"truncated":false})");
    EXPECT_EQ(event.content_type, "message/rfc822");
    EXPECT_EQ(event.vendor_id, "<a@b>");
}

TEST(Mail, TheEventSaysWhichOwnAddressesTheHeaderNames) {
    const Folder folder{.raw = "INBOX", .name = "INBOX", .role = Role::Inbox};
    const std::set<std::string, std::less<>> own = {"sales@example.test", "support@example.test", "vera@example.test"};
    const auto own_in = [&](const std::string& raw) {
        const Origin origin{.mailbox = "support@example.test", .folder = &folder, .uidvalidity = 1, .own = &own};
        const auto envelope = mail_event(origin, MailInfo{.uid = 1}, raw, false).envelope;
        const auto at = envelope.find("\"own\":");
        return at == std::string::npos ? "none" : envelope.substr(at + 6, envelope.find(']') - at - 5);
    };
    EXPECT_EQ(own_in("From: Sales <Sales@Example.test>\r\nTo: ann@customer.test,support@example.test\r\n\r\n"),
              R"(["sales@example.test","support@example.test"])");
    EXPECT_EQ(own_in("From: ann@customer.test\r\nTo: ann@customer.test\r\n\r\nvera@example.test"), "none")
        << "the body";
    EXPECT_EQ(own_in("From: xvera@example.test, vera@example.test.evil.test\n\n"), "none");
    EXPECT_EQ(own_in("vera@example.test"), R"(["vera@example.test"])");
}

TEST(Mail, GmailsLabelsSayTheRole) {
    const Folder folder{.raw = "All", .name = "All", .role = Role::Archive};
    const auto info =
        read_info(fetched("UID 3 X-GM-LABELS (\\Inbox \"\\\\Sent\" &AOk-) X-GM-MSGID 127 X-GM-THRID 128"));
    ASSERT_TRUE(info);
    const auto event = mail_event({.mailbox = "a@b", .folder = &folder, .uidvalidity = 1}, *info, "", true);
    EXPECT_EQ(
        event.envelope,
        R"({"mailbox":"a@b","folder":"All","role":"sent","uid":3,"uidvalidity":1,"size":0,)"
        R"("truncated":true,"labels":["\\Inbox","\\Sent","é"],"gmail_message_id":"127","gmail_thread_id":"128"})");
    EXPECT_TRUE(read_info(fetched(R"(UID 3 X-GM-LABELS ("\\Draft"))"))->draft);
}

TEST(Mail, MessageIds) {
    EXPECT_EQ(message_id("Subject: x\nmessage-id: <a@b>\n\n"), "<a@b>");
    EXPECT_EQ(message_id("Subject: x\r\n\r\nMessage-ID: <a@b>\r\n"), "") << "it stands in the body";
    EXPECT_EQ(message_id("Message-ID: a@b\r\nIn-Reply-To: <c@d>\r\n"), "");
    EXPECT_EQ(message_id("Message-ID: <" + std::string(2'000, 'a') + ">\r\n"), "");
    EXPECT_EQ(message_id(""), "");
}

}  // namespace
}  // namespace tandem::imap
