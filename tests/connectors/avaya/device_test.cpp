#include "connectors/avaya/device.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tandem::avaya {
namespace {

struct Row {
    std::string_view id, type;
    Device device;
};

TEST(Device, IsReadFromItsForms) {
    const std::vector<Row> rows = {
        {"5001:CM1:10.20.0.5:0", "other", {.number = "5001", .switch_name = "CM1"}},
        {"989150603267:ADACs8300::0", "", {.number = "989150603267", .switch_name = "ADACs8300"}},
        {" 5001 ", "", {.number = "5001"}},
        {"T21#3", "", {.number = "T21#3", .dynamic = true}},
        {"abc:CM1", "dynamic", {.number = "abc", .switch_name = "CM1", .dynamic = true}},
        {"sip:+4930123456@pbx.example:CM1::0", "", {.number = "+4930123456", .switch_name = "CM1"}},
        {"4930123456@10.0.0.1", "", {.number = "4930123456"}},
        {"T21", "", {.number = "T21"}},
        {"", "", {}},
        {":CM1::0", "", {.number = "", .switch_name = "CM1"}}};
    for (const Row& row : rows)
        EXPECT_EQ(parse_device(row.id, row.type), row.device) << row.id;
}

TEST(Device, IsTheSameWhateverTheCaseOfItsSwitch) {
    EXPECT_TRUE(same_device(parse_device("5001:CM1:10.0.0.1:0"), parse_device("5001:cm1::0")));
    EXPECT_TRUE(same_device(parse_device("5001:CM1::0"), parse_device("5001")));
    EXPECT_FALSE(same_device(parse_device("5001:CM1::0"), parse_device("5001:CM2::0")));
    EXPECT_FALSE(same_device(parse_device("5001"), parse_device("5002")));
    EXPECT_FALSE(same_device({}, {}));
}

TEST(Device, NamesTheTrunkOfAParty) {
    EXPECT_EQ(trunk_party("T21#3"), (TrunkParty{.group = "21", .member = "3"}));
    for (const std::string_view none : {"", "T#", "T21#", "T#3", "21#3", "Tx#3", "T21#3a", "*21#3"})
        EXPECT_EQ(trunk_party(none), TrunkParty{}) << none;
}

TEST(Device, TellsExtensionsByTheirForm) {
    EXPECT_TRUE(is_extension("5001", 7));
    EXPECT_TRUE(is_extension("1234567", 7));
    EXPECT_FALSE(is_extension("12345678", 7));
    EXPECT_FALSE(is_extension("+5001", 7));
    EXPECT_FALSE(is_extension("", 7));
    EXPECT_EQ(digits_of("+49 (30) 12-34"), "49301234");
    EXPECT_EQ(digits_of("anonymous"), "");
}

}  // namespace
}  // namespace tandem::avaya
