#include "core/data/json.hpp"
#include "tests/connectors/imap/client_fixture.hpp"

namespace tandem::imap::test {
namespace {

using namespace std::chrono_literals;

std::string text_at(std::string_view document, std::string_view key) {
    data::Arena arena;
    const auto value = data::parse_json(document, arena);
    return value ? data::to_json(value->get(key)) : "no JSON";
}

TEST_F(AtDovecot, MailArrivesByIdleAndAnswersByNotify) {
    Agent agent(dovecot_.port(), kUser);
    agent.append("INBOX", mail("old"));
    ASSERT_TRUE(begin(options()));
    agent.append("INBOX", mail("new"));
    ASSERT_TRUE(arrives("new"));
    agent.append("Sent", mail("answer"));
    ASSERT_TRUE(arrives("answer"));
    EXPECT_EQ(ids().size(), 2U) << "old mail is not asked for";
    const auto all = events();
    EXPECT_EQ(all[0].raw, mail("new") + "\r\n");
    EXPECT_EQ(all[0].content_type, "message/rfc822");
    EXPECT_EQ(text_at(all[0].envelope, "role"), "\"inbox\"");
    EXPECT_EQ(text_at(all[1].envelope, "role"), "\"sent\"");
    EXPECT_EQ(text_at(all[1].envelope, "mailbox"), "\"support@example.test\"");
}

}  // namespace
}  // namespace tandem::imap::test
