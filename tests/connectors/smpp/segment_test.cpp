#include "connectors/smpp/segment.hpp"

#include "tests/connectors/smpp/support.hpp"

#include <gtest/gtest.h>

namespace tandem::smpp {
namespace {

using test::from_hex;
using test::to_hex;

std::string repeat(std::string_view text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i)
        out += text;
    return out;
}

struct CutCase {
    const char* title;
    std::string text;
    Concat concat;
    std::vector<std::size_t> sizes;  // octets of the parts with their headers
};

TEST(Segment, PartsAreAsLongAsTheyMayBeAndTearNothing) {
    for (const auto& [title, text, concat, sizes] : {
             CutCase{"empty", "", Concat::Udh8, {0}},
             CutCase{"one part", repeat("a", 160), Concat::Udh8, {160}},
             CutCase{"udh8", repeat("a", 161), Concat::Udh8, {159, 14}},
             CutCase{"udh16", repeat("a", 161), Concat::Udh16, {159, 16}},
             CutCase{"sar", repeat("a", 161), Concat::Sar, {153, 8}},
             CutCase{"payload", repeat("a", 1'000), Concat::Payload, {1'000}},
             CutCase{"escape pair", repeat("a", 152) + "\u20ac" + repeat("b", 10), Concat::Udh8, {158, 18}},
             CutCase{"ucs2", repeat("\u0436", 71), Concat::Udh8, {140, 14}},
             CutCase{"ucs2 udh16", repeat("\u0436", 71), Concat::Udh16, {139, 17}},
             CutCase{
                 "surrogate pair", repeat("\u0436", 66) + "\U0001F600" + repeat("\u0436", 5), Concat::Udh8, {138, 20}},
         }) {
        SCOPED_TRACE(title);
        const auto cut = segment(text, 0x1234, {.concat = concat});
        ASSERT_TRUE(cut);
        std::vector<std::size_t> found;
        std::string joined;
        for (const auto& part : cut->parts) {
            found.push_back(part.size());
            const std::size_t header = cut->with_header ? static_cast<unsigned char>(part[0]) + 1U : 0;
            joined += part.substr(header);
        }
        EXPECT_EQ(found, sizes);
        EXPECT_EQ(decode_text(joined, cut->alphabet).text, text);
    }
}

TEST(Segment, TheFirstAlphabetThatHoldsTheTextIsTaken) {
    const auto chosen = [](std::string_view text, std::vector<Alphabet> alphabets) {
        const auto cut = segment(text, 1, {.alphabets = std::move(alphabets)});
        return cut ? std::string(to_string(cut->alphabet)) : "none";
    };
    EXPECT_EQ(chosen("abc", {Alphabet::Gsm7, Alphabet::Ucs2}), "gsm7");
    EXPECT_EQ(chosen("a\u00e7", {Alphabet::Gsm7, Alphabet::Ucs2}), "ucs2");
    EXPECT_EQ(chosen("a\u00e7", {Alphabet::Gsm7, Alphabet::Latin1, Alphabet::Ucs2}), "latin1");
    EXPECT_EQ(chosen("\u0436", {Alphabet::Gsm7, Alphabet::Latin1}), "none");
    EXPECT_EQ(chosen(repeat("a", 255 * 153), {Alphabet::Gsm7}), "gsm7");
    EXPECT_EQ(chosen(repeat("a", 255 * 153 + 1), {Alphabet::Gsm7}), "none");
}

TEST(Segment, PackedPartsBeginTheirSeptetsOnABoundaryAfterTheHeader) {
    const std::string text = repeat("abcdefgh", 25);
    const auto cut = segment(text, 1, {.alphabets = {Alphabet::Gsm7}, .packed = true});
    ASSERT_TRUE(cut);
    ASSERT_EQ(cut->parts.size(), 2U);
    EXPECT_EQ(cut->parts[0].size(), 140U);
    const std::string joined = unpack_septets(cut->parts[0].substr(6), 1) + unpack_septets(cut->parts[1].substr(6), 1);
    EXPECT_EQ(decode_text(joined, Alphabet::Gsm7).text, text);
}

Content read(const char* octets, std::uint8_t esm_class = 0x40) {
    Pdu pdu;
    pdu.esm_class = esm_class;
    pdu.short_message = from_hex(octets);
    return content_of(pdu);
}

TEST(Content, FindsThePlaceAmongOtherElements) {
    const auto content = read(
        "0b05040b8423f0"
        "0003070201"
        "6162");
    EXPECT_EQ(to_hex(content.header), "0b05040b8423f00003070201");
    EXPECT_EQ(content.octets, "ab");
    ASSERT_TRUE(content.place);
    EXPECT_EQ(content.place->reference, 7);
    EXPECT_EQ(content.place->total, 2U);
    EXPECT_EQ(content.place->number, 1U);
}

TEST(Content, NumbersThatMakeNoSenseMakeAMessageOfItsOwn) {
    for (const char* octets : {"050003070200"
                               "61",
                               "050003070203"
                               "61",
                               "050003070001"
                               "61",
                               "050003070101"
                               "61",
                               "0400020702"
                               "61",
                               "0300ff07"
                               "61",
                               "06050415811581"
                               "61",
                               "0061"}) {
        SCOPED_TRACE(octets);
        const auto content = read(octets);
        EXPECT_FALSE(content.place);
        EXPECT_FALSE(content.broken_header);
        EXPECT_EQ(content.octets, "a");
    }
}

TEST(Content, AHeaderThatDoesNotFitIsMarkedAndKept) {
    const auto content = read("09000361");
    EXPECT_TRUE(content.broken_header);
    EXPECT_EQ(to_hex(content.octets), "09000361");
    EXPECT_TRUE(read("").broken_header);
}

TEST(Content, ASixteenBitElementWithoutItsLengthIsUnderstood) {
    const auto content = read(
        "060804d2020100"
        "61");
    ASSERT_TRUE(content.place);
    EXPECT_EQ(content.place->reference, 0x04D2);
    EXPECT_EQ(content.place->total, 2U);
    EXPECT_EQ(content.place->number, 1U);
    EXPECT_EQ(content.octets, "a");
}

TEST(Content, WithoutTheIndicatorThereIsNoHeader) {
    EXPECT_EQ(to_hex(read("050003070201", 0).octets), "050003070201");
}

TEST(Content, SarTlvsAndPayload) {
    Pdu pdu;
    pdu.tlvs = {{Tag::MessagePayload, "payload"},
                {Tag::SarSegmentSeqnum, "\x02"},
                {Tag::SarTotalSegments, "\x03"},
                {Tag::SarMsgRefNum, std::string("\x00\x05", 2)}};
    const auto content = content_of(pdu);
    EXPECT_EQ(content.octets, "payload");
    ASSERT_TRUE(content.place);
    EXPECT_EQ(content.place->concat, Concat::Sar);
    EXPECT_EQ(content.place->reference, 5);
    EXPECT_EQ(content.place->number, 2U);

    pdu.short_message = "short";
    EXPECT_EQ(content_of(pdu).octets, "short") << "a short message beside an empty-looking payload counts";
}

}  // namespace
}  // namespace tandem::smpp
