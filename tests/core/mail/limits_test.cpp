// Mails made to cost much: the document stays small, comes soon, and says what was left out.
#include "core/data/json.hpp"
#include "core/mail/bounds.hpp"
#include "core/mail/decode.hpp"
#include "core/mail/mime.hpp"

#include <gtest/gtest.h>

#include <string>
#include <sys/resource.h>

namespace tandem::mail {
namespace {

std::string repeated(std::string_view text, std::size_t count) {
    std::string out;
    out.reserve(text.size() * count);
    for (std::size_t i = 0; i < count; ++i)
        out += text;
    return out;
}

// KiB that the process has had at most.
long peak() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

struct Outcome {
    std::string json;
    std::string problems;
    std::size_t arena = 0;
};

Outcome decoded(const std::string& raw) {
    data::Arena arena;
    const auto document = decode(raw, {}, arena);
    EXPECT_TRUE(document);
    if (!document) return {};
    return {data::to_json(*document), data::to_json(document->get("problems")), arena.used()};
}

// GMime's reader of addresses calls itself for every group: without a limit this ends the process.
// A sanitizer keeps what was freed, and notes about everything, in memory too.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr long kMemoryFactor = 4;
#else
constexpr long kMemoryFactor = 1;
#endif

TEST(Limits, GroupsInGroupsAreCounted) {
    const auto groups = "From: " + repeated("a:", 500'000) + "\n\nbody";
    const auto folded = "Subject: x\nTo: " + repeated("a:a:a:\n ", 200'000) + "\n\nbody";
    const auto enclosed = "Content-Type: message/rfc822\n\n" + groups;
    const auto digest = "Content-Type: multipart/digest; boundary=x\n\n--x\n\n" + groups + "\n--x--\n";
    const auto mixed = "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/rfc822\n\n" + groups;
    for (const auto& raw : {groups, folded, enclosed, digest, mixed})
        EXPECT_TRUE(decoded(raw).problems.contains("too many colons")) << raw.substr(0, 60);
}

// The bytes of an attachment are hashed in pieces: 64 MB cost no more than the mail itself. The first test, because
// what others need would hide it.
TEST(Limits, AttachmentsAreNotHeldInMemory) {
    std::string raw =
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: application/pdf\r\n"
        "Content-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    raw += repeated(std::string(76, 'A') + "\r\n", 64U * 1024 * 1024 / 78);
    raw += "--x--\r\n";
    const auto before = peak();
    const auto out = decoded(raw);
    EXPECT_TRUE(out.json.contains("\"size_bytes\":49"));
    EXPECT_LT(out.arena, 64U * 1024);
    EXPECT_LT(peak() - before, 8 * 1024) << "KiB";
}

TEST(Limits, PartsAreCounted) {
    const auto many = decoded("Content-Type: multipart/mixed; boundary=x\n\n" + repeated("--x\n\na\n", 100'000));
    EXPECT_TRUE(many.problems.contains("more parts than are read")) << many.problems;
    EXPECT_LT(many.arena, 4U << 20U);
    std::string nested = "A: b\n";
    for (int i = 0; i < 20'000; ++i)
        nested += "Content-Type: multipart/mixed; boundary=" + std::to_string(i) + "\n\n--" + std::to_string(i) + "\n";
    EXPECT_TRUE(decoded(nested).problems.contains("nested deeper than 50"));
    const auto mails = decoded("A: b\n" + repeated("Content-Type: message/rfc822\n\n", 100'000));
    EXPECT_TRUE(mails.problems.contains("more parts than are read")) << mails.problems;
}

// A boundary in a form that only a complete parser understands must not get around the limit.
TEST(Limits, StrangeBoundariesAreCountedAsWell) {
    for (const std::string parameter : {"boundary*=utf-8''%78%79", "boundary*0=x; boundary*1=y", "boundary=\"x\\y\"",
                                        "boundary=\n \"xy\"", "boundary (x) = xy", "charset=x;\tBOUNDARY = xy"}) {
        std::vector<std::string> problems;
        const auto raw = "Content-Type: multipart/mixed; " + parameter + "\n\n" + repeated("--xy\n\na\n", 5'000);
        EXPECT_LT(within_limits(raw, {}, problems), raw.size()) << parameter;
    }
}

TEST(Limits, TextThatLooksLikeDelimitersIsNotCut) {
    std::vector<std::string> problems;
    const auto table = repeated("--------+-----\nSubject: x\n", 60'000);
    const auto plain = "Subject: a table\n\n" + table;
    EXPECT_EQ(within_limits(plain, {}, problems), plain.size());
    const auto multipart = "Content-Type: multipart/mixed; boundary=\"=_b\"\n\n--=_b\n\n" + table + "--=_b--\n";
    EXPECT_EQ(within_limits(multipart, {}, problems), multipart.size());
    EXPECT_TRUE(problems.empty());
}

TEST(Limits, HeadersAreCounted) {
    const auto before = peak();
    const auto many = decoded(repeated("a:\n", 2'000'000) + "\nbody");
    EXPECT_TRUE(many.problems.contains("a header that is too long")) << many.problems;
    EXPECT_TRUE(many.problems.contains("only 200 header fields are shown"));
    const auto recipients = decoded("To: " + repeated("a@b.test,\n ", 40'000) + "c@d.test\nSubject: x\n\nbody");
    EXPECT_TRUE(recipients.json.contains("\"text\":\"body\""));
    EXPECT_LT(recipients.arena, 8U << 20U);
    EXPECT_LT(peak() - before, kMemoryFactor * 200 * 1024);
}

TEST(Limits, HostileHeaderValuesAreLinear) {
    const std::size_t many = 200'000;
    for (const auto& value : {repeated("(", many), repeated("\"", many), repeated("<", many), repeated("=?", many),
                              repeated("=?utf-8?Q?=41?= ", many / 10), repeated("a:", many), repeated(";a*1=", many)}) {
        for (const std::string name :
             {"From", "Subject", "References", "Content-Type", "Content-Disposition", "Received"})
            decoded(name + ": " + value + "\n\nbody");
    }
}

TEST(Limits, TextIsCut) {
    const auto plain = decoded("Subject: x\n\n" + repeated("слово ", 500'000));
    EXPECT_LT(plain.json.size(), 3U << 20U);
    EXPECT_TRUE(plain.problems.contains("more text than is kept")) << plain.problems;
    const auto html = decoded("Content-Type: text/html\n\n" + repeated("<p>word", 1'000'000));
    EXPECT_LT(html.json.size(), 3U << 20U);
    EXPECT_TRUE(html.problems.contains("more text than is kept") || html.problems.contains("in part only"));
}

TEST(Limits, DeepHtmlIsLinear) {
    decoded("Content-Type: text/html\n\n" + repeated("<table><tr><td>", 50'000) + "x");
    decoded("Content-Type: text/html\n\n" + repeated("<b><i><a href=https://x.test>", 50'000) + "x");
    decoded("Content-Type: text/html\n\n" + repeated("<blockquote type=cite>", 50'000) + "x");
    decoded("Content-Type: text/html\n\n<" + repeated("a ", 1'000'000));
}

}  // namespace
}  // namespace tandem::mail
