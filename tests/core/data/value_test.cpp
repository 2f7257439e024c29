#include "core/data/value.hpp"

#include "core/data/json.hpp"

#include <gtest/gtest.h>

namespace tandem::data {
namespace {

struct EqualCase {
    std::string_view a;
    std::string_view b;
    bool equal;
};

TEST(Value, EqualityIsThatOfJson) {
    const EqualCase cases[] = {
        {"1", "1.0", true},
        {"1", "\"1\"", false},
        {"null", "false", false},
        {"18446744073709551615", "-1", false},
        {"9007199254740993", "9007199254740992", false},
        {R"({"a":1,"b":2})", R"({"b":2,"a":1})", true},
        {R"({"a":1})", R"({"a":1,"b":null})", false},
        {"[1,2]", "[2,1]", false},
        {"[]", "{}", false},
    };
    Arena arena;
    for (const auto& item : cases) {
        auto a = parse_json(item.a, arena).value();
        auto b = parse_json(item.b, arena).value();
        EXPECT_EQ(a == b, item.equal) << item.a << " " << item.b;
        EXPECT_EQ(b == a, item.equal) << item.a << " " << item.b;
    }
}

TEST(Value, TheLastOfARepeatedKeyCounts) {
    Arena arena;
    auto value = parse_json(R"({"a":1,"a":2})", arena).value();

    EXPECT_EQ(value.get("a").as_int(), 2);
    EXPECT_EQ(value.find("b"), nullptr);
    EXPECT_TRUE(value.get("b").is_null());
    EXPECT_TRUE(Value().get("a").is_null());
    EXPECT_EQ(value.string_at("a"), std::nullopt);
}

TEST(Value, ADeepCopyOutlivesItsSource) {
    Arena kept;
    Value copy;
    {
        Arena gone;
        copy = deep_copy(parse_json(R"({"a":["x",{"b":null}]})", gone).value(), kept);
    }
    EXPECT_EQ(to_json(copy), R"({"a":["x",{"b":null}]})");
}

TEST(Arena, CountsAndReusesItsMemory) {
    Arena arena(64);
    auto first = arena.array<std::uint64_t>(4);
    arena.array<char>(100'000);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first.data()) % alignof(std::uint64_t), 0U);
    EXPECT_EQ(arena.used(), 100'032U);

    arena.reset();
    EXPECT_EQ(arena.used(), 0U);
    auto* a = arena.array<char>(90'000).data();
    arena.reset();
    EXPECT_EQ(arena.array<char>(90'000).data(), a);
}

TEST(ArenaList, GrowsAndKeepsItsItems) {
    Arena arena;
    ArenaList<int> list(arena);
    for (int i = 0; i < 1000; ++i)
        list.push_back(i);

    ASSERT_EQ(list.size(), 1000U);
    EXPECT_EQ(list.items()[0], 0);
    EXPECT_EQ(list[512], 512);
    EXPECT_EQ(list.back(), 999);
}

}  // namespace
}  // namespace tandem::data
