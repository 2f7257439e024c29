#include "core/data/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tandem::data {
namespace {

// Texts that stay as they are when they are read and written again.
TEST(Json, KeepsWhatItReads) {
    for (std::string_view text :
         {"null", "true", "[]", "{}", R"([1,-1,1.5,"x"])", R"({"b":1,"a":{"c":[]}})", "9223372036854775807",
          "-9223372036854775808", "18446744073709551615", "1e100", "0.1", "1.0", R"("Ё\n\"\\\u0001")"}) {
        Arena arena;
        auto value = parse_json(text, arena);
        ASSERT_TRUE(value) << text;
        EXPECT_EQ(to_json(*value), text);
    }
}

TEST(Json, ReadsEscapes) {
    Arena arena;
    EXPECT_EQ(parse_json(R"("\u0416\ud834\udd1e\/")", arena).value().as_string(), "Ж\U0001D11E/");
    EXPECT_EQ(parse_json(R"("a\u0000b")", arena).value().size(), 3U);
}

TEST(Json, ZeroIsZeroWhateverItsExponent) {
    for (auto text : {"0e42", "0.0e42", "-0e42", "0e-42", "0E+25", "0.000000000000000000000000e23", "0.0"}) {
        Arena arena;
        EXPECT_EQ(parse_json(text, arena).value().as_double(), 0.0) << text;
    }
    Arena arena;
    EXPECT_EQ(parse_json("123456789012345678901234567890e5", arena).value().as_double(),
              123456789012345678901234567890e5);
    EXPECT_EQ(parse_json("0.00000000000000000000000123456789e30", arena).value().as_double(), 1234567.89);
    EXPECT_EQ(parse_json("4.9406564584124654e-324", arena).value().as_double(), 4.9406564584124654e-324);
}

TEST(Json, PutsAReplacementForHalfASurrogatePair) {
    const std::pair<const char*, const char*> rows[] = {
        {R"("cut \ud83d")", "cut \uFFFD"},
        {R"("\ude00 tail")", "\uFFFD tail"},
        {R"("\ud83d\ud83d\ude00")", "\uFFFD\U0001F600"},
        {R"("\\ud83d \ud83d")", "\\ud83d \uFFFD"},
        {R"("\ud83d\u0041")", "\uFFFDA"},
    };
    for (const auto& [json, text] : rows) {
        Arena arena;
        auto value = parse_json(json, arena);
        ASSERT_TRUE(value) << json << ": " << value.error().text;
        EXPECT_EQ(value->as_string(), text) << json;
    }
}

TEST(Json, RefusesWhatIsNoJson) {
    using namespace std::literals;
    for (auto text : {""sv, " "sv, "[1,]"sv, "{\"a\"}"sv, "nul"sv, "'a'"sv, "[1"sv, "\"\xC0\x80\""sv, "01"sv, "NaN"sv,
                      "1e999"sv, "[]x"sv, "1\0"sv, "\"\0\""sv, "\"\n\""sv}) {
        Arena arena;
        auto value = parse_json(text, arena);
        ASSERT_FALSE(value) << text;
        EXPECT_EQ(value.error().kind, ErrorKind::Corrupt) << text;
    }
}

TEST(Json, ErrorsCarryThePosition) {
    Arena arena;
    EXPECT_EQ(parse_json("{\n  \"a\": tru\n}", arena).error().text, "line 2, column 11: Invalid value.");
}

TEST(Json, DepthIsBounded) {
    Arena arena;
    EXPECT_TRUE(parse_json("[[[]]]", arena, {.depth = 3}));
    EXPECT_FALSE(parse_json("[[[[]]]]", arena, {.depth = 3}));
    EXPECT_FALSE(parse_json(std::string(1'000'000, '['), arena));
}

TEST(Json, WritesWhatJsonLacksAsNull) {
    EXPECT_EQ(to_json(Value::real(std::numeric_limits<double>::infinity())), "null");
    EXPECT_EQ(to_json(Value::real(std::nan(""))), "null");
    EXPECT_EQ(to_json(Value::string("\xFF")), "\"\xEF\xBF\xBD\"");
}

TEST(Json, CanonicalFormIsIndependentOfOrder) {
    Arena arena;
    auto a = parse_json(R"({"b": {"y": 1, "x": 2}, "a": []})", arena).value();
    auto b = parse_json(R"({"a": [], "b": {"x": 2, "y": 1}})", arena).value();

    EXPECT_EQ(to_canonical_json(a), R"({"a":[],"b":{"x":2,"y":1}})");
    EXPECT_EQ(to_canonical_json(a), to_canonical_json(b));
}

TEST(Json, PrettyFormIsForPeople) {
    Arena arena;
    auto value = parse_json(R"({"a":[1,{}],"b":"x"})", arena).value();

    EXPECT_EQ(to_pretty_json(value), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"x\"\n}");
}

}  // namespace
}  // namespace tandem::data
