#include "connectors/smpp/alphabet.hpp"

#include "connectors/smpp/segment.hpp"
#include "tests/connectors/smpp/support.hpp"

#include <gtest/gtest.h>

namespace tandem::smpp {
namespace {

using data::Value;
using test::from_hex;
using test::text_at;
using test::to_hex;

Alphabet alphabet_named(std::string_view name) {
    for (const Alphabet one :
         {Alphabet::Gsm7, Alphabet::Latin1, Alphabet::Ucs2, Alphabet::Iso8859_5, Alphabet::Binary}) {
        if (to_string(one) == name) return one;
    }
    ADD_FAILURE() << name;
    return Alphabet::Binary;
}

std::optional<std::size_t> septets_of(Value line) {
    const Value* value = line.find("septets");
    return value == nullptr ? std::nullopt : std::optional(static_cast<std::size_t>(value->as_int()));
}

void check_codec(Value line) {
    const Alphabet alphabet = alphabet_named(text_at(line, "alphabet"));
    const std::string octets = from_hex(text_at(line, "octets_hex"));
    const std::string text = text_at(line, "text");
    EXPECT_EQ(decode_text(octets, alphabet).text, text);
    EXPECT_TRUE(decode_text(octets, alphabet).clean);
    EXPECT_EQ(to_hex(encode_text(text, alphabet).value_or("?")), to_hex(octets));
    EXPECT_EQ(coding_of(static_cast<std::uint8_t>(line.get("data_coding").as_int()), Alphabet::Gsm7).alphabet,
              alphabet);
    if (const auto packed = line.string_at("packed_hex")) {
        EXPECT_EQ(to_hex(pack_septets(octets)), *packed);
        EXPECT_EQ(to_hex(unpack_septets(from_hex(*packed), 0, septets_of(line))), to_hex(octets));
    }
}

void check_decode(Value line) {
    const auto coding = coding_of(static_cast<std::uint8_t>(line.get("data_coding").as_int()), Alphabet::Gsm7);
    EXPECT_EQ(to_string(coding.alphabet), text_at(line, "alphabet"));
    const auto decoded = decode_text(from_hex(text_at(line, "octets_hex")), coding.alphabet);
    if (!line.get("text").is_string()) {
        EXPECT_TRUE(coding.alphabet == Alphabet::Binary || !decoded.clean);
        return;
    }
    bool accepted = decoded.text == text_at(line, "text");
    if (const Value* also = line.find("accept_also")) {
        for (const Value one : also->items())
            accepted = accepted || decoded.text == one.as_string();
    }
    EXPECT_TRUE(accepted) << decoded.text;
}

void check_packed(Value line) {
    const std::string header = from_hex(text_at(line, "udh_hex"));
    const Value* fill = line.find("fill_bits");
    const unsigned fill_bits = fill == nullptr ? 0 : static_cast<unsigned>(fill->as_int());
    const std::string octets = from_hex(text_at(line, "packed_hex")).substr(header.size());
    const std::string septets = unpack_septets(octets, fill_bits, septets_of(line));
    EXPECT_EQ(decode_text(septets, Alphabet::Gsm7).text, text_at(line, "text"));
    EXPECT_EQ(to_hex(pack_septets(septets, fill_bits)), to_hex(octets));
    EXPECT_EQ(unpack_septets(octets, fill_bits), septets) << "without being told how many there are";
}

// The parts of a concat line, read as a receiver does: headers off, joined, decoded once.
void check_joining(Value line) {
    const Value parts = line.get("parts_hex");
    std::string joined;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        Pdu pdu;
        pdu.esm_class = 0x40;
        pdu.short_message = from_hex(parts.items()[i].as_string());
        const Content content = content_of(pdu);
        ASSERT_TRUE(content.place);
        EXPECT_EQ(content.place->concat == Concat::Udh16 ? 16 : 8, line.get("reference_bits").as_int());
        EXPECT_EQ(content.place->reference, line.get("reference").as_int());
        EXPECT_EQ(content.place->total, parts.size());
        EXPECT_EQ(content.place->number, i + 1);
        joined += content.octets;
    }
    EXPECT_EQ(decode_text(joined, alphabet_named(text_at(line, "alphabet"))).text, text_at(line, "text"));
}

// Not compared: lines with a note show parts that a worse sender made, and those of jSMPP's examples have a 16-bit
// element without its length and Latin-1 parts of 153 octets.
void check_cutting(Value line) {
    const bool jsmpp = text_at(line, "source").find("jsmpp") != std::string::npos;
    const bool wrong = jsmpp && (line.get("reference_bits").as_int() == 16 || text_at(line, "alphabet") == "latin1");
    if (wrong || line.find("note") != nullptr) return;
    const SegmentOptions options{.alphabets = {alphabet_named(text_at(line, "alphabet"))},
                                 .concat = line.get("reference_bits").as_int() == 16 ? Concat::Udh16 : Concat::Udh8};
    const auto cut =
        segment(text_at(line, "text"), static_cast<std::uint16_t>(line.get("reference").as_int()), options);
    ASSERT_TRUE(cut);
    ASSERT_EQ(cut->parts.size(), line.get("parts_hex").size());
    EXPECT_TRUE(cut->with_header);
    for (std::size_t i = 0; i < cut->parts.size(); ++i)
        EXPECT_EQ(to_hex(cut->parts[i]), line.get("parts_hex").items()[i].as_string());
}

void check_segments(Value line) {
    const auto cut = segment(text_at(line, "text"), 1, {});
    ASSERT_TRUE(cut);
    EXPECT_EQ(to_string(cut->alphabet), text_at(line, "encoding"));
    ASSERT_EQ(static_cast<std::int64_t>(cut->parts.size()), line.get("segments").as_int());
    for (std::size_t i = 0; i < cut->parts.size(); ++i) {
        const std::string_view octets = std::string_view(cut->parts[i]).substr(cut->with_header ? 6 : 0);
        const std::string text = decode_text(octets, cut->alphabet).text;
        EXPECT_EQ(static_cast<std::int64_t>(encode_text(text, Alphabet::Ucs2)->size() / 2),
                  line.get("part_lengths_utf16").items()[i].as_int());
    }
}

TEST(Alphabet, EveryFixtureIsReadAndWrittenAsExpected) {
    const int count = test::each_fixture("encoding.jsonl", [](Value line) {
        const std::string kind = text_at(line, "kind");
        if (kind == "codec") return check_codec(line);
        if (kind == "decode") return check_decode(line);
        if (kind == "packed") return check_packed(line);
        if (kind == "segments") return check_segments(line);
        if (kind == "concat") {
            check_joining(line);
            return check_cutting(line);
        }
        ASSERT_EQ(kind, "not_gsm7");
        EXPECT_FALSE(encode_text(text_at(line, "text"), Alphabet::Gsm7));
    });
    if (count > 0) EXPECT_EQ(count, 122);
}

struct Sample {
    Alphabet alphabet;
    const char* text;
    const char* octets;
};

TEST(Alphabet, TextsAndTheirOctets) {
    for (const auto& [alphabet, text, octets] : {
             Sample{Alphabet::Gsm7, "@\u00a3 a{\u20ac}", "0001206 11b281b651b29"},
             Sample{Alphabet::Gsm7, "", ""},
             Sample{Alphabet::Latin1, "caf\u00e9", "636166e9"},
             Sample{Alphabet::Ascii, "plain", "706c61696e"},
             Sample{Alphabet::Ucs2, "\u0434\U0001F600", "0434d83dde00"},
             Sample{Alphabet::Iso8859_5, "\u041f\u0440\u2116\u00a7\u0451", "bfe0f0fdf1"},
             Sample{Alphabet::Iso8859_8, "\u05e9\u05dc", "f9ec"},
             Sample{Alphabet::Windows1251, "\u041f\u044f\u0401\u2014\u2116", "cfffa897b9"},
         }) {
        std::string compact(octets);
        std::erase(compact, ' ');
        SCOPED_TRACE(text);
        EXPECT_EQ(to_hex(encode_text(text, alphabet).value_or("?")), compact);
        EXPECT_EQ(decode_text(from_hex(compact), alphabet).text, text);
        EXPECT_TRUE(decode_text(from_hex(compact), alphabet).clean);
    }
}

TEST(Alphabet, EverySingleOctetIsItsOwnInverseWhereItHasAMeaning) {
    for (const Alphabet alphabet : {Alphabet::Latin1, Alphabet::Ascii, Alphabet::Iso8859_5, Alphabet::Iso8859_8,
                                    Alphabet::Windows1251, Alphabet::Gsm7}) {
        for (int value = 0; value < 256; ++value) {
            const std::string octet(1, static_cast<char>(value));
            const auto decoded = decode_text(octet, alphabet);
            if (!decoded.clean || decoded.text.empty()) continue;
            EXPECT_EQ(to_hex(encode_text(decoded.text, alphabet).value_or("?")), to_hex(octet)) << to_string(alphabet);
        }
    }
}

TEST(Alphabet, WhatMakesNoSenseIsMarkedAndNothingElseIsLost) {
    EXPECT_EQ(decode_text("H\xe9l", Alphabet::Gsm7).text, "H\uFFFDl");
    EXPECT_FALSE(decode_text("H\xe9l", Alphabet::Gsm7).clean);
    EXPECT_EQ(decode_text("a\x1b", Alphabet::Gsm7).text, "a");
    EXPECT_EQ(decode_text("\x1b\x61", Alphabet::Gsm7).text, "a");
    EXPECT_EQ(decode_text("\xd8\x3d\x04\x34\x05", Alphabet::Ucs2).text, "\uFFFD\u0434");
    EXPECT_EQ(decode_text(std::string("\xfe\xff\x04\x34", 4), Alphabet::Ucs2).text, "\u0434");
    EXPECT_FALSE(decode_text("\x80", Alphabet::Ascii).clean);
    EXPECT_EQ(decode_text("\x01\x02", Alphabet::Binary).text, "");
    EXPECT_FALSE(encode_text("x", Alphabet::Binary));
    EXPECT_FALSE(encode_text("\u0434", Alphabet::Latin1));
}

TEST(Alphabet, PackingIsItsOwnInverse) {
    for (std::size_t size = 0; size < 40; ++size) {
        const std::string septets(size, 'a');
        for (unsigned fill = 0; fill < 7; ++fill)
            EXPECT_EQ(unpack_septets(pack_septets(septets, fill), fill), septets) << size << " " << fill;
    }
    EXPECT_EQ(to_hex(pack_septets("hellohello")), "e8329bfd4697d9ec37");
    EXPECT_EQ(unpack_septets(from_hex("31d98c56b3dd00")), "1234567");
    EXPECT_EQ(unpack_septets(from_hex("31d98c56b3dd00"), 0, 8), std::string("1234567\0", 8));
}

struct CodingCase {
    int data_coding;
    Alphabet alphabet;
    bool known;
    int message_class;  // -1: none
};

TEST(Alphabet, WhatDataCodingSays) {
    for (const auto& [data_coding, alphabet, known, message_class] : {
             CodingCase{0x00, Alphabet::Latin1, true, -1},    CodingCase{0x01, Alphabet::Ascii, true, -1},
             CodingCase{0x02, Alphabet::Binary, true, -1},    CodingCase{0x03, Alphabet::Latin1, true, -1},
             CodingCase{0x04, Alphabet::Binary, true, -1},    CodingCase{0x05, Alphabet::Binary, false, -1},
             CodingCase{0x06, Alphabet::Iso8859_5, true, -1}, CodingCase{0x07, Alphabet::Iso8859_8, true, -1},
             CodingCase{0x08, Alphabet::Ucs2, true, -1},      CodingCase{0x0E, Alphabet::Binary, false, -1},
             CodingCase{0x10, Alphabet::Gsm7, true, 0},       CodingCase{0x16, Alphabet::Binary, true, 2},
             CodingCase{0x19, Alphabet::Ucs2, true, 1},       CodingCase{0xC8, Alphabet::Gsm7, true, -1},
             CodingCase{0xD0, Alphabet::Gsm7, true, -1},      CodingCase{0xE1, Alphabet::Ucs2, true, -1},
             CodingCase{0xF0, Alphabet::Gsm7, true, 0},       CodingCase{0xF5, Alphabet::Binary, true, 1},
             CodingCase{0x80, Alphabet::Binary, false, -1},
         }) {
        SCOPED_TRACE(data_coding);
        const auto coding = coding_of(static_cast<std::uint8_t>(data_coding), Alphabet::Latin1);
        EXPECT_EQ(to_string(coding.alphabet), to_string(alphabet));
        EXPECT_EQ(coding.known, known);
        EXPECT_EQ(coding.message_class.value_or(-1), message_class);
    }
}

}  // namespace
}  // namespace tandem::smpp
