#include "core/mail/text/keys.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tandem::mail {
namespace {

const std::vector<std::string> kRecipients = {"support@example.test", "boss@customer.test"};
const std::vector<std::string> kHashes = {"aa", "bb"};

KeyParts parts() {
    return {.message_id = "c1@customer.test",
            .from = "irina@customer.test",
            .recipients = kRecipients,
            .base_subject = "Счёт за октябрь",
            .date = parse_time("2026-11-02T06:14:05Z"),
            .text = "Hello, where is my bill?",
            .attachment_hashes = kHashes,
            .newest_received = "from a by b; Mon, 2 Nov 2026 09:14:10 +0300"};
}

struct Change {
    const char* what;
    void (*apply)(KeyParts&);
    const char* differs;  // i id, a id_any_date, c content, d delivery
};

const std::vector<std::string> kOtherOrder = {"boss@customer.test", "support@example.test", "boss@customer.test"};
const std::vector<std::string> kFewer = {"support@example.test"};
const std::vector<std::string> kJoined = {"support@example.testboss@customer.test"};

const Change kChanges[] = {
    {"nothing", [](KeyParts&) {}, ""},
    {"a relay's date", [](KeyParts& p) { p.date = parse_time("2026-11-02T06:14:09Z"); }, "id"},
    {"a fraction of a second", [](KeyParts& p) { p.date = parse_time("2026-11-02T06:14:05.9Z"); }, ""},
    {"no date", [](KeyParts& p) { p.date.reset(); }, "id"},
    {"another id", [](KeyParts& p) { p.message_id = "C1@customer.test"; }, "ia"},
    {"another sender", [](KeyParts& p) { p.from = "ira@customer.test"; }, "iacd"},
    {"another subject", [](KeyParts& p) { p.base_subject = "Счёт за ноябрь"; }, "iacd"},
    {"case of the subject", [](KeyParts& p) { p.base_subject = "СЧЁТ за октябрь"; }, ""},
    {"order of recipients", [](KeyParts& p) { p.recipients = kOtherOrder; }, ""},
    {"a recipient less", [](KeyParts& p) { p.recipients = kFewer; }, "cd"},
    {"recipients run together", [](KeyParts& p) { p.recipients = kJoined; }, "cd"},
    {"another text", [](KeyParts& p) { p.text = "Hello, where is my bell?"; }, "cd"},
    {"white space", [](KeyParts& p) { p.text = "Hello,\r\n where\xC2\xA0is my\u200B\nbill?\n\n"; }, ""},
    {"composition", [](KeyParts& p) { p.text = "Hello, where is my bill\xEF\xBC\x9F"; }, ""},
    {"attachments", [](KeyParts& p) { p.attachment_hashes = {}; }, "cd"},
    {"another hop", [](KeyParts& p) { p.newest_received = "from c by d; Mon, 2 Nov 2026 09:14:10 +0300"; }, "d"},
    {"a folded hop", [](KeyParts& p) { p.newest_received = "from a\r\n\tby b; Mon,  2 Nov 2026 09:14:10 +0300"; }, ""},
};

TEST(Keys, SayWhatTheyStandFor) {
    const auto before = keys(parts());
    ASSERT_TRUE(before.id && before.id_any_date);
    EXPECT_EQ(before.id->size(), 64U);
    for (const auto& change : kChanges) {
        auto changed = parts();
        change.apply(changed);
        const auto after = keys(changed);
        std::string differs;
        if (after.id != before.id) differs += 'i';
        if (after.id_any_date != before.id_any_date) differs += 'a';
        if (after.content != before.content) differs += 'c';
        if (after.delivery != before.delivery) differs += 'd';
        EXPECT_EQ(differs, change.differs) << change.what;
    }
}

TEST(Keys, WithoutAnIdThereAreContentAndDelivery) {
    auto without = parts();
    without.message_id = "";
    const auto found = keys(without);
    EXPECT_FALSE(found.id || found.id_any_date);
    EXPECT_EQ(found.content, keys(parts()).content);
    EXPECT_EQ(found.delivery, keys(parts()).delivery);
}

// Footers of lists and scanners stand at the end, and a long mail is not read to its end.
TEST(Keys, ContentEndsAfterEightKibibytes) {
    const std::string start(8 * 1024, 'x');
    auto one = parts();
    auto other = parts();
    const std::string with_footer = start + "\n-- scanned --";
    one.text = start;
    other.text = with_footer;
    EXPECT_EQ(keys(one).content, keys(other).content);
    const std::string shorter = start.substr(1);
    other.text = shorter;
    EXPECT_NE(keys(one).content, keys(other).content);
}

struct ThreadCase {
    const char* message_id;
    std::vector<std::string> references;
    std::vector<std::string> in_reply_to;
    const char* root;  // "" for none
    std::vector<std::string> ids;
};

TEST(ThreadOf, Table) {
    const ThreadCase cases[] = {
        {"m", {}, {}, "m", {"m"}},
        {"m", {"a", "b"}, {"b"}, "a", {"a", "b", "m"}},
        {"m", {}, {"b", "c"}, "b", {"b", "c", "m"}},
        {"m", {"a", "b", "a"}, {"c"}, "a", {"a", "b", "c", "m"}},
        {"m", {"m"}, {"m"}, "m", {"m"}},
        {"", {"a"}, {}, "a", {"a"}},
        {"", {}, {}, "", {}},
        {"m", {"", "a"}, {""}, "a", {"a", "m"}},
        {"A@x", {"a@x"}, {}, "a@x", {"a@x", "A@x"}},
    };
    for (const auto& row : cases) {
        const auto found = thread_of(row.message_id, row.references, row.in_reply_to, "Long enough");
        EXPECT_EQ(found.root.value_or(""), row.root) << row.message_id;
        EXPECT_EQ(found.ids, row.ids) << row.message_id;
    }
}

TEST(ThreadOf, KeepsTheFirstAndTheNewestOfTooMany) {
    std::vector<std::string> references;
    for (int i = 0; i < 5'000; ++i)
        references.push_back(std::to_string(i));
    const auto found = thread_of("own", references, {}, "");
    ASSERT_EQ(found.ids.size(), 1'000U);
    EXPECT_EQ(found.ids[0], "0");
    EXPECT_EQ(found.ids[1], "4002");
    EXPECT_EQ(found.ids.back(), "own");
}

TEST(ThreadOf, ShortSubjectsHaveNoKey) {
    EXPECT_FALSE(thread_of("m", {}, {}, "Счёт").subject_key);
    const auto key = thread_of("m", {}, {}, "Счёта").subject_key;
    EXPECT_TRUE(key);
    EXPECT_EQ(key, thread_of("other", {}, {}, "СЧЁТА").subject_key);
}

}  // namespace
}  // namespace tandem::mail
