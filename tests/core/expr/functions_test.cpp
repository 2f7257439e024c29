#include "core/expr/functions.hpp"

#include "core/data/json.hpp"
#include "core/expr/functions_call.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tandem::expr {
namespace {

struct Host {
    std::string_view greeting;
};

Outcome greet(Call& call) {
    auto greeting = call.host<Host>().greeting;
    auto name = call.text(0, "all");
    auto out = call.arena().array<char>(greeting.size() + 1 + name.size());
    std::ranges::copy(greeting, out.begin());
    out[greeting.size()] = ' ';
    std::ranges::copy(name, out.begin() + static_cast<std::ptrdiff_t>(greeting.size()) + 1);
    return data::Value::string({out.data(), out.size()});
}

Outcome twice(Call& call) {
    auto once = call.apply(0, call.value(1));
    return once ? call.apply(0, *once) : once;
}

FunctionTable extended() {
    return FunctionTable(FunctionTable::standard(), {{.name = "greet",
                                                      .parameters = {{"name", kString | kNull, true}},
                                                      .result = "string",
                                                      .description = "A greeting.",
                                                      .example = "greet('Eva')",
                                                      .example_result = R"("hello Eva")",
                                                      .run = greet,
                                                      .extension = true},
                                                     {.name = "twice",
                                                      .parameters = {{"change", kExpression}, {"value", kAny}},
                                                      .result = "any",
                                                      .description = "Applies the expression to its own result.",
                                                      .example = "twice(&[@], `1`)",
                                                      .example_result = "[[1]]",
                                                      .run = twice,
                                                      .extension = true}});
}

TEST(Functions, EveryStandardExampleGivesItsResult) {
    EXPECT_EQ(check_examples(FunctionTable::standard()), std::vector<std::string>());
    EXPECT_GE(FunctionTable::standard().all().size(), 41U);
}

TEST(Functions, CanBeAdded) {
    auto table = extended();
    Host host{"hello"};

    EXPECT_EQ(check_examples(table, &host), std::vector<std::string>());
    EXPECT_NE(table.find("twice"), nullptr);
    EXPECT_EQ(FunctionTable::standard().find("twice"), nullptr);
}

TEST(Functions, WrongExamplesAreFound) {
    FunctionTable table(FunctionTable::standard(), {{.name = "greet",
                                                     .parameters = {},
                                                     .result = "string",
                                                     .description = "",
                                                     .example = "upper('a')",
                                                     .example_result = R"("A")",
                                                     .run = greet},
                                                    {.name = "twice",
                                                     .parameters = {{"change", kExpression}, {"value", kAny}},
                                                     .result = "any",
                                                     .description = "",
                                                     .example = "twice(&@, `1`)",
                                                     .example_result = "2",
                                                     .run = twice}});

    EXPECT_EQ(check_examples(table),
              (std::vector<std::string>{"greet: upper('a'): the example does not call the function",
                                        "twice: twice(&@, `1`): gives 1"}));
}

TEST(Functions, ASecondOfTheSameNameIsRefused) {
    auto table = extended();

    std::vector<Function> again = {*table.find("greet")};

    EXPECT_THROW(FunctionTable(table, again), std::logic_error);
}

TEST(Functions, AMisspelledNameGetsASuggestion) {
    auto expression = Expression::compile("strats_with(a, b)");

    ASSERT_FALSE(expression);
    EXPECT_EQ(expression.error().text, "no function strats_with; did you mean starts_with?");
}

TEST(Functions, ArityNamesTheSignature) {
    auto expression = Expression::compile("replace('a')");

    ASSERT_FALSE(expression);
    EXPECT_EQ(
        expression.error().text,
        "replace(subject: string, old: string, new: string[, count: number]) takes at least 3 arguments, given 1");
}

TEST(Functions, TypeErrorsTellTypesAndNoValues) {
    data::Arena arena;
    auto expression = Expression::compile("join('', ['secret', `1`])").value();

    auto value = expression.evaluate({}, {.arena = arena});

    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().text, "join: parts must be array[string], not an array with string and number");
}

TEST(Functions, MarkdownHasARowForEach) {
    auto table = extended();

    auto text = functions_markdown(table);

    EXPECT_NE(
        text.find("| `greet([name: string\\|null])` | string | A greeting. | `greet('Eva')` → `\"hello Eva\"` |\n"),
        std::string::npos);
    EXPECT_NE(text.find("`` abs(`-24`) ``"), std::string::npos);
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')), table.all().size() + 2);
}

TEST(Functions, EveryOneIsDocumented) {
    for (const auto& function : FunctionTable::standard().all()) {
        EXPECT_FALSE(function.description.empty()) << function.name;
        EXPECT_FALSE(function.result.empty()) << function.name;
        EXPECT_FALSE(function.extension) << function.name;
    }
}

}  // namespace
}  // namespace tandem::expr
