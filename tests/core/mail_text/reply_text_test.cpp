#include "core/mail/text/reply_text.hpp"

#include "tests/core/mail_text/cases.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/table.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tandem::mail {
namespace {

const std::string kFolder = TANDEM_SOURCE_DIR "/tests/core/mail_text/";

std::string unescaped(std::string text) {
    for (std::size_t at = text.find("\\n"); at != std::string::npos; at = text.find("\\n"))
        text.replace(at, 2, "\n");
    return text;
}

TEST(ReplyText, Cases) {
    const auto all = testing::read_cases("reply_cases.txt");
    EXPECT_GT(all.size(), 30U);
    for (const auto& one : all) {
        const auto found = reply_text(one.text);
        EXPECT_EQ(found.text + "\n", one.expected) << one.name;
        EXPECT_EQ(reply_text(testing::with_crlf(one.text)).text, found.text) << one.name;
    }
}

// Every introduction, above a quote that is marked with > and one that is not.
TEST(ReplyText, IntroductionsOfManyLanguages) {
    for (const auto& row : testing::read_table(kFolder + "reply_intros.tsv")) {
        const std::string intro = unescaped(row.at("introduction"));
        for (const std::string mark : {"> ", ""}) {
            const auto found = reply_text("Thank you.\n\n" + intro + "\n\n" + mark + "Send it.\n" + mark + "Irina\n");
            EXPECT_EQ(found.text, "Thank you.") << intro << (mark.empty() ? " (not marked)" : "");
            EXPECT_TRUE(found.cut);
            EXPECT_TRUE(found.quoted && found.quoted->kind == QuotedMail::Kind::Reply) << intro;
        }
    }
}

TEST(ReplyText, SaysWhetherAnythingWasCut) {
    EXPECT_FALSE(reply_text("Hello\n\n\n").cut);
    EXPECT_FALSE(reply_text("> a quote alone").cut);
    EXPECT_FALSE(reply_text("").cut);
    EXPECT_TRUE(reply_text("Hello\n-- \nOleg").cut);
}

struct Quoted {
    const char* text;
    QuotedMail mail;
};

TEST(ReplyText, TellsTheQuotedMail) {
    using Kind = QuotedMail::Kind;
    const Quoted rows[] = {
        {"Hi\n\nOn Mon, Nov 2, 2026 at 9:14 AM, Irina <i@b.test> wrote:\n> x",
         {Kind::Reply, "Irina <i@b.test>", "", "Mon, Nov 2, 2026 at 9:14 AM", ""}},
        {"Hi\n\nOn Mon, Nov 2, 2026 at 9:14 AM Irina <i@b.test> wrote:\n> x",
         {Kind::Reply, "Irina <i@b.test>", "", "Mon, Nov 2, 2026 at 9:14 AM", ""}},
        {"Hi\n\n02.11.2026, 09:14, \"Irina\" <i@b.test>:\n> x",
         {Kind::Reply, "\"Irina\" <i@b.test>", "", "02.11.2026, 09:14", ""}},
        {"Hi\n\n-----Original Message-----\nFrom: Irina\nSent: Monday\nTo: us\nSubject: Bill\n\nx",
         {Kind::Reply, "Irina", "us", "Monday", "Bill"}},
        {"Hi\n\nBegin forwarded message:\n\nFrom: Irina <i@b.test>\nDate: Monday\nTo: us\nSubject: Bill\n\nx",
         {Kind::Forward, "Irina <i@b.test>", "us", "Monday", "Bill"}},
    };
    for (const auto& row : rows) {
        const auto found = reply_text(row.text).quoted;
        ASSERT_TRUE(found) << row.text;
        EXPECT_EQ(found->kind, row.mail.kind) << row.text;
        EXPECT_EQ(found->from, row.mail.from) << row.text;
        EXPECT_EQ(found->to, row.mail.to) << row.text;
        EXPECT_EQ(found->date, row.mail.date) << row.text;
        EXPECT_EQ(found->subject, row.mail.subject) << row.text;
    }
    EXPECT_FALSE(reply_text("Hello").quoted);
}

// Outlook writes the same block in both; the subject of the mail tells which it is.
TEST(ReplyText, AHeaderBlockBelowAForwardSubjectIsAForwardedMail) {
    const std::string text = "Look.\n\nFrom: I <i@b.test>\nSent: Monday\nTo: us\nSubject: Bill\n\nSend it.";
    EXPECT_EQ(reply_text(text).text, "Look.");
    EXPECT_EQ(reply_text(text, {.forward = true}).text, text);
}

TEST(IsForwardMarker, Table) {
    EXPECT_TRUE(is_forward_marker("---------- Forwarded message ---------"));
    EXPECT_TRUE(is_forward_marker("  -------- Weitergeleitete Nachricht --------\r"));
    EXPECT_TRUE(is_forward_marker("Begin forwarded message:"));
    EXPECT_FALSE(is_forward_marker("-----Original Message-----"));
    EXPECT_FALSE(is_forward_marker("The forwarded message"));
    EXPECT_FALSE(is_forward_marker(""));
}

// Work is counted in bytes and table rows looked at. Twice the text costs about twice the work, for texts that are
// made of whatever starts a search.
TEST(ReplyText, WorkIsLinear) {
    std::vector<std::string> pieces = {"On 5\n",
                                       "On 5 May\nx\n",
                                       "2026 <\n",
                                       "From: a@b\n",
                                       "From: a@b\n\n",
                                       "-- \n",
                                       "--\n\n\n",
                                       "> q\nt\n",
                                       "> q\n\nt\n",
                                       "_\n",
                                       "2026 i@b.test:\n",
                                       "Sent from my\n",
                                       "On 5 May i@b.test wrote:\n",
                                       std::string(50, '_') + "\n",
                                       "-----Original Message-----\n",
                                       "a",
                                       "<",
                                       "[x]("};
    if (const auto root = testing::fixtures("email")) {
        pieces.push_back(testing::read_file(*root / "replies/github/pathological.txt"));
    }
    for (const auto& piece : pieces) {
        std::string text;
        while (text.size() < 50'000)
            text += piece;
        const auto once = reply_text(text).work;
        const auto twice = reply_text(text + text).work;
        EXPECT_LT(once, text.size() * 150) << piece.substr(0, 40);
        EXPECT_LT(twice, once * 21 / 10 + 5'000) << piece.substr(0, 40);
    }
}

}  // namespace
}  // namespace tandem::mail
