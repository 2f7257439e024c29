#include "connectors/avaya_dmcc/frame.hpp"

#include "core/base/text.hpp"
#include "tests/connectors/avaya_dmcc/support.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tandem::avaya_dmcc::test {
namespace {

struct Seen {
    std::vector<std::pair<std::string, std::string>> frames;  // invoke id and XML
    std::string state;
};

template <class Cut>
Seen read(std::string_view octets, Cut cut) {
    FrameReader reader;
    Seen out;
    while (!octets.empty()) {
        const std::size_t size = std::min<std::size_t>(cut(), octets.size());
        reader.feed(octets.substr(0, size));
        octets.remove_prefix(size);
        while (const auto one = reader.next())
            out.frames.emplace_back(one->invoke_id, one->xml);
    }
    out.state = reader.broken() ? "protocol_error" : reader.partial() ? "need_more" : "";
    return out;
}

template <class Check>
void in_all_pieces(std::string_view octets, Check check) {
    for (std::size_t piece = 1; piece <= 69; ++piece) {
        SCOPED_TRACE(piece);
        check(read(octets, [&] { return piece; }));
    }
    for (unsigned seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::minstd_rand random(seed);
        check(read(octets, [&] { return random() % 3'000 + 1; }));
    }
}

TEST(DmccFrame, OwnFramesComeBackHoweverTheyAreCut) {
    std::string octets;
    const std::vector<std::pair<unsigned, std::string>> frames{
        {1, "<a/>"}, {9999, "<K\xC3\xB6ln/>"}, {42, ""}, {9998, std::string(kMaxPayload, 'x')}, {7, "<b/>"}};
    for (const auto& [number, xml] : frames)
        append_frame(octets, number, xml);
    in_all_pieces(octets, [&](const Seen& seen) {
        ASSERT_EQ(seen.frames.size(), frames.size());
        EXPECT_EQ(seen.state, "");
        for (std::size_t i = 0; i < frames.size(); ++i) {
            EXPECT_EQ(invoke_number(seen.frames[i].first), frames[i].first);
            EXPECT_EQ(seen.frames[i].second, frames[i].second);
        }
    });
}

TEST(DmccFrame, TheLengthCountsOctetsAndTheHeader) {
    std::string octets;
    append_frame(octets, 2, "<a>K\xC3\xB6ln</a>");
    EXPECT_EQ(octets, std::string("\0\0\0\x14", 4) + "0002<a>K\xC3\xB6ln</a>");
}

TEST(DmccFrame, ALengthBelowTheHeaderIsTheEnd) {
    FrameReader reader;
    reader.feed(frame("0001", "<a/>") + std::string("\0\0\0\x07", 4) + "0001");
    EXPECT_TRUE(reader.next());
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.broken());
    reader.feed(frame("0001", "<a/>"));
    EXPECT_FALSE(reader.next());
}

TEST(DmccFrame, InvokeIdsAreFourDigits) {
    EXPECT_EQ(invoke_number("0001"), 1U);
    EXPECT_EQ(invoke_number("9999"), 9999U);
    for (const char* wrong : {"AB12", "001", "00001", "-001", " 001", ""})
        EXPECT_EQ(invoke_number(wrong), std::nullopt) << wrong;
}

TEST(DmccFrame, FramingVectors) {
    const auto folder = testing::fixtures("avaya/dmcc");
    if (!folder) return;
    const std::string text = testing::read_file(*folder / "framing_vectors.json");
    data::Arena arena;
    const auto vectors = data::parse_json(text, arena);
    ASSERT_TRUE(vectors);
    EXPECT_GE(vectors->size(), 10U);
    for (const auto& vector : vectors->items()) {
        SCOPED_TRACE(std::string(*vector.string_at("name")));
        const auto octets = unhex(*vector.string_at("bytes_hex"));
        ASSERT_TRUE(octets);
        in_all_pieces(*octets, [&](const Seen& seen) {
            const auto expected = vector.get("expect").items();
            ASSERT_EQ(seen.frames.size(), expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i) {
                EXPECT_EQ(seen.frames[i].first, *expected[i].string_at("invokeId"));
                EXPECT_EQ(seen.frames[i].second.size(), expected[i].get("payload_len").as_uint());
            }
            EXPECT_EQ(seen.state, vector.string_at("state").value_or(""));
        });
    }
}

// The streams of AES hold the messages of their transcripts, however they are cut.
TEST(DmccFrame, StreamsOfTheTranscripts) {
    const auto folder = testing::fixtures("avaya/dmcc");
    if (!folder) return;
    for (const std::string name :
         {"a_inbound_acd_call", "b_consult_transfer", "c_conference_and_recorder", "d_recovery_same_id",
          "e_recovery_expired", "f_errors", "g_agent_states", "h_quirks", "i_malformed_and_unknown"}) {
        SCOPED_TRACE(name);
        std::vector<Line> lines;
        for (Line& line : transcript(name).value_or(std::vector<Line>())) {
            if (!line.ours) lines.push_back(std::move(line));
        }
        in_all_pieces(testing::read_file(*folder / (name + ".s2c.bin")), [&](const Seen& seen) {
            ASSERT_EQ(seen.frames.size(), lines.size());
            for (std::size_t i = 0; i < lines.size(); ++i) {
                EXPECT_EQ(seen.frames[i].first, lines[i].invoke_id);
                EXPECT_EQ(seen.frames[i].second, lines[i].xml);
            }
        });
    }
}

}  // namespace
}  // namespace tandem::avaya_dmcc::test
