#include "core/mapping/split.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tandem::mapping {
namespace {

using Parts = std::vector<std::string>;

Parts split(std::string_view text, std::size_t limit) {
    const auto parts = split_text(text, limit);
    return {parts.begin(), parts.end()};
}

TEST(SplitText, CutsWherePeoplePause) {
    EXPECT_EQ(split("", 5), Parts{""});
    EXPECT_EQ(split("hello", 5), Parts{"hello"});
    EXPECT_EQ(split(" hello ", 7), Parts{" hello "});
    EXPECT_EQ(split("one two three", 9), (Parts{"one two", "three"}));
    EXPECT_EQ(split("one two three", 7), (Parts{"one two", "three"}));
    EXPECT_EQ(split("one two\nthree four", 12), (Parts{"one two", "three four"})) << "a line end before a space";
    EXPECT_EQ(split("a bcdefghij", 6), (Parts{"a bcde", "fghij"})) << "the pause is too far back";
    EXPECT_EQ(split("abcdefgh", 3), (Parts{"abc", "def", "gh"}));
    EXPECT_EQ(split("ab   \n  cd", 4), (Parts{"ab", "cd"}));
    EXPECT_EQ(split("abc      ", 4), Parts{"abc"});
}

TEST(SplitText, CountsCharactersNotBytes) {
    EXPECT_EQ(split("приветпока", 6), (Parts{"привет", "пока"}));
    EXPECT_EQ(split("😀😀😀", 2), (Parts{"😀😀", "😀"}));
}

TEST(SplitText, LosesNothingButSpace) {
    const std::string text = "Съешь же ещё\n\nэтих мягких французских булок, да выпей чаю. 123456789012345 \t end";
    const auto squeezed = [](std::string_view part) {
        std::string out(part);
        std::erase_if(out, [](char c) { return std::string_view(" \t\r\n").contains(c); });
        return out;
    };
    for (std::size_t limit = 1; limit < 90; ++limit) {
        std::string all;
        for (const auto part : split_text(text, limit)) {
            EXPECT_FALSE(part.empty());
            all += squeezed(part);
        }
        EXPECT_EQ(all, squeezed(text)) << limit;
    }
}

}  // namespace
}  // namespace tandem::mapping
