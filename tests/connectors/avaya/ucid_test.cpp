#include "connectors/avaya/ucid.hpp"

#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

namespace tandem::avaya {
namespace {

TEST(Ucid, IsReadAndWritten) {
    const auto ucid = parse_ucid("00021000050946085673");
    ASSERT_TRUE(ucid);
    EXPECT_EQ(*ucid, (Ucid{.node = 21, .sequence = 5, .seconds = 946'085'673}));
    EXPECT_EQ(format_ucid(*ucid), "00021000050946085673");
}

TEST(Ucid, IsTwentyDigitsThatAreNotAllZero) {
    for (const std::string_view wrong :
         {"", "0", "00000000000000000000", "0000100179142824205", "000010017914282420511", "0000100179142824205X",
          " 0000100179142824205", "-0001001791428242051"}) {
        EXPECT_FALSE(is_ucid(wrong)) << wrong;
        EXPECT_FALSE(parse_ucid(wrong)) << wrong;
    }
}

TEST(Ucid, IsReadFromItsOctets) {
    EXPECT_EQ(format_ucid(*ucid_of_octets(*unhex("0019001038F725B3"))), "00025000160955721139");
    EXPECT_EQ(ucid_of_octets(*unhex("FFFFFFFFFFFFFFFF")),
              (Ucid{.node = 65'535, .sequence = 65'535, .seconds = 0xFFFFFFFF}));
    EXPECT_FALSE(ucid_of_octets(*unhex("0019001038F725")));
    EXPECT_FALSE(ucid_of_octets(*unhex("0019001038F725B3AA")));
    EXPECT_FALSE(ucid_of_octets(std::string(8, '\0')));
}

TEST(Ucid, AgreesWithTheSharedVectors) {
    const auto folder = testing::fixtures("avaya/dmcc");
    if (!folder) return;
    const auto text = testing::read_file(*folder / "ucid_vectors.json");
    data::Arena arena;
    const auto vectors = data::parse_json(text, arena);
    ASSERT_TRUE(vectors);
    ASSERT_GE(vectors->items().size(), 7U);
    for (const data::Value vector : vectors->items()) {
        const auto ascii = *vector.string_at("ascii");
        SCOPED_TRACE(ascii);
        const auto ucid = parse_ucid(ascii);
        const data::Value* valid = vector.find("valid");
        ASSERT_EQ(ucid.has_value(), valid == nullptr || valid->as_bool());
        if (!ucid) continue;
        EXPECT_EQ(ucid->node, vector.get("node").as_uint());
        EXPECT_EQ(ucid->sequence, vector.get("seq").as_uint());
        EXPECT_EQ(ucid->seconds, vector.get("epoch").as_uint());
        if (const auto hex = vector.string_at("hex"); hex) EXPECT_EQ(ucid_of_octets(*unhex(*hex)), ucid);
    }
}

}  // namespace
}  // namespace tandem::avaya
