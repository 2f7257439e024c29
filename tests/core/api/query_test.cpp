#include "core/api/query.hpp"

#include <gtest/gtest.h>

namespace tandem::api {
namespace {

const std::vector<Parameter> kParameters = {
    {.name = "point", .description = "", .required = true},
    {.name = "limit", .description = "", .type = ParameterType::Integer, .least = 1, .most = 200},
    {.name = "channel", .description = "", .list = true, .one_of = {"sms", "email"}},
    {.name = "raw", .description = "", .type = ParameterType::Flag},
};

TEST(Query, KeepsPlusSignsOfAddresses) {
    const auto query = Query::parse("point=tel:+7495&x=a%20b");

    EXPECT_EQ(query.get("point"), "tel:+7495");
    EXPECT_EQ(query.get("x"), "a b");
}

TEST(Query, ReadsFormsWithPlusAsSpace) {
    EXPECT_EQ(Query::parse("a=b+c%2B", PlusSign::IsSpace).get("a"), "b c+");
}

TEST(Query, TakesListsApart) {
    const auto query = Query::parse("channel=sms,%20email&channel=chat&channel=");

    EXPECT_EQ(query.list("channel"), (std::vector<std::string>{"sms", "email", "chat"}));
}

struct Case {
    const char* query;
    const char* field;  // nullptr: accepted
    const char* detail;
};

TEST(Query, IsCheckedAgainstTheTable) {
    constexpr Case kCases[] = {
        {"point=x", nullptr, ""},
        {"point=x&limit=200&channel=sms,email&channel=sms&raw=1", nullptr, ""},
        {"&point=x&", nullptr, ""},
        {"", "point", "'point' is missing"},
        {"point=", "point", "'point' is missing"},
        {"pont=x", "pont", "there is no parameter 'pont' here, did you mean 'point'?"},
        {"point=x&zzzzzz=1", "zzzzzz", "there is no parameter 'zzzzzz' here"},
        {"point=x&point=y", "point", "'point' is given more than once"},
        {"point=x&limit=0", "limit", "'limit' must be a whole number from 1 to 200"},
        {"point=x&limit=201", "limit", "'limit' must be a whole number from 1 to 200"},
        {"point=x&limit=9x", "limit", "'limit' must be a whole number from 1 to 200"},
        {"point=x&limit=99999999999999999999", "limit", "'limit' must be a whole number from 1 to 200"},
        {"point=x&channel=sms,emal", "channel", "'emal' is no value of 'channel', did you mean 'email'?"},
        {"point=x&raw=yes", "raw", "'raw' must be 1 or 0"},
        {"point=%FF", "point", "the parameter is not UTF-8 text"},
    };
    for (const auto& row : kCases) {
        SCOPED_TRACE(row.query);

        const auto problem = check(Query::parse(row.query), kParameters);

        ASSERT_EQ(problem.has_value(), row.field != nullptr);
        if (!problem) continue;
        EXPECT_EQ(problem->status, 400);
        EXPECT_EQ(problem->field, row.field);
        EXPECT_EQ(problem->detail, row.detail);
    }
}

TEST(Query, LetsUnknownNamesPassWhenTolerant) {
    EXPECT_FALSE(check(Query::parse("point=x&ucid=1"), kParameters, true));
    EXPECT_TRUE(check(Query::parse("ucid=1"), kParameters, true));
}

TEST(Query, BoundsTheNumberOfParameters) {
    std::string many;
    for (int i = 0; i < 65; ++i)
        many += "channel=sms&";

    EXPECT_TRUE(check(Query::parse(many + "point=x"), kParameters));
}

}  // namespace
}  // namespace tandem::api
