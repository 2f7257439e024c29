#include "connectors/avaya_records/line_reader.hpp"

#include <gtest/gtest.h>

namespace tandem::avaya_records {
namespace {

using namespace std::string_literals;

std::vector<std::string> lines_of(std::string_view octets, std::size_t piece, std::string& tail) {
    LineReader reader(20);
    std::vector<std::string> lines;
    for (; !octets.empty(); octets.remove_prefix(std::min(piece, octets.size())))
        reader.feed(octets.substr(0, piece), lines);
    tail = reader.tail();
    return lines;
}

TEST(LineReader, CutsInAnyPieces) {
    const std::string octets = "\0\0one\r\n\0\0\0two\nthree\rfour\r\r\n\n\r\nfive"s;
    for (std::size_t piece = 1; piece <= octets.size(); ++piece) {
        std::string tail;
        EXPECT_EQ(lines_of(octets, piece, tail),
                  (std::vector<std::string>{"\0\0one"s, "\0\0\0two"s, "three", "four", "", "", ""}))
            << piece;
        EXPECT_EQ(tail, "five");
    }
}

TEST(LineReader, HandsOutWhatIsTooLongInPieces) {
    for (const std::size_t piece : {1U, 7U, 64U}) {
        std::string tail;
        EXPECT_EQ(lines_of(std::string(45, 'x') + "\nend", piece, tail),
                  (std::vector<std::string>{std::string(20, 'x'), std::string(20, 'x'), "xxxxx"}));
        EXPECT_EQ(tail, "end");
    }
}

TEST(LineReader, KnowsFilling) {
    EXPECT_EQ(without_filling("\0\0 a b\0\r"s), " a b");
    EXPECT_TRUE(is_blank("\0 \r\t"s));
    EXPECT_TRUE(is_blank(""));
    EXPECT_FALSE(is_blank("\0x"s));
}

TEST(LineReader, TellsTextFromPackets) {
    EXPECT_EQ(is_binary(""), std::nullopt);
    EXPECT_EQ(is_binary("\0\0\0\0\0"s), std::nullopt);
    EXPECT_EQ(is_binary("\0\0 08"s), std::nullopt);
    EXPECT_EQ(is_binary("08 01\r\n"), false);
    EXPECT_EQ(is_binary("\0\0\0\r\n08"s), false);
    EXPECT_EQ(is_binary("\x01"s), true);
    EXPECT_EQ(is_binary("\0\0\x05\0\x02"s), true);
    EXPECT_EQ(is_binary("ab\x81"), true);
}

}  // namespace
}  // namespace tandem::avaya_records
