// Nothing that an expression or a document can say makes an evaluation deep, long or large.
#include "core/data/json.hpp"
#include "core/expr/expression.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tandem::expr {
namespace {

std::string repeat(std::string_view part, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += part;
    return out;
}

std::string error_of(std::string_view text, data::Value root = {}, Limits limits = {}) {
    auto expression = Expression::compile(text);
    if (!expression) return std::string(to_string(expression.error().kind));
    data::Arena arena;
    auto value = expression->evaluate(root, {.arena = arena, .limits = limits});
    EXPECT_LE(arena.used(), 2 * limits.memory + 1024) << text.substr(0, 80);
    return value ? "" : std::string(to_string(value.error().kind));
}

TEST(Limits, NestingIsBounded) {
    EXPECT_EQ(error_of(repeat("(", 100) + "@" + repeat(")", 100)), "");
    EXPECT_EQ(error_of(repeat("(", 300) + "@" + repeat(")", 300)), "limit");
    EXPECT_EQ(error_of(repeat("[", 20000)), "limit");
    EXPECT_EQ(error_of(repeat("!", 20000) + "a"), "limit");
    EXPECT_EQ(error_of(repeat("-", 20000) + "a"), "limit");
    EXPECT_EQ(error_of(repeat("*.", 20000) + "a"), "limit");
    EXPECT_EQ(error_of("a" + repeat("[*].a", 5000)), "limit");
    EXPECT_EQ(error_of("a" + repeat("[]", 20000)), "limit");
    EXPECT_EQ(error_of("a" + repeat("||a", 10000)), "limit");
    EXPECT_EQ(error_of("a" + repeat(".a", 20000)), "limit");
    EXPECT_EQ(error_of("a" + repeat("|a", 20000)), "limit");
    EXPECT_EQ(error_of(repeat("a?a:", 10000) + "a"), "limit");
    EXPECT_EQ(error_of(repeat("let $a=a in ", 5000) + "a"), "limit");
}

TEST(Limits, LongPathsAreFine) {
    EXPECT_EQ(error_of("a" + repeat(".a", 900)), "");
}

TEST(Limits, TextIsBounded) {
    EXPECT_EQ(error_of("'" + std::string(70'000, 'x') + "'"), "limit");
}

TEST(Limits, StepsAreBounded) {
    data::Arena arena;
    auto list = data::parse_json("[" + repeat("1,", 2000) + "1]", arena).value();

    EXPECT_EQ(error_of("[*].abs(@)", list), "");
    EXPECT_EQ(error_of("[*].abs(@)", list, {.steps = 1000}), "limit");
    EXPECT_EQ(error_of("map(&$.map(&$[0], @), @)", list), "limit");
    EXPECT_EQ(error_of("[?contains($, @)]", list), "");
    EXPECT_EQ(error_of("[?contains($, `2`)]", list), "limit");
    EXPECT_EQ(error_of("map(&sort($), @)", list), "limit");
}

TEST(Limits, MemoryIsBounded) {
    EXPECT_EQ(error_of("pad_left('', `1000000000000000`)"), "limit");
    EXPECT_EQ(error_of("pad_left('', `9000000`)"), "limit");
    EXPECT_EQ(error_of("'x'" + repeat("|join(@,[@,@,@,@,@])", 20)), "limit");
    EXPECT_EQ(error_of("'xy'" + repeat("|replace(@,'x','xxxxxxxxxx')", 20)), "limit");
    EXPECT_EQ(error_of("pad_left('',`5000`)|split(@,'')", {}, {.memory = 20'000}), "limit");
}

// Lists that hold one another twice are small in memory and huge when they are written or compared.
TEST(Limits, SharedPartsAreBounded) {
    auto doubled = "`1`" + repeat("|[@,@]", 60);

    EXPECT_EQ(error_of(doubled), "limit");
    EXPECT_EQ(error_of("to_string(" + doubled + ")"), "limit");
    EXPECT_EQ(error_of("(" + doubled + ") == (" + doubled + ")"), "limit");
    EXPECT_EQ(error_of("`1`" + repeat("|{a:@,b:@}", 60)), "limit");
    EXPECT_EQ(error_of("`[1]`" + repeat("|zip(@,@)", 60)), "limit");
    EXPECT_EQ(error_of("`1`" + repeat("|[@,@]", 10)), "");
}

TEST(Limits, BadUtf8IsRefused) {
    EXPECT_EQ(error_of("'\xFF'"), "syntax");
}

}  // namespace
}  // namespace tandem::expr
