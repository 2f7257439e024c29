// The compliance suite of JMESPath Community, one expectation per case.
#include "core/data/json.hpp"
#include "core/expr/expression.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

namespace tandem::expr {
namespace {

struct Outcome {
    std::string json;
    std::string error;
};

Outcome search(std::string_view text, data::Value given, bool legacy, data::Arena& arena) {
    auto expression = Expression::compile(text, {.legacy_literals = legacy});
    if (!expression) return {"", std::string(to_string(expression.error().kind))};
    auto value = expression->evaluate(given, {.arena = arena});
    if (!value) return {"", std::string(to_string(value.error().kind))};
    return {data::to_canonical_json(*value), ""};
}

// Numbers are compared as numbers: the suite writes 3.0 where an integer is as good.
void check_case(const data::Value& item, data::Value given, bool legacy, data::Arena& arena) {
    auto text = item.string_at("expression").value();
    auto outcome = search(text, given, legacy, arena);
    if (auto error = item.string_at("error")) {
        EXPECT_EQ(outcome.error, *error) << text << " gave " << outcome.json;
        return;
    }
    EXPECT_EQ(outcome.error, "") << text;
    if (!outcome.error.empty() || item.find("bench") != nullptr) return;
    auto got = data::parse_json(outcome.json, arena).value();
    EXPECT_TRUE(got == item.get("result"))
        << text << "\n got    " << outcome.json << "\n wanted " << data::to_canonical_json(item.get("result"));
}

std::size_t check_file(const std::filesystem::path& path) {
    SCOPED_TRACE(path.string());
    data::Arena arena;
    bool legacy = path.parent_path().filename() == "legacy";
    auto suites = data::parse_json(testing::read_file(path), arena);
    if (!suites) ADD_FAILURE() << suites.error().text;
    std::size_t count = 0;
    for (const auto& suite : suites->items()) {
        for (const auto& item : suite.get("cases").items()) {
            check_case(item, suite.get("given"), legacy, arena);
            ++count;
        }
    }
    return count;
}

TEST(Compliance, EveryCaseOfTheSuite) {
    auto folder = testing::fixtures("jmespath");
    if (!folder) return;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
        const auto& path = entry.path();
        if (path.extension() == ".json" && path.filename() != "schema.json") files.push_back(path);
    }
    std::ranges::sort(files);

    std::size_t count = 0;
    for (const auto& path : files)
        count += check_file(path);

    EXPECT_EQ(count, 1074U);
}

}  // namespace
}  // namespace tandem::expr
