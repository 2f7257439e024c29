#include "core/net/http.hpp"

#include <gtest/gtest.h>

namespace tandem::net {
namespace {

struct TargetCase {
    const char* target;
    const char* path;
    const char* query;
};

TEST(HttpRequest, TakesTheTargetApart) {
    const std::vector<TargetCase> cases{
        {"/", "/", ""},
        {"/a/b?c=d&e=f", "/a/b", "c=d&e=f"},
        {"/a?", "/a", ""},
        {"/a?b?c", "/a", "b?c"},
        {"/a%20b", "/a%20b", ""},
        {"*", "*", ""},
        {"http://gw.example.test/a?b", "/a", "b"},
        {"https://gw.example.test", "", ""},
        {"https://gw.example.test?b", "", "b"},
        {"/redirect?to=http://x/y", "/redirect", "to=http://x/y"},
    };
    for (const TargetCase& c : cases) {
        SCOPED_TRACE(c.target);
        HttpRequest request;
        request.target = c.target;
        EXPECT_EQ(request.path(), c.path);
        EXPECT_EQ(request.query(), c.query);
    }
}

TEST(HttpRequest, HeaderNamesAreCaseInsensitiveAndTheFirstWins) {
    HttpRequest request;
    request.headers = {{"X-Sig", "1"}, {"x-sig", "2"}};

    ASSERT_NE(request.header("X-SIG"), nullptr);
    EXPECT_EQ(*request.header("X-SIG"), "1");
    EXPECT_EQ(request.header("X-Si"), nullptr);
}

TEST(Problem, IsJsonWithEscapedDetail) {
    const HttpResponse response = problem(404, "no \"x\"");
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_EQ(response.body, R"({"type":"about:blank","title":"Not Found","status":404,"detail":"no \"x\""})");
    EXPECT_EQ(problem(503, "").body, R"({"type":"about:blank","title":"Service Unavailable","status":503})");
}

}  // namespace
}  // namespace tandem::net
