#include "core/expr/expression.hpp"

#include "core/data/json.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tandem::expr {
namespace {

struct Outcome {
    std::optional<data::Value> value;
    std::string error;
    std::size_t column = 0;
};

Outcome search(std::string_view text, data::Value given, data::Arena& arena) {
    auto expression = Expression::compile(text);
    auto value = expression ? expression->evaluate(given, {.arena = arena}) : std::unexpected(expression.error());
    if (value) return {data::deep_copy(*value, arena), "", 0};
    EXPECT_FALSE(value.error().text.empty()) << text;
    return {std::nullopt, std::string(to_string(value.error().kind)), value.error().column};
}

void check_case(const data::Value& item, data::Value given, data::Arena& arena) {
    auto text = item.string_at("expression").value();
    auto outcome = search(text, given, arena);
    EXPECT_EQ(outcome.error, item.string_at("error").value_or("")) << text;
    if (const auto* column = item.find("column")) {
        EXPECT_EQ(static_cast<std::int64_t>(outcome.column), column->as_int()) << text;
    }
    if (!outcome.value) return;
    EXPECT_EQ(data::to_canonical_json(*outcome.value), data::to_canonical_json(item.get("result"))) << text;
}

TEST(Expression, EveryCaseOfTheTable) {
    data::Arena arena;
    auto path = std::filesystem::path(TANDEM_SOURCE_DIR) / "tests/core/expr/cases.json";
    auto suites = data::parse_json(testing::read_file(path), arena);
    ASSERT_TRUE(suites) << suites.error().text;

    std::size_t count = 0;
    for (const auto& suite : suites->items()) {
        for (const auto& item : suite.get("cases").items()) {
            check_case(item, suite.get("given"), arena);
            ++count;
        }
    }

    EXPECT_GT(count, 90U);
}

class Variables : public ::testing::Test {
protected:
    static constexpr std::array<std::string_view, 3> kNames = {"request", "page", "page"};
    data::Arena arena_;
};

TEST_F(Variables, AreFoundByIndex) {
    auto expression = Expression::compile("join(':', [$request.id, $page])", {.variables = kNames}).value();
    auto request = data::make_object(arena_, {{"id", data::Value::string("7")}});
    std::array values = {request, data::Value::string("hidden"), data::Value::string("p")};

    auto value = expression.evaluate({}, {.arena = arena_, .values = values}).value();

    EXPECT_EQ(value.as_string(), "7:p");
}

TEST_F(Variables, MissingAtTheEndAreNull) {
    auto expression = Expression::compile("[$request, $page]", {.variables = kNames}).value();

    auto value = expression.evaluate({}, {.arena = arena_}).value();

    EXPECT_EQ(data::to_json(value), "[null,null]");
}

TEST_F(Variables, AreFoundByName) {
    auto expression = Expression::compile("$who.name").value();
    std::array variables = {Variable{"who", data::make_object(arena_, {{"name", data::Value::string("Eva")}})}};

    auto value = expression.evaluate({}, {.arena = arena_, .variables = variables}).value();

    EXPECT_EQ(value.as_string(), "Eva");
}

TEST_F(Variables, UnknownAreRefusedWithASuggestion) {
    auto expression = Expression::compile("id || $requst.id", {.variables = kNames, .known_variables_only = true});

    ASSERT_FALSE(expression);
    EXPECT_EQ(expression.error().kind, ExprErrorKind::UndefinedVariable);
    EXPECT_EQ(expression.error().column, 7U);
    EXPECT_EQ(expression.error().text, "no variable $requst; did you mean $request?");
}

TEST_F(Variables, LetHidesThoseOfTheContext) {
    auto expression = Expression::compile("let $page = 'inner' in $page", {.variables = kNames}).value();
    std::array values = {data::Value(), data::Value(), data::Value::string("outer")};

    EXPECT_EQ(expression.evaluate({}, {.arena = arena_, .values = values}).value().as_string(), "inner");
    EXPECT_TRUE(expression.free_variables().empty());
}

TEST_F(Variables, UsesAreListed) {
    auto expression = Expression::compile("let $a = $request.query.x in [$a, $page, $request.\"received_at\"]").value();

    std::string uses;
    for (const auto& use : expression.free_variables()) {
        uses += use.name + "." + use.member + "@" + std::to_string(use.column) + " ";
    }

    EXPECT_EQ(uses, "request.query@10 page.@35 request.received_at@42 ");
    EXPECT_TRUE(expression.uses_member("request", "received_at"));
    EXPECT_FALSE(expression.uses_member("request", "headers"));
    EXPECT_TRUE(expression.uses_member("page", "anything"));
    EXPECT_FALSE(expression.uses_variable("item"));
}

TEST(Expression, ListsItsCallsWithConstants) {
    auto expression = Expression::compile("join('-', [upper('a'), b])").value();
    auto calls = expression.calls();

    ASSERT_EQ(calls.size(), 2U);
    EXPECT_EQ(calls[0].function, "join");
    EXPECT_EQ(calls[0].column, 1U);
    ASSERT_EQ(calls[0].constants.size(), 2U);
    EXPECT_EQ(calls[0].constants[0]->as_string(), "-");
    EXPECT_EQ(calls[0].constants[1], nullptr);
    EXPECT_EQ(calls[0].columns[1], 11U);
    EXPECT_EQ(calls[1].function, "upper");
}

TEST(Expression, TellsWhetherItIsConstant) {
    EXPECT_EQ(Expression::compile("'sms'").value().constant()->as_string(), "sms");
    EXPECT_EQ(Expression::compile("`0`").value().constant()->as_int(), 0);
    EXPECT_EQ(Expression::compile("sms").value().constant(), nullptr);
}

TEST(Expression, SeesRootAndCurrentApart) {
    data::Arena arena;
    auto body = data::parse_json(R"({"page": "p", "entry": [{"id": "e"}]})", arena).value();
    auto expression = Expression::compile("join('', [$.page, id])").value();

    auto value = expression.evaluate(body, body.get("entry").items()[0], {.arena = arena}).value();

    EXPECT_EQ(value.as_string(), "pe");
}

}  // namespace
}  // namespace tandem::expr
