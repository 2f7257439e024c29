#include "core/data/json.hpp"
#include "core/identity/point.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/table.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace tandem::identity {
namespace {

std::string outcome(std::string_view raw) {
    const auto mailbox = normalise_mailbox(raw);
    if (mailbox) return *mailbox;
    EXPECT_EQ(mailbox.error().kind, ErrorKind::Rejected) << raw;
    return "refused: " + mailbox.error().code;
}

TEST(Mailbox, HasOneNormalForm) {
    const std::pair<std::string, std::string> kCases[] = {
        {"Alice.Brown@Example.com", "alice.brown@example.com"},
        {" <alice@example.com> ", "alice@example.com"},
        {"Alice Brown <Alice@Example.com>", "alice@example.com"},
        {"mailto:alice@example.com?subject=x", "alice@example.com"},
        {"MAILTO:alice%40example.com", "alice@example.com"},
        {"alice@example.com.", "alice@example.com"},
        {"иван@Почта.РФ", "иван@xn--80a1acny.xn--p1ai"},
        {"ivan@XN--80A1ACNY.XN--P1AI", "ivan@xn--80a1acny.xn--p1ai"},
        {"user@fa\u00df.de", "user@xn--fa-hia.de"},
        {"user@example\u3002com", "user@example.com"},
        {"user@example.com\u3002", "user@example.com"},
        {"e\u0301@example.com", "\u00e9@example.com"},
        {"\u00c9@example.com", "\u00e9@example.com"},
        {"a+tag@example.com", "a+tag@example.com"},
        {"a..b@docomo.example.jp", "a..b@docomo.example.jp"},
        {"\"two words\"@example.com", "\"two words\"@example.com"},
        {"\"a@b\"@example.com", "\"a@b\"@example.com"},
        {"nobody", "refused: no_at"},
        {"", "refused: no_at"},
        {"@example.com", "refused: local_part"},
        {"a b@example.com", "refused: local_part"},
        {"a\x01@example.com", "refused: local_part"},
        {"a@b@example.com", "refused: local_part"},
        {"\"open@example.com", "refused: local_part"},
        {std::string(65, 'x') + "@example.com", "refused: local_part"},
        {std::string(5000, 'x') + "@example.com", "refused: local_part"},
        {"\xff@example.com", "refused: local_part"},
        {"user@", "refused: domain"},
        {"user@.", "refused: domain"},
        {"user@a..com", "refused: domain"},
        {"user@exa mple.com", "refused: domain"},
        {"user@-bad-.com", "refused: domain"},
        {"user@a_b.com", "refused: domain"},
        {"user@\u2603.example", "refused: domain"},
        {"user@[192.0.2.1]", "refused: domain"},
        {"user@ab--cd.example", "refused: domain"},
        {"user@xn--a.example", "refused: domain"},
        {"user@" + std::string(64, 'a') + ".com", "refused: domain"},
        {"user@localhost", "refused: domain_no_dot"},
    };
    for (const auto& [raw, expected] : kCases) {
        const auto normal = outcome(raw);
        EXPECT_EQ(normal, expected) << raw;
        if (!normal.starts_with("refused")) {
            EXPECT_EQ(outcome(normal), normal) << "the normal form is not stable";
        }
    }
}

TEST(MailboxFixtures, AgreeWithTheReference) {
    const auto folder = testing::fixtures("schema");
    if (!folder) return;
    const auto rows = testing::read_table(*folder / "identity/mailbox-normalisation.tsv");
    EXPECT_GE(rows.size(), 27U);
    for (const auto& row : rows) {
        data::Arena arena;
        const auto raw = data::parse_json(row.at("raw_json"), arena);
        ASSERT_TRUE(raw) << row.at("raw_json");
        const auto& reason = row.at("reject_reason");
        EXPECT_EQ(outcome(raw->as_string()), reason.empty() ? row.at("normalised") : "refused: " + reason)
            << row.at("raw_json");
    }
}

}  // namespace
}  // namespace tandem::identity
