#include "core/net/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tandem::net {
namespace {

Router example() {
    Router router;
    for (const auto& [method, pattern] : std::vector<std::pair<std::string, std::string>>{
             {"GET", "/"},
             {"GET", "/v1/customers"},
             {"GET", "/v1/customers/{id}"},
             {"GET", "/v1/customers/{id}/timeline"},
             {"POST", "/v1/customers/{id}/links"},
             {"DELETE", "/v1/customers/{id}/links"},
             {"GET", "/v1/customers/me"},
             {"*", "/hooks/{instance}"},
         }) {
        router.add({.method = method, .pattern = pattern, .handler = {}});
    }
    return router;
}

struct Case {
    const char* method;
    const char* path;
    const char* pattern;     // "" for none
    const char* parameters;  // "name=value;"
    const char* allow;
};

TEST(Router, FindsRoutes) {
    const Router router = example();
    const std::vector<Case> cases{
        {"GET", "/", "/", "", ""},
        {"HEAD", "/v1/customers", "/v1/customers", "", ""},
        {"GET", "/v1/customers/42", "/v1/customers/{id}", "id=42;", ""},
        {"GET", "/v1/customers/me", "/v1/customers/me", "", ""},
        {"GET", "/v1/customers/a%2Fb%20c", "/v1/customers/{id}", "id=a/b c;", ""},
        {"GET", "/v1/customers/a+b", "/v1/customers/{id}", "id=a+b;", ""},
        {"PATCH", "/hooks/sms", "/hooks/{instance}", "instance=sms;", ""},
        {"PUT", "/v1/customers/42/links", "", "", "POST, DELETE, OPTIONS"},
        {"POST", "/v1/customers", "", "", "GET, HEAD, OPTIONS"},
        {"OPTIONS", "/v1/customers", "", "", "GET, HEAD, OPTIONS"},
        {"get", "/v1/customers", "", "", "GET, HEAD, OPTIONS"},
        {"GET", "/hooks/", "", "", ""},
        {"GET", "/hooks/sms/", "", "", ""},
        {"GET", "/v1", "", "", ""},
        {"GET", "", "", "", ""},
        {"GET", "*", "", "", ""},
        {"GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t", "", "", ""},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(std::string(c.method) + " " + c.path);
        const Router::Match match = router.find(c.method, c.path);
        std::string parameters;
        for (const auto& [name, value] : match.parameters)
            parameters += name + "=" + value + ";";
        EXPECT_EQ(match.route == nullptr ? "" : match.route->pattern, c.pattern);
        EXPECT_EQ(parameters, c.parameters);
        EXPECT_EQ(match.allow, c.allow);
    }
}

TEST(Router, NamesAllMethodsOnce) {
    EXPECT_EQ(example().allow(), "GET, HEAD, POST, DELETE, OPTIONS");
    EXPECT_EQ(Router().allow(), "");
}

TEST(Router, RefusesTwoRoutesThatAreTheSame) {
    Router router;
    router.add({.method = "GET", .pattern = "/a", .handler = {}});
    EXPECT_THROW(router.add({.method = "GET", .pattern = "/a", .handler = {}}), std::invalid_argument);
    EXPECT_THROW(router.add({.method = "GET", .pattern = "a", .handler = {}}), std::invalid_argument);
}

}  // namespace
}  // namespace tandem::net
