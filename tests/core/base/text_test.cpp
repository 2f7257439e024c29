#include "core/base/text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace tandem {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Unicode, table 3-7, at its edges.
TEST(Text, Utf8IsJudgedByTheStandard) {
    for (std::string_view text :
         {"", "a", "Ё", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"}) {
        EXPECT_TRUE(valid_utf8(text)) << text;
        EXPECT_EQ(sanitize_utf8(text), text);
    }
    for (std::string_view text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                                  "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xD0", "\xE2\x82", "a\xFF"}) {
        EXPECT_FALSE(valid_utf8(text));
        EXPECT_TRUE(valid_utf8(sanitize_utf8(text)));
    }
    EXPECT_EQ(sanitize_utf8("a\xFF\xD0\x81"), "a\xEF\xBF\xBD\xD0\x81");
}

// RFC 4648, 10.
TEST(Text, Base64) {
    const Pair cases[] = {{"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
                          {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xFB\xFF", "+/8="}};
    for (const auto& [plain, encoded] : cases) {
        EXPECT_EQ(base64(plain), encoded);
        EXPECT_EQ(unbase64(encoded), plain);
    }
    EXPECT_EQ(base64url("\xFB\xFF"), "-_8");
    EXPECT_EQ(unbase64("-_8"), "\xFB\xFF");
    for (std::string_view text : {"Z", "Z===", "Zm 9v", "Zg==Zg=="})
        EXPECT_EQ(unbase64(text), std::nullopt) << text;
}

TEST(Text, Hexadecimal) {
    EXPECT_EQ(hex(std::array<std::uint8_t, 3>{0, 0xAB, 0xFF}), "00abff");
    EXPECT_EQ(unhex("00abFF"), std::string("\0\xAB\xFF", 3));
    EXPECT_EQ(unhex("0"), std::nullopt);
    EXPECT_EQ(unhex("0g"), std::nullopt);
}

TEST(Text, PercentEncoding) {
    EXPECT_EQ(percent_encode("a b/Ё~-._"), "a%20b%2F%D0%81~-._");
    EXPECT_EQ(percent_decode("a%20b+%d0%81", true), "a b Ё");
    EXPECT_EQ(percent_decode("a+b", false), "a+b");
    EXPECT_EQ(percent_decode("100%&%4&%zz", false), "100%&%4&%zz");
}

TEST(Text, SmallHelpers) {
    EXPECT_EQ(to_lower_ascii("AbЁ"), "abЁ");
    EXPECT_EQ(trim_ascii(" \t a b\r\n"), "a b");
    EXPECT_EQ(trim_ascii("  "), "");
    EXPECT_TRUE(iequals_ascii("X-Hub", "x-hUB"));
    EXPECT_FALSE(iequals_ascii("a", "ab"));
    EXPECT_EQ(escape_html("<a href=\"x\">'&</a>").find_first_of("<>\"'"), std::string::npos);
}

TEST(Text, DidYouMean) {
    const std::array<std::string, 5> words = {"timeout", "retries", "listen", "key", "check"};
    EXPECT_EQ(did_you_mean("timeuot", words), "timeout");
    EXPECT_EQ(did_you_mean("listten", words), "listen");
    EXPECT_EQ(did_you_mean("chekc", words), "check");  // in words this short only one mistake may be made
    EXPECT_EQ(did_you_mean("kye", words), "key");
    EXPECT_EQ(did_you_mean("yek", words), std::nullopt);
    EXPECT_EQ(did_you_mean("colour", words), std::nullopt);
}

}  // namespace
}  // namespace tandem
