#include "support.hpp"

#include "core/mapping/subset.hpp"

namespace tandem::mapping::testing {
namespace {

struct Case {
    std::string name;
    std::string attributes;  // template under `attributes`, where anything goes
    std::string body;
    std::string expected;  // JSON; empty: the key is left out
};

class Templates : public ::testing::TestWithParam<Case> {};

TEST_P(Templates, Render) {
    const auto& param = GetParam();
    auto bound =
        bound_pack(compile(pack_text(one_rule(kSnapshot + "            attributes: " + param.attributes + "\n"))));
    data::Arena arena;
    auto actual = result(bound, {.body = param.body}, arena);
    ASSERT_EQ(actual.get("records").size(), 1U) << data::to_json(actual);
    const auto attributes = actual.get("records").items()[0].get("snapshot").get("attributes");
    EXPECT_EQ(attributes.is_null() ? "" : data::to_json(attributes), param.expected);
}

const std::string kBody = R"({"id":"m","at":1,"a":"x","empty":"","no":null,"list":[{"v":1},{"v":2},{"w":3}]})";

INSTANTIATE_TEST_SUITE_P(
    Table,
    Templates,
    ::testing::Values(
        Case{"leaf", "{ k: a }", kBody, R"({"k":"x"})"},
        Case{"constant", "{ k: \"'c'\", n: \"`1`\", o: { p: \"`[1]`\" } }", kBody, R"({"k":"c","n":1,"o":{"p":[1]}})"},
        Case{"null_leaves_the_key_out", "{ k: a, gone: no, never: \"`null`\" }", kBody, R"({"k":"x"})"},
        Case{"empty_text_stays", "{ k: empty }", kBody, R"({"k":""})"},
        Case{"empty_object_is_left_out", "{ o: { p: no } }", kBody, ""},
        Case{"empty_list_is_left_out", "{ k: a, l: [ { p: no }, no ] }", kBody, R"({"k":"x"})"},
        Case{"lists_close_gaps", "{ l: [ a, no, \"'z'\" ] }", kBody, R"({"l":["x","z"]})"},
        Case{"each", "{ l: [ { $each: list, v: v, i: $index } ] }", kBody,
             R"({"l":[{"v":1,"i":0},{"v":2,"i":1},{"i":2}]})"},
        Case{"each_with_if", "{ l: [ { $each: list, $if: v, v: v } ] }", kBody, R"({"l":[{"v":1},{"v":2}]})"},
        Case{"each_beside_others", "{ l: [ { k: a }, { $each: list, v: v }, { z: a } ] }", kBody,
             R"({"l":[{"k":"x"},{"v":1},{"v":2},{"z":"x"}]})"},
        Case{"each_of_nothing", "{ k: a, l: [ { $each: missing, v: v } ] }", kBody, R"({"k":"x"})"},
        Case{"each_of_one", "{ l: [ { $each: a, v: \"@\" } ] }", kBody, R"({"l":[{"v":"x"}]})"},
        Case{"index_returns", "{ l: [ { $each: list, $if: v, m: [ { $each: \"[v, v]\", i: $index } ], i: $index } ] }",
             kBody, R"({"l":[{"m":[{"i":0},{"i":1}],"i":0},{"m":[{"i":0},{"i":1}],"i":1}]})"},
        Case{"if", "{ $if: no, k: a }", kBody, ""},
        Case{"let", "{ l: [ { $each: list, $let: { e: \"@\" }, $if: $e.v, m: { v: $e.v, whole: $item.a } } ] }", kBody,
             R"({"l":[{"m":{"v":1,"whole":"x"}},{"m":{"v":2,"whole":"x"}}]})"}),
    [](const auto& info) { return info.param.name; });

TEST(TemplateRoot, ConditionLeavesTheRecordOut) {
    auto bound = bound_pack(compile(pack_text(one_rule(kSnapshot + "            $if: wanted\n"))));
    data::Arena arena;
    auto actual = result(bound, {.body = R"({"id":"m","at":1})"}, arena);
    EXPECT_EQ(actual.string_at("verdict"), "ignored");
    EXPECT_EQ(actual.string_at("reason"), "left out by its template");
}

// A small body must not become a large document: nested repetition multiplies.
TEST(TemplateRoot, MemoryIsBounded) {
    std::string list = "[0";
    for (int i = 0; i < 2000; ++i)
        list += ",0";
    auto bound = bound_pack(compile(pack_text(one_rule(
        kSnapshot + "            attributes: { l: [ { $each: l, m: [ { $each: $body.l, n: \"@\" } ] } ] }\n"))));
    data::Arena arena;
    auto actual = result(bound, {.body = R"({"id":"m","at":1,"l":)" + list + "]}"}, arena);
    EXPECT_EQ(actual.string_at("verdict"), "rejected");
    EXPECT_TRUE(actual.string_at("reason").value_or("").contains("memory")) << data::to_json(actual).substr(0, 200);
    EXPECT_LT(arena.used(), 100U * 1024 * 1024);
}

}  // namespace
}  // namespace tandem::mapping::testing
