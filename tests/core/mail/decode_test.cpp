// Mails of our own, each with the document that must come out beside it (UPDATE_GOLDEN=1 rewrites them), and the bytes
// of their attachments.
#include "core/mail/decode.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace tandem {
namespace {

std::vector<std::filesystem::path> mails() {
    std::vector<std::filesystem::path> out;
    const auto folder = std::filesystem::path(TANDEM_SOURCE_DIR) / "tests/core/mail/mails";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".eml") out.push_back(entry.path());
    }
    std::ranges::sort(out);
    EXPECT_GE(out.size(), 15U);
    return out;
}

// Attachments of the document and of mails inside it.
void find_attachments(data::Value document, std::vector<data::Value>& out) {
    for (const auto& it : document.get("attachments").items())
        out.push_back(it);
    if (const auto journal = document.get("journal"); journal.is_object())
        find_attachments(journal.get("message"), out);
}

TEST(Decode, MakesTheDocumentBesideTheMail) {
    for (const auto& path : mails()) {
        data::Arena arena;
        const auto document = mail::decode(testing::read_file(path), {}, arena);
        ASSERT_TRUE(document) << path;
        auto golden = path;
        testing::expect_golden(golden.replace_extension(".json"), data::to_pretty_json(*document) + "\n");
    }
}

TEST(Decode, FindsTheBytesOfEveryAttachment) {
    std::size_t count = 0;
    for (const auto& path : mails()) {
        data::Arena arena;
        const auto raw = testing::read_file(path);
        std::vector<data::Value> attachments;
        find_attachments(*mail::decode(raw, {}, arena), attachments);
        for (const auto& it : attachments) {
            SCOPED_TRACE(path.string() + " " + data::to_json(it));
            const auto bytes = mail::part_bytes(raw, it.get("part").as_string());
            ASSERT_TRUE(bytes);
            EXPECT_EQ(bytes->size(), it.get("size_bytes").as_uint());
            EXPECT_EQ(hex(sha512(*bytes)), it.get("sha512").as_string());
            ++count;
        }
    }
    EXPECT_GE(count, 10U);
}

TEST(Decode, RefusesPartsThatAreNotThere) {
    const std::string raw = "Subject: x\r\n\r\nbody\r\n";
    EXPECT_EQ(mail::part_bytes(raw, "1"), "body\r\n");
    for (const auto* part : {"", "0", "2", "1.1", "1/1", "/", "1/", "a"})
        EXPECT_FALSE(mail::part_bytes(raw, part)) << part;
    EXPECT_FALSE(mail::part_bytes("", "1"));
}

TEST(Decode, RefusesNothingButBlanks) {
    for (const auto* raw : {"", "\r\n", " \t\n\n", "From x\n"}) {
        data::Arena arena;
        const auto document = mail::decode(raw, {}, arena);
        ASSERT_FALSE(document) << raw;
        EXPECT_EQ(document.error().kind, ErrorKind::Corrupt);
        EXPECT_EQ(document.error().text, "the mail is empty");
    }
}

}  // namespace
}  // namespace tandem
