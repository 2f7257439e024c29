#include "core/mail/compose.hpp"

#include "core/base/text.hpp"
#include "core/mail/header_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace tandem::mail {
namespace {

using namespace std::chrono_literals;

Draft usual() {
    return {.from = {"support@example.test", "Acme Support"},
            .to = {{.address = "ann@customer.test"}},
            .subject = "Your parcel",
            .message_id = "5b1f@example.test",
            .date = *parse_time("2026-11-22T15:55:29Z"),
            .text = "It is on its way."};
}

std::string composed(const Draft& draft) {
    const auto out = compose(draft);
    EXPECT_TRUE(out) << out.error().text;
    return out ? out->octets : "";
}

// A header's value, unfolded.
std::string header(const std::string& mail, const std::string& name) {
    const auto at = ("\r\n" + mail).find("\r\n" + name + ": ");
    if (at == std::string::npos) return "(none)";
    std::string out;
    for (std::size_t i = at + name.size() + 2; i < mail.size(); ++i) {
        if (mail.compare(i, 2, "\r\n") == 0) {
            if (mail.compare(i + 2, 1, " ") != 0) break;
            ++i;
            continue;
        }
        out += mail[i];
    }
    return out;
}

TEST(Compose, APlainMail) {
    EXPECT_EQ(composed(usual()),
              "Date: Sun, 22 Nov 2026 15:55:29 +0000\r\n"
              "From: Acme Support <support@example.test>\r\n"
              "To: ann@customer.test\r\n"
              "Subject: Your parcel\r\n"
              "Message-ID: <5b1f@example.test>\r\n"
              "MIME-Version: 1.0\r\n"
              "Content-Type: text/plain; charset=us-ascii\r\n"
              "Content-Transfer-Encoding: 7bit\r\n"
              "\r\n"
              "It is on its way.\r\n");
}

TEST(Compose, TheSameDraftGivesTheSameOctets) {
    Draft draft = usual();
    draft.files = {{"a.txt", "text/plain", "a"}};
    EXPECT_EQ(composed(draft), composed(draft));
}

TEST(Compose, LinesAreShortAndSevenBit) {
    Draft draft = usual();
    draft.from.name = "Поддержка «Ромашка» и сыновья, отдел по работе с клиентами";
    draft.subject = "Re: О вашем заказе номер 4711 от двенадцатого ноября, который мы всё ещё собираем 📦📦📦";
    for (int i = 0; i < 20; ++i)
        draft.references.push_back("a-rather-long-id-of-a-mail-" + std::to_string(i) + "@mail.example.test");
    draft.in_reply_to = draft.references.back();
    draft.text = std::string(5'000, 'x') + "\nПривет =\r\n" + std::string(300, ' ') + "\n.\nFrom me\n";
    draft.files = {{"Очень длинное имя файла, которое не помещается в одну строку заголовка письма.pdf",
                    "application/pdf", std::string(10'000, '\xFF')}};
    const std::string mail = composed(draft);
    std::istringstream lines(mail);
    for (std::string line; std::getline(lines, line);) {
        ASSERT_TRUE(line.ends_with('\r')) << line;
        EXPECT_LE(line.size(), 79U) << line;
        EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) << line;
    }
    EXPECT_EQ(std::ranges::count(mail, '\n'), std::ranges::count(mail, '\r'));
}

TEST(Compose, EncodedWordsHoldWholeCharacters) {
    Draft draft = usual();
    draft.subject = "ж" + std::string(3, 'a') + "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж";
    std::istringstream words(header(composed(draft), "Subject"));
    std::string text;
    for (std::string word; words >> word;) {
        ASSERT_TRUE(word.starts_with("=?UTF-8?B?") && word.ends_with("?=")) << word;
        EXPECT_LE(word.size(), 75U);
        const auto octets = unbase64(word.substr(10, word.size() - 12));
        ASSERT_TRUE(octets);
        EXPECT_TRUE(valid_utf8(*octets));
        text += *octets;
    }
    EXPECT_EQ(text, draft.subject);
}

TEST(Compose, SubjectsThatNeedWords) {
    for (const auto& [subject, written] :
         {std::pair<std::string, std::string>{"plain: text, \"quoted\"", "plain: text, \"quoted\""},
          {"=?utf-8?Q?no?=", "=?UTF-8?B?PT91dGYtOD9RP25vPz0=?="},
          {"two  blanks", "=?UTF-8?B?dHdvICBibGFua3M=?="},
          {"café", "=?UTF-8?B?Y2Fmw6k=?="}}) {
        Draft draft = usual();
        draft.subject = subject;
        EXPECT_EQ(header(composed(draft), "Subject"), written);
    }
}

TEST(Compose, Names) {
    for (const auto& [name, written] : {std::pair<std::string, std::string>{"", "support@example.test"},
                                        {"Acme", "Acme <support@example.test>"},
                                        {"Acme, Inc.", "\"Acme, Inc.\" <support@example.test>"},
                                        {"a \"b\" \\c", R"("a \"b\" \\c" <support@example.test>)"},
                                        {"Акме", "=?UTF-8?B?0JDQutC80LU=?= <support@example.test>"}}) {
        Draft draft = usual();
        draft.from.name = name;
        EXPECT_EQ(header(composed(draft), "From"), written);
    }
}

TEST(Compose, Threading) {
    Draft draft = usual();
    draft.in_reply_to = "c@x";
    draft.references = {"a@x", "b y@x", "<bad@x>", "c@x"};
    const std::string mail = composed(draft);
    EXPECT_EQ(header(mail, "In-Reply-To"), "<c@x>");
    EXPECT_EQ(header(mail, "References"), "<a@x> <c@x>");
    draft.in_reply_to = "no\r\nBcc: all@x";
    EXPECT_EQ(header(composed(draft), "In-Reply-To"), "(none)");
}

TEST(Compose, ReferencesAreCutAtTwenty) {
    EXPECT_EQ(reply_references({}, ""), std::vector<std::string>());
    EXPECT_EQ(reply_references({"a", "b", "a"}, "p"), (std::vector<std::string>{"a", "b", "p"}));
    EXPECT_EQ(reply_references({"p", "b"}, "p"), (std::vector<std::string>{"b", "p"}));
    std::vector<std::string> many;
    for (int i = 0; i < 30; ++i)
        many.push_back(std::to_string(i));
    const auto cut = reply_references(many, "p");
    ASSERT_EQ(cut.size(), 20U);
    EXPECT_EQ(cut.front(), "0");
    EXPECT_EQ(cut[1], "12");
    EXPECT_EQ(cut.back(), "p");
}

TEST(Compose, SubjectsOfAnswers) {
    for (const auto& [subject, answer] : {std::pair<std::string, std::string>{"Hello", "Re: Hello"},
                                          {"Re: Hello", "Re: Hello"},
                                          {"RE: re:Re[2]: Hello ", "Re: Hello"},
                                          {"Reply", "Re: Reply"},
                                          {"Re", "Re: Re"},
                                          {"Re[2", "Re: Re[2"},
                                          {"", "Re: "},
                                          {"Re:", "Re: "}}) {
        EXPECT_EQ(reply_subject(subject), answer);
    }
}

TEST(Compose, NothingGetsIntoTheHeaders) {
    const auto refused = [](auto change) {
        Draft draft = usual();
        change(draft);
        const auto out = compose(draft);
        return !out && out.error().kind == ErrorKind::Rejected;
    };
    const std::string evil = "x\r\nBcc: victim@example.test";
    EXPECT_TRUE(refused([&](Draft& draft) { draft.subject = evil; }));
    EXPECT_TRUE(refused([&](Draft& draft) { draft.subject = "a\nb"; }));
    EXPECT_TRUE(refused([&](Draft& draft) { draft.from.name = evil; }));
    EXPECT_TRUE(refused([&](Draft& draft) { draft.to[0].address = "a@b\r\nBcc: c@d"; }));
    EXPECT_TRUE(refused([&](Draft& draft) { draft.to[0].address = "a@b> NOTIFY=NEVER"; }));
    EXPECT_TRUE(refused([&](Draft& draft) { draft.to[0].address = "a@b, c@d"; }));
    EXPECT_TRUE(refused([&](Draft& draft) { draft.to[0].name = evil; }));
    EXPECT_TRUE(refused([&](Draft& draft) { draft.message_id = "a@b>\r\nX: y"; }));
    EXPECT_TRUE(refused([&](Draft& draft) { draft.reply_to = evil; }));
    EXPECT_TRUE(refused([&](Draft& draft) { draft.files = {{evil, "text/plain", "a"}}; }));
    EXPECT_TRUE(refused([&](Draft& draft) { draft.to.clear(); }));
    EXPECT_FALSE(refused([&](Draft& draft) { draft.files = {{"a", "text/plain\r\nX: y", "a"}}; }));
}

TEST(Compose, Addresses) {
    for (const std::string good : {"a@b", "a.b+c@d-e.test", "\"a b\"@c.test", R"("a\"b"@c.test)", "почта@пример.test",
                                   "a'b@c.test", "a@xn--e1afmkfd.test"}) {
        EXPECT_TRUE(is_address(good)) << good;
    }
    for (const std::string bad :
         {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b c", "<a@b>", "a@b>", "a..b@c", ".a@b", "a.@b", "\"a\"b\"@c",
          "\"a\\\"@c", "a@[1.2.3.4]", "a@b..c", "a@.b", "a\n@b", "a,b@c"}) {
        EXPECT_FALSE(is_address(bad)) << bad;
    }
    EXPECT_FALSE(is_address(std::string(250, 'a') + "@b.test"));
}

TEST(Compose, InternationalAddresses) {
    Draft draft = usual();
    EXPECT_FALSE(compose(draft)->international);
    draft.to = {{.address = "почта@пример.test"}};
    EXPECT_TRUE(compose(draft)->international);
    EXPECT_EQ(header(composed(draft), "To"), "почта@пример.test");
}

TEST(Compose, Texts) {
    const auto body = [](std::string text) {
        Draft draft = usual();
        draft.text = std::move(text);
        const std::string mail = composed(draft);
        return header(mail, "Content-Transfer-Encoding") + "|" + mail.substr(mail.find("\r\n\r\n") + 4);
    };
    EXPECT_EQ(body("a\nb\r\nc\rd"), "7bit|a\r\nb\r\nc\r\nd\r\n");
    EXPECT_EQ(body(".\n..\n"), "7bit|.\r\n..\r\n");
    EXPECT_EQ(body("From me\n"), "quoted-printable|=46rom me\r\n");
    EXPECT_EQ(body("1 = 1, caf\xC3\xA9 \nnext line of the text is plain"),
              "quoted-printable|1 =3D 1, caf=C3=A9=20\r\nnext line of the text is plain\r\n");
    EXPECT_EQ(body("Где заказ?"), "base64|" + base64("Где заказ?\r\n") + "\r\n");
    EXPECT_EQ(body(std::string("a\0\x1B[b\tc", 7)), "7bit|a[b\tc\r\n");
    EXPECT_EQ(body("\xFF"), "base64|" + base64("\xEF\xBF\xBD\r\n") + "\r\n");
    const std::string line(200, 'x');
    EXPECT_EQ(body(line), "quoted-printable|" + std::string(75, 'x') + "=\r\n" + std::string(75, 'x') + "=\r\n" +
                              std::string(50, 'x') + "\r\n");
    EXPECT_EQ(body(std::string(80, 'y') + "="), "quoted-printable|" + std::string(75, 'y') + "=\r\nyyyyy=3D\r\n");
}

TEST(Compose, Files) {
    Draft draft = usual();
    draft.files = {{"scan \"1\".pdf", "application/pdf; name=x", std::string(100, '\x01')},
                   {"отчёт.txt", "message/rfc822", "a"},
                   {"", "no type", ""}};
    const std::string mail = composed(draft);
    const std::string type = header(mail, "Content-Type");
    ASSERT_TRUE(type.starts_with("multipart/mixed; boundary=\"")) << type;
    const std::string boundary = type.substr(27, type.size() - 28);
    EXPECT_TRUE(mail.ends_with("--" + boundary + "--\r\n"));
    EXPECT_NE(mail.find("--" + boundary +
                        "\r\nContent-Type: application/pdf\r\n"
                        "Content-Disposition: attachment; filename=\"scan \\\"1\\\".pdf\"\r\n"
                        "Content-Transfer-Encoding: base64\r\n\r\n" +
                        base64(std::string(57, '\x01')) + "\r\n" + base64(std::string(43, '\x01')) + "\r\n--"),
              std::string::npos)
        << mail;
    EXPECT_NE(mail.find("application/octet-stream\r\nContent-Disposition: attachment;\r\n "
                        "filename*=UTF-8''%D0%BE%D1%82%D1%87%D1%91%D1%82.txt\r\n"),
              std::string::npos)
        << mail;
    EXPECT_NE(mail.find("Content-Disposition: attachment\r\n"), std::string::npos);
}

TEST(Compose, LongFileNamesContinue) {
    EXPECT_EQ(encode_parameter("filename", std::string(60, 'a')),
              "; filename*0*=UTF-8''" + std::string(54, 'a') + "; filename*1*=" + std::string(6, 'a'));
}

TEST(Compose, AutomaticMailSaysSo) {
    Draft draft = usual();
    draft.automatic = true;
    EXPECT_EQ(header(composed(draft), "Auto-Submitted"), "auto-replied");
}

TEST(Compose, Dates) {
    EXPECT_EQ(mail_date(*parse_time("2024-02-29T00:00:00.999999Z")), "Thu, 29 Feb 2024 00:00:00 +0000");
    EXPECT_EQ(mail_date(*parse_time("1969-12-31T23:59:59.5Z")), "Wed, 31 Dec 1969 23:59:59 +0000");
}

}  // namespace
}  // namespace tandem::mail
