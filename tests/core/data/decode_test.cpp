#include "core/data/decode.hpp"

#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tandem::data {
namespace {

std::string error_of(std::string_view format,
                     std::string_view type,
                     const std::string& body,
                     DecodeLimits limits = {}) {
    Arena arena;
    auto value = decode(format, type, body, arena, limits);
    if (value) return "";
    EXPECT_EQ(value.error().kind, ErrorKind::Corrupt);
    return value.error().text;
}

TEST(Decode, EveryCaseOfTheTable) {
    Arena arena;
    auto path = std::filesystem::path(TANDEM_SOURCE_DIR) / "tests/core/data/decode_cases.json";
    auto cases = parse_json(testing::read_file(path), arena);
    ASSERT_TRUE(cases) << cases.error().text;
    EXPECT_GT(cases->size(), 50U);

    for (const auto& item : cases->items()) {
        SCOPED_TRACE(to_json(item));
        auto hex = item.string_at("hex");
        auto body = hex ? unhex(*hex).value() : std::string(item.string_at("body").value());
        auto type = item.string_at("content_type").value_or("");
        auto format = item.string_at("format").value();
        if (auto error = item.string_at("error")) {
            EXPECT_EQ(error_of(format, type, body), *error);
            continue;
        }
        auto value = decode(format, type, body, arena);
        EXPECT_TRUE(value) << value.error().text;
        if (value) EXPECT_EQ(to_json(*value), to_json(item.get("result")));
    }
}

TEST(Decode, ResultsDoNotReferToTheBody) {
    Arena arena;
    std::string body = "a=hello&b=%41";
    auto value = decode("form", "", body, arena).value();
    std::ranges::fill(body, '#');

    EXPECT_EQ(to_json(value), R"({"a":"hello","b":"A"})");
}

TEST(Decode, UnknownDecoderIsAMistakeOfTheConfiguration) {
    Arena arena;
    auto value = decode("yaml", "", "", arena);

    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().kind, ErrorKind::Config);
}

TEST(Decode, ManyRepeatedNamesKeepTheirOrder) {
    std::string body;
    for (int i = 0; i < 3000; ++i)
        body += "k" + std::to_string(i % 1000) + "=" + std::to_string(i) + "&";
    Arena arena;
    auto value = decode("form", "", body, arena).value();

    EXPECT_EQ(value.size(), 1000U);
    EXPECT_EQ(to_json(value.get("k999")), R"(["999","1999","2999"])");
    EXPECT_EQ(value.members()[0].key, "k0");
}

struct LimitCase {
    std::string_view format;
    std::string type;
    std::string body;
    std::string_view error;
};

TEST(Decode, IsBounded) {
    std::string deep_xml;
    for (int i = 0; i < 100'000; ++i)
        deep_xml += "<a>";
    for (int i = 0; i < 100'000; ++i)
        deep_xml += "</a>";
    std::string part = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n";
    std::string parts;
    for (int i = 0; i < 12; ++i)
        parts += part;
    const LimitCase cases[] = {
        {"json", "", std::string(1'000'001, ' '), "the body has 1000001 bytes, allowed are 1000000"},
        {"json", "", std::string(200'000, '['), "nested deeper than 5 levels"},
        {"form", "", "a&b&c&d&e&f&g&h&i&j&k", "more than 10 fields"},
        {"csv", "", "a,b,c,d,e,f\n1,2,3,4,5,6", "line 2, column 9: too many cells"},
        {"xml", "", deep_xml, "elements are nested too deeply"},
        {"xml", "", "<a><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/></a>", "too many elements and attributes"},
        {"multipart", "a/b; boundary=x", parts + "--x--", "byte 490: too many parts"},
        {"multipart", "a/b; boundary=" + std::string(71, 'x'), "", "the boundary is too long"},
    };
    for (const auto& item : cases) {
        EXPECT_EQ(error_of(item.format, item.type, item.body, {.size = 1'000'000, .depth = 5, .fields = 10}),
                  item.error);
    }
}

}  // namespace
}  // namespace tandem::data
