#include "core/net/oauth2.hpp"

#include <gtest/gtest.h>

namespace tandem::net {
namespace {

TEST(OAuth2, Requests) {
    OAuth2Options options{.token_url = "https://id.test/token",
                          .client_id = "the app",
                          .client_secret = Secret("s&s"),
                          .scope = "https://a.test/.default",
                          .refresh_token = {}};
    const auto own = oauth2_request(options);
    EXPECT_EQ(own.method, "POST");
    EXPECT_EQ(own.url, "https://id.test/token");
    EXPECT_EQ(own.body,
              "grant_type=client_credentials&client_id=the%20app&client_secret=s%26s"
              "&scope=https%3A%2F%2Fa.test%2F.default");
    options.refresh_token = Secret("1//r");
    options.client_secret = {};
    options.scope = {};
    EXPECT_EQ(oauth2_request(options).body, "grant_type=refresh_token&refresh_token=1%2F%2Fr&client_id=the%20app");
}

TEST(OAuth2, Answers) {
    const auto good =
        oauth2_token({.status = 200, .body = R"({"access_token":"t","expires_in":60,"refresh_token":"r2"})"});
    ASSERT_TRUE(good);
    EXPECT_EQ(good->text.reveal(), "t");
    EXPECT_EQ(good->lifetime, std::chrono::seconds(60));
    EXPECT_EQ(good->refresh_token.reveal(), "r2");
    for (const char* odd : {R"({"access_token":"t"})", R"({"access_token":"t","expires_in":"60"})",
                            R"({"access_token":"t","expires_in":-1})", R"({"access_token":"t","expires_in":1e9})"})
        EXPECT_EQ(oauth2_token({.status = 200, .body = odd})->lifetime, std::chrono::hours(1)) << odd;

    const auto kind = [](int status, const char* body) {
        const auto bad = oauth2_token({.status = status, .body = body});
        return bad ? "good" : std::string(to_string(bad.error().kind));
    };
    EXPECT_EQ(kind(400, R"({"error":"invalid_grant","error_description":"secret"})"), to_string(ErrorKind::Auth));
    EXPECT_EQ(kind(401, ""), to_string(ErrorKind::Auth));
    EXPECT_EQ(kind(429, "{}"), to_string(ErrorKind::Throttled));
    EXPECT_EQ(kind(503, "<html>"), to_string(ErrorKind::Transient));
    EXPECT_EQ(kind(200, R"({"access_token":""})"), to_string(ErrorKind::Transient));
    const auto refused =
        oauth2_token({.status = 400, .body = R"({"error":"invalid_grant","error_description":"secret"})"});
    EXPECT_EQ(refused.error().text, "the token end point answers 400 invalid_grant");
}

}  // namespace
}  // namespace tandem::net
