#include "core/mail/text/tnef.hpp"

#include "core/data/json.hpp"
#include "tests/core/mail_text/cases.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <sstream>
#include <string>

namespace tandem::mail {
namespace {

// Little-endian bytes of TNEF, written apart from the reader.
std::string number(std::uint64_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i)
        out += static_cast<char>(value >> (8 * i) & 0xFFU);
    return out;
}

std::string attribute(int level, std::uint32_t id, const std::string& value, int wrong_by = 0) {
    std::uint32_t sum = static_cast<std::uint32_t>(wrong_by);
    for (const char c : value)
        sum += static_cast<std::uint8_t>(c);
    return number(static_cast<std::uint64_t>(level), 1) + number(id, 4) + number(value.size(), 4) + value +
           number(sum, 2);
}

std::string padded(const std::string& value) {
    return value + std::string((4 - value.size() % 4) % 4, '\0');
}

std::string property(std::uint32_t type, std::uint32_t id, const std::string& value) {
    return number(type, 2) + number(id, 2) + number(1, 4) + number(value.size(), 4) + padded(value);
}

const std::string kHead = number(0x223E9F78, 4) + number(1, 2);
constexpr std::uint32_t kTitle = 0x00018010;
constexpr std::uint32_t kData = 0x0006800F;
constexpr std::uint32_t kRender = 0x00069002;
constexpr std::uint32_t kBody = 0x0002800C;
constexpr std::uint32_t kSubject = 0x00018004;
constexpr std::uint32_t kCodepage = 0x00069007;
constexpr std::uint32_t kProperties = 0x00069003;
constexpr std::uint32_t kAttachment = 0x00069005;

std::string utf16(const std::u16string& text) {
    std::string out;
    for (const char16_t c : text)
        out += number(c, 2);
    return out;
}

TEST(Tnef, OfTheFixtures) {
    const auto root = testing::fixtures("email");
    if (!root) return;
    data::Arena arena;
    std::istringstream lines(testing::read_file(*root / "tnef.jsonl"));
    testing::Differences differences("tnef");
    int seen = 0;
    for (std::string text; std::getline(lines, text);) {
        const auto line = data::parse_json(text, arena);
        ASSERT_TRUE(line) << text;
        const std::string file(*line->string_at("file"));
        const std::string bytes = testing::read_file(*root / file);
        const auto found = read_tnef(bytes);
        ASSERT_TRUE(found) << file << ": " << found.error().text;
        std::string ours;
        for (const auto& attachment : found->attachments)
            ours += attachment.name + " ";
        // The suite counts the body among the attachments.
        if (!found->html.empty()) ours += "body.html ";
        if (!found->rtf.empty()) ours += "body.rtf ";
        std::string stated;
        for (const auto& name : line->get("stated").get("attachments").items())
            stated += std::string(name.as_string()) + " ";
        differences.check(file, ours, stated);
        ++seen;
    }
    EXPECT_EQ(seen, 9);
    differences.expect_all_seen();
}

TEST(Tnef, AttachmentsOfTheStream) {
    const std::string bytes =
        kHead + attribute(1, kCodepage, number(1251, 4) + number(0, 4)) +
        attribute(1, kSubject, std::string("\xD1\xF7\xB8\xF2\0", 5)) + attribute(1, kBody, std::string("Hello\0", 6)) +
        attribute(2, kRender, std::string(14, '\0')) + attribute(2, kData, "one") +
        attribute(2, kTitle, std::string("C:\\dir\\A.TXT\0", 13)) + attribute(2, kRender, std::string(14, '\0')) +
        attribute(2, kTitle, std::string("B.TXT\0", 6)) + attribute(2, kData, "two");
    const auto found = read_tnef(bytes);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->subject, "Счёт");
    EXPECT_EQ(found->text, "Hello");
    ASSERT_EQ(found->attachments.size(), 2U);
    EXPECT_EQ(found->attachments[0].name, "A.TXT");
    EXPECT_EQ(found->attachments[0].bytes, "one");
    EXPECT_EQ(found->attachments[1].name, "B.TXT");
    EXPECT_EQ(found->attachments[1].bytes, "two");
    EXPECT_TRUE(found->problems.empty());
}

TEST(Tnef, PropertiesOfAttachmentsAndMail) {
    const std::string named = number(0x001E, 2) + number(0x8001, 2) + std::string(16, 'g') + number(1, 4) +
                              number(6, 4) + padded(utf16(u"key")) + number(1, 4) + number(2, 4) + padded("x");
    const std::string many = number(0x101F, 2) + number(0x3A58, 2) + number(2, 4) + number(2, 4) + padded(utf16(u"a")) +
                             number(4, 4) + padded(utf16(u"bb"));
    const std::string attachment = number(6, 4) + property(0x001F, 0x3707, utf16(u"Договор за октябрь.docx\0")) +
                                   property(0x001E, 0x370E, "Application/PDF") +
                                   property(0x001E, 0x3712, "<c1@b.test>") + number(3, 2) + number(0x0E20, 2) +
                                   number(7, 4) + named + many;
    const std::string object = number(1, 4) + property(0x000D, 0x3701, std::string(16, 'i') + "inner");
    const std::string mail = number(3, 4) + property(0x0102, 0x1013, "<p>Hello</p>") +
                             property(0x001E, 0x1035, "<c1@b.test>") + property(0x001F, 0x1000, utf16(u"Текст"));
    const std::string bytes = kHead + attribute(1, kProperties, mail) + attribute(2, kRender, "") +
                              attribute(2, kTitle, std::string("DOGOVO~1.DOC\0", 13)) +
                              attribute(2, kAttachment, attachment) + attribute(2, kRender, "") +
                              attribute(2, kAttachment, object);
    const auto found = read_tnef(bytes);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->problems.empty()) << found->problems.front();
    EXPECT_EQ(found->html, "<p>Hello</p>");
    EXPECT_EQ(found->text, "Текст");
    EXPECT_EQ(found->message_id, "c1@b.test");
    ASSERT_EQ(found->attachments.size(), 2U);
    EXPECT_EQ(found->attachments[0].name, "Договор за октябрь.docx");
    EXPECT_EQ(found->attachments[0].media_type, "application/pdf");
    EXPECT_EQ(found->attachments[0].content_id, "c1@b.test");
    EXPECT_EQ(found->attachments[1].bytes, "inner");
}

// The example of MS-OXRTFCP 4.1.1, and one that repeats what it has just written (4.1.2).
TEST(Tnef, CompressedRtf) {
    const std::string simple(
        "\x2d\x00\x00\x00\x2b\x00\x00\x00\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\x00\x0a\x00\x72\x63\x70\x67"
        "\x31\x32\x35\x42\x32\x0a\xf3\x20\x68\x65\x6c\x09\x00\x20\x62\x77\x05\xb0\x6c\x64\x7d\x0a\x80\x0f"
        "\xa0",
        49);
    const std::string repeating(
        "\x1a\x00\x00\x00\x1c\x00\x00\x00\x4c\x5a\x46\x75\xe2\xd4\x4b\x51\x41\x00\x04\x20\x57\x58\x59\x5a"
        "\x0d\x6e\x7d\x01\x0e\xb0",
        30);
    const auto rtf_of = [](const std::string& packed) {
        const auto found =
            read_tnef(kHead + attribute(1, kProperties, number(1, 4) + property(0x0102, 0x1009, packed)));
        return found ? found->rtf : "error";
    };
    EXPECT_EQ(rtf_of(simple), "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
    EXPECT_EQ(rtf_of(repeating), "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
    EXPECT_EQ(rtf_of(number(17, 4) + number(5, 4) + "MELA" + number(0, 4) + "{rtf}"), "{rtf}");
    EXPECT_EQ(rtf_of(simple.substr(0, 30)), "{\\rtf1\\ansi\\ansicpg1252");
    EXPECT_EQ(rtf_of("nonsense that is long enough"), "");
}

TEST(Tnef, DamageEndsTheReadingButLosesNothingBefore) {
    EXPECT_EQ(read_tnef("").error().kind, ErrorKind::Corrupt);
    EXPECT_EQ(read_tnef("no tnef").error().kind, ErrorKind::Corrupt);
    const std::string one =
        kHead + attribute(2, kRender, "") + attribute(2, kTitle, "a.txt") + attribute(2, kData, "one");
    for (const std::string& tail :
         {std::string("\x07garbage"), std::string("\x01"), attribute(2, kData, "two").substr(0, 10)}) {
        const std::string bytes = one + tail;
        const auto found = read_tnef(bytes);
        ASSERT_TRUE(found);
        ASSERT_EQ(found->attachments.size(), 1U);
        EXPECT_EQ(found->attachments[0].bytes, "one");
        EXPECT_EQ(found->problems.size(), 1U);
    }
    const std::string summed = kHead + attribute(2, kTitle, "a.txt", 1);
    const auto wrong = read_tnef(summed);
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->attachments.at(0).name, "a.txt");
    EXPECT_EQ(wrong->problems, std::vector<std::string>{"wrong checksum"});
}

TEST(Tnef, IsBounded) {
    std::string bytes = kHead;
    for (int i = 0; i < 1'100; ++i)
        bytes += attribute(2, kRender, "");
    EXPECT_EQ(read_tnef(bytes)->attachments.size(), 1'000U);
    // Counts that the bytes cannot hold.
    const std::string lies =
        kHead +
        attribute(1, kProperties, number(0xFFFFFFFF, 4) + number(0x1003, 2) + number(1, 2) + number(0xFFFFFFFF, 4));
    EXPECT_FALSE(read_tnef(lies)->problems.empty());
    std::string many = number(50'000, 4);
    for (int i = 0; i < 50'000; ++i)
        many += number(3, 2) + number(0x0E20, 2) + number(7, 4);
    EXPECT_FALSE(read_tnef(kHead + attribute(1, kProperties, many))->problems.empty());
}

}  // namespace
}  // namespace tandem::mail
