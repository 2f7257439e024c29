// Who may see the page, and what they may do from it.
#include "tests/core/api/page_fixture.hpp"

#include <regex>

namespace tandem {
namespace {

using test::Gateway;
using test::has;
using test::header_of;
using test::kConsole;
using test::Page;

TEST_F(Page, ExchangesTheKeyForACookie) {
    const auto first = gateway_.get("/pop?point=tel:%2B74951234567&key=p-secret&lang=ru&ucid=1", "");

    ASSERT_EQ(first.status, 303);
    EXPECT_EQ(header_of(first, "Location"), "pop?point=tel:%2B74951234567&lang=ru&ucid=1");
    const auto cookie = header_of(first, "Set-Cookie");
    EXPECT_FALSE(has(cookie, "p-secret"));
    EXPECT_TRUE(has(cookie, "; HttpOnly"));
    EXPECT_TRUE(has(cookie, "; SameSite=Lax"));
    EXPECT_FALSE(has(cookie, "Secure"));
    const auto value = cookie.substr(0, cookie.find(';'));
    const auto second = gateway_.get("/" + header_of(first, "Location"), "", {{"Cookie", "other=1; " + value}});
    EXPECT_EQ(second.status, 200);
    EXPECT_TRUE(has(second.body, "lang=\"ru\""));
    EXPECT_EQ(header_of(second, "Set-Cookie"), "");
}

TEST_F(Page, UsesSecureCookiesBehindHttps) {
    auto options = Gateway::options();
    options.public_url = "https://gw.example.test";
    Gateway gateway(options);

    const auto cookie = header_of(gateway.get("/pop?key=p-secret", ""), "Set-Cookie");

    EXPECT_TRUE(cookie.starts_with("__Host-tandem_pop="));
    EXPECT_TRUE(has(cookie, "; Path=/; "));
    EXPECT_TRUE(has(cookie, "; Secure; SameSite=None; Partitioned"));
}

TEST_F(Page, TakesOnlyKeysThatMaySeeIt) {
    EXPECT_EQ(gateway_.get("/pop?point=x&key=wrong", "").status, 401);
    EXPECT_EQ(gateway_.get("/pop?point=x&key=r-secret", "").status, 403);
    EXPECT_EQ(gateway_.get("/pop/timeline?point=x&key=p-secret", "").status, 400) << "keys stay out of other addresses";
}

TEST_F(Page, EndsAndProlongsSessions) {
    const auto exchange = gateway_.get("/pop?key=p-secret", "");
    const auto cookie = header_of(exchange, "Set-Cookie");
    const net::Header header{"Cookie", cookie.substr(0, cookie.find(';'))};
    const std::string target = "/pop?point=tel:%2B74951234567";

    gateway_.clock.advance(std::chrono::hours(5));
    const auto renewed = header_of(gateway_.get(target, "", {header}), "Set-Cookie");
    gateway_.clock.advance(std::chrono::hours(4));
    const auto old = gateway_.get(target, "", {header});
    const auto fresh = gateway_.get(target, "", {{"Cookie", renewed.substr(0, renewed.find(';'))}});

    EXPECT_NE(renewed, "");
    EXPECT_EQ(old.status, 401);
    EXPECT_EQ(fresh.status, 200);
}

TEST_F(Page, ForgetsSessionsOfTokensThatAreGone) {
    const auto cookie = header_of(gateway_.get("/pop?key=p-secret", ""), "Set-Cookie");
    auto options = Gateway::options();
    std::erase_if(options.tokens, [](const auto& token) { return token.name == "console"; });
    Gateway without(options);

    const auto refused = without.get("/pop?point=x", "", {{"Cookie", cookie.substr(0, cookie.find(';'))}});

    EXPECT_EQ(refused.status, 401);
}

std::string hidden_value(const std::string& html, const std::string& name) {
    const std::regex input("name=\"" + name + "\" value=\"([^\"]*)\"");
    std::smatch match;
    return std::regex_search(html, match, input) ? match[1].str() : "(none)";
}

class Suggestions : public Page {
protected:
    Suggestions() {
        const auto cookie = header_of(gateway_.get("/pop?key=pw-secret", ""), "Set-Cookie");
        session_ = {"Cookie", cookie.substr(0, cookie.find(';'))};
    }
    net::HttpResponse post(const std::string& form) {
        return gateway_.send("POST", "/pop/links", "", form, {session_});
    }
    std::string form(const std::string& token) {
        return "point=tel%3A%2B74951234567&lang=ru&mine=mailto%3Aalice%40example.com&other=tel%3A%2B74957654321&"
               "token=" +
               token;
    }
    std::string token() {
        return hidden_value(gateway_.get("/pop?point=tel:%2B74951234567", "", {session_}).body, "token");
    }

    net::Header session_;
};

TEST_F(Suggestions, AreAcceptedFromThePage) {
    const auto html = gateway_.get("/pop?point=tel:%2B74951234567", "", {session_}).body;
    EXPECT_EQ(hidden_value(html, "mine"), "mailto:alice@example.com");
    EXPECT_EQ(hidden_value(html, "other"), "tel:+74957654321");

    const auto response = post(form(token()));

    EXPECT_EQ(response.status, 303);
    EXPECT_EQ(header_of(response, "Location"), "../pop?point=tel%3A%2B74951234567&lang=ru");
    ASSERT_EQ(gateway_.store.links.size(), 1U);
    EXPECT_EQ(gateway_.store.links[0].a, "mailto:alice@example.com");
    EXPECT_EQ(gateway_.store.links[0].b, "tel:+74957654321");
    EXPECT_EQ(gateway_.store.links[0].actor, "console-links");
}

TEST_F(Suggestions, AreAcceptedOnce) {
    const auto filled = form(token());

    post(filled);
    const auto again = post(filled);

    EXPECT_EQ(again.status, 303);
    EXPECT_EQ(gateway_.store.links.size(), 1U);
}

TEST_F(Suggestions, NeedTheFormOfThisSession) {
    const auto other_cookie = header_of(gateway_.get("/pop?key=pw-secret", ""), "Set-Cookie");
    const net::Header other{"Cookie", other_cookie.substr(0, other_cookie.find(';'))};
    const auto foreign = hidden_value(gateway_.get("/pop?point=tel:%2B74951234567", "", {other}).body, "token");

    EXPECT_EQ(post(form("")).status, 403);
    EXPECT_EQ(post(form(foreign)).status, 403);
    EXPECT_EQ(gateway_.send("POST", "/pop/links", "", form(token())).status, 401);
    EXPECT_TRUE(gateway_.store.links.empty());
}

TEST_F(Suggestions, LinkOnlyWhatWasSuggested) {
    const auto response =
        post("point=tel%3A%2B74951234567&mine=tel%3A%2B74951234567&other=tel%3A%2B74957654321&token=" + token());

    EXPECT_EQ(response.status, 303);
    EXPECT_TRUE(gateway_.store.links.empty());
}

TEST_F(Suggestions, HaveNoButtonWithoutTheRight) {
    const auto html = page();

    EXPECT_TRUE(has(html, "Possibly the same person"));
    EXPECT_FALSE(has(html, "<form"));
    EXPECT_EQ(gateway_.send("POST", "/pop/links", kConsole, form("x")).status, 403);
}

}  // namespace
}  // namespace tandem
