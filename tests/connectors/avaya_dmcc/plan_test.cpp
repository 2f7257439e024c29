#include "connectors/avaya_dmcc/plan.hpp"

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace tandem::avaya_dmcc::test {
namespace {

using Texts = std::vector<std::string>;

Texts expanded(std::string_view text) {
    Texts out;
    const auto good = expand(text, out);
    return good ? out : Texts{"refused: " + good.error().text};
}

TEST(DmccPlan, ExtensionsAndRanges) {
    EXPECT_EQ(expanded("5001"), Texts{"5001"});
    EXPECT_EQ(expanded(" *21# "), Texts{"*21#"});
    EXPECT_EQ(expanded("5009-5012"), (Texts{"5009", "5010", "5011", "5012"}));
    EXPECT_EQ(expanded("0098 - 0101"), (Texts{"0098", "0099", "0100", "0101"}));
    EXPECT_EQ(expanded("7-7"), Texts{"7"});
}

TEST(DmccPlan, WhatIsNoExtensionIsRefused) {
    for (const char* wrong :
         {"", "abc", "50 01", "5000-", "-5000", "5000-4999", "99-100", "5000-5*99", "1-2-3",
          "0123456789012345678901234567890", "0-9999999", "100000000000000000-200000000000000000"}) {
        Texts out;
        EXPECT_FALSE(expand(wrong, out)) << wrong;
        EXPECT_TRUE(out.empty()) << wrong;
    }
}

TEST(DmccPlan, VdnsFirstAndEachOnce) {
    std::vector<Target> out;
    const Devices devices{.vdns = {"7100"}, .splits = {"7200"}, .stations = {"5000-5001", "7100", "5001"}};
    const auto twofold = add_targets("CM1", devices, out);
    ASSERT_TRUE(twofold);
    EXPECT_EQ(*twofold, Texts{"7100"});
    EXPECT_TRUE(add_targets("CM2", {.stations = {"5000"}}, out)->empty());
    const std::vector<Target> expected{{DeviceKind::Vdn, "CM1", "7100"},
                                       {DeviceKind::Group, "CM1", "7200"},
                                       {DeviceKind::Station, "CM1", "5000"},
                                       {DeviceKind::Station, "CM1", "5001"},
                                       {DeviceKind::Station, "CM2", "5000"}};
    EXPECT_EQ(out, expected);
}

TEST(DmccPlan, FilesOfDevices) {
    const tandem::test::TempDir folder;
    const auto file = folder.path() / "devices.txt";
    std::ofstream(file) << "# agents of the ground floor\r\n\nstation 5000-5001 # two\n  vdn\t7100\r\nsplit 7200";
    std::vector<Target> out;
    ASSERT_TRUE(add_targets("CM1", {.stations = {"5001"}, .files = {file}}, out));
    ASSERT_EQ(out.size(), 4U);
    EXPECT_EQ(out[0].extension, "7100");
    EXPECT_EQ(out[2].extension, "5001");

    std::ofstream(file) << "station 5000\nagent 5001\n";
    const auto wrong = add_targets("CM1", {.files = {file}}, out);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().kind, ErrorKind::Config);
    EXPECT_TRUE(wrong.error().text.contains(file.string() + ": line 2: 'agent'")) << wrong.error().text;
    EXPECT_FALSE(add_targets("CM1", {.files = {folder.path() / "none.txt"}}, out));
}

TEST(DmccPlan, ThereIsALimit) {
    std::vector<Target> out;
    const auto many = add_targets("CM1", {.stations = {"100000-149999", "200000"}}, out);
    ASSERT_FALSE(many);
    EXPECT_TRUE(many.error().text.contains("50000")) << many.error().text;
}

}  // namespace
}  // namespace tandem::avaya_dmcc::test
