#include "connectors/smtp/document.hpp"

#include <gtest/gtest.h>

namespace tandem::smtp {
namespace {

SubmissionConfig usual() {
    SubmissionConfig out;
    out.from = "support@example.test";
    out.from_name = "Acme";
    return out;
}

mail::Draft drafted(const std::string& json) {
    const auto document = read_document(json);
    EXPECT_TRUE(document) << document.error().text;
    return draft_of(*document, usual(), "5b1f", *parse_time("2026-11-22T12:00:00Z"));
}

TEST(Document, AFirstMail) {
    const auto draft = drafted(R"({"to":"a@b.test","text":"Hi"})");
    EXPECT_EQ(draft.from.address, "support@example.test");
    EXPECT_EQ(draft.to[0].address, "a@b.test");
    EXPECT_EQ(draft.subject, "Message");
    EXPECT_EQ(draft.message_id, "5b1f@example.test");
    EXPECT_EQ(draft.in_reply_to, "");
    EXPECT_TRUE(draft.references.empty());
    EXPECT_EQ(format_time(draft.date), "2026-11-22T12:00:00Z");
}

TEST(Document, AnAnswer) {
    const auto draft = drafted(R"({"to":"a@b.test","text":"Hi","subject":"RE: Where is it?","in_reply_to":"<c@x>",
        "references":["<a@x>","b@x"],"at":"2026-11-22T11:00:00Z"})");
    EXPECT_EQ(draft.subject, "Re: Where is it?");
    EXPECT_EQ(draft.in_reply_to, "c@x");
    EXPECT_EQ(draft.references, (std::vector<std::string>{"a@x", "b@x", "c@x"}));
    EXPECT_EQ(format_time(draft.date), "2026-11-22T11:00:00Z");
}

TEST(Document, AnAnswerToAMailOfThisGateway) {
    const std::string own = "0197a4e2-5a3c-5d11-8c7b-3f2a9d1e4b60";
    const auto draft = drafted(R"({"to":"a@b.test","text":"Hi","in_reply_to":")" + own + R"("})");
    EXPECT_EQ(draft.in_reply_to, own + "@example.test");
    EXPECT_EQ(draft.subject, "Re: Message");
}

TEST(Document, WhatIsMissing) {
    for (const std::string bad : {"[]", "x", "{}", R"({"to":"a@b.test"})", R"({"text":"x"})", R"({"to":[],"text":"x"})",
                                  R"({"to":7,"text":"x"})"}) {
        const auto document = read_document(bad);
        ASSERT_FALSE(document) << bad;
        EXPECT_EQ(document.error().kind, ErrorKind::Rejected);
    }
    const auto files = read_document(R"({"to":["a@b.test"],"files":[{"url":"https://x/y","filename":"z"},7]})");
    ASSERT_TRUE(files);
    EXPECT_EQ(files->files[0].filename, "z");
}

}  // namespace
}  // namespace tandem::smtp
