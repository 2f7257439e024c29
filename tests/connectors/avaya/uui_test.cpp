#include "connectors/avaya/uui.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tandem::avaya {
namespace {

struct Row {
    std::string_view given;
    Uui uui;
};

TEST(Uui, IsTextOrAPackedStructure) {
    const std::vector<Row> rows = {
        {"435553543D3838313233", {.hex = "435553543d3838313233", .text = "CUST=88123", .ucid = "", .packed = false}},
        {"00FA080019001038F725B3;encoding=hex",
         {.hex = "00fa080019001038f725b3", .text = std::nullopt, .ucid = "00025000160955721139", .packed = true}},
        {"00FA080019001038F725B3C8023132",
         {.hex = "00fa080019001038f725b3c8023132", .text = "12", .ucid = "00025000160955721139", .packed = true}},
        {"00C8023132FA080000000000000000",
         {.hex = "00c8023132fa080000000000000000", .text = "12", .ucid = "", .packed = true}},
        // A length that leads beyond the end: no structure, and no text either.
        {"00FA090019001038F725B3",
         {.hex = "00fa090019001038f725b3", .text = std::nullopt, .ucid = "", .packed = false}},
        {"00FA", {.hex = "00fa", .text = std::nullopt, .ucid = "", .packed = false}},
        {"4100", {.hex = "4100", .text = "A", .ucid = "", .packed = false}},
        {"0A0B0C", {.hex = "0a0b0c", .text = std::nullopt, .ucid = "", .packed = false}},
        {"D09FD180D0B8", {.hex = "d09fd180d0b8", .text = "При", .ucid = "", .packed = false}},
        {"FF41", {.hex = "ff41", .text = std::nullopt, .ucid = "", .packed = false}}};
    for (const Row& row : rows) {
        const auto uui = read_uui(row.given);
        ASSERT_TRUE(uui) << row.given;
        EXPECT_EQ(uui->hex, row.uui.hex);
        EXPECT_EQ(uui->text, row.uui.text) << row.given;
        EXPECT_EQ(uui->ucid, row.uui.ucid) << row.given;
        EXPECT_EQ(uui->packed, row.uui.packed) << row.given;
    }
}

TEST(Uui, IsNothingWithoutOctets) {
    for (const std::string_view wrong : {"", "4", "hello", "41 42", ";encoding=hex"})
        EXPECT_FALSE(read_uui(wrong)) << wrong;
}

}  // namespace
}  // namespace tandem::avaya
