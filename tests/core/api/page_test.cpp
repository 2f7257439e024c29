#include "core/api/html.hpp"
#include "core/base/text.hpp"
#include "tests/core/api/gateway.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

namespace tandem {
namespace {

using test::FakeStore;
using test::Gateway;
using test::header_of;

constexpr auto* kConsole = "p-secret";
constexpr auto* kConsoleLinks = "pw-secret";

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

class Page : public testing::Test {
protected:
    Page() { test::fill_with_alice(gateway_.store); }
    std::string page(const std::string& query = "point=tel:%2B74951234567", const char* token = kConsole) {
        const auto response = gateway_.get("/pop?" + query, token);
        EXPECT_EQ(response.status, 200) << response.body;
        return response.body;
    }

    Gateway gateway_;
};

TEST_F(Page, ShowsWhoTheCustomerIs) {
    const auto html = page();

    EXPECT_TRUE(has(html, "<h1>Alice Brown</h1>"));
    EXPECT_TRUE(has(html, "<p class=\"names\"><bdi>Alice</bdi></p>"));
    EXPECT_TRUE(has(html, "+74951234567"));
    EXPECT_TRUE(has(html, "alice@example.com"));
    EXPECT_TRUE(has(html, "<time datetime=\"2026-11-01T08:00:00Z\">1 Nov 2026, 08:00 UTC</time>"));
}

TEST_F(Page, GroupsTheHistoryIntoConversations) {
    const auto html = page();

    const auto articles = std::regex("<article class=\"conversation\"");
    EXPECT_EQ(std::distance(std::sregex_iterator(html.begin(), html.end(), articles), {}), 3);
    EXPECT_LT(html.find("Where is my order?"), html.find("On its way")) << "a dialogue reads downwards";
    EXPECT_LT(html.find("Thanks!"), html.find("3 min 20 s")) << "the newest conversation is on top";
    EXPECT_TRUE(has(html, "<h3>WhatsApp</h3><span class=\"count\">3 messages</span>"));
    EXPECT_TRUE(has(html, "data-author=\"agent\""));
    EXPECT_TRUE(has(html, "data-status=\"read\""));
    EXPECT_TRUE(has(html, "href=\"#i-voice\""));
    EXPECT_TRUE(has(html, "inbound, completed"));
    EXPECT_TRUE(has(html, "<dd>Vera</dd>"));
}

TEST_F(Page, FoldsTheBeginningOfALongDialogue) {
    auto& items = gateway_.store.timelines[FakeStore::customer_id(1)];
    items.clear();
    for (std::uint8_t i = 30; i > 0; --i) {
        items.push_back(test::message(i, "2026-11-20T11:" + std::string(i < 10 ? "0" : "") + std::to_string(i) + ":00Z",
                                      "inbound", "text " + std::to_string(i)));
    }

    const auto html = page("point=tel:%2B74951234567&lang=ru");

    EXPECT_TRUE(has(html, "<summary>22 более ранних сообщения</summary>"));
    EXPECT_TRUE(has(html, "30 сообщений"));
}

TEST_F(Page, SpeaksTheLanguageOfTheBrowser) {
    const auto russian =
        gateway_.get("/pop?point=tel:%2B74951234567", kConsole, {{"Accept-Language", "ru-RU,en;q=0.5"}});

    EXPECT_TRUE(has(russian.body, "<html lang=\"ru\">"));
    EXPECT_TRUE(has(russian.body, "3 сообщения"));
    EXPECT_TRUE(has(russian.body, "входящий, завершён"));
    EXPECT_TRUE(has(page("point=tel:%2B74951234567&lang=ru"), "lang=ru"));
    EXPECT_EQ(gateway_.get("/pop?point=tel:%2B74951234567&lang=de", kConsole).status, 400);
}

TEST_F(Page, StartsLiveForSomebodyUnknown) {
    gateway_.store.publish(store::FeedKind::InteractionCreated, std::nullopt);

    const auto html = page("point=%2B7%20495%20000-11-22");

    EXPECT_TRUE(has(html, "No history yet"));
    EXPECT_TRUE(has(html, "tel:+74950001122"));
    EXPECT_TRUE(has(html, "data-feed=\"pop/feed?point=tel%3A%2B74950001122&amp;after=1\""));
}

TEST_F(Page, LetsParametersOfTheConsolePass) {
    page("point=tel:+74951234567&ucid=00001&agent=7");
}

TEST_F(Page, ExplainsWhatIsWrong) {
    const auto bad = gateway_.get("/pop?point=%3Cscript%3Ealert(1)%3C/script%3E", kConsole);
    const auto missing = gateway_.get("/pop", kConsole);
    const auto signed_out = gateway_.get("/pop?point=x", "", {{"Accept-Language", "ru"}});
    const auto wrong_right = gateway_.get("/pop?point=x", "r-secret");
    gateway_.store.failure = transient("locked");
    const auto busy = gateway_.get("/pop?point=tel:%2B74951234567", kConsole);

    EXPECT_EQ(bad.status, 400);
    EXPECT_TRUE(has(bad.body, "&lt;script&gt;"));
    EXPECT_FALSE(has(bad.body, "<script>"));
    EXPECT_EQ(missing.status, 400);
    EXPECT_TRUE(has(missing.body, "?point=tel:"));
    EXPECT_EQ(signed_out.status, 401);
    EXPECT_TRUE(has(signed_out.body, "Для этой страницы нужен ключ"));
    EXPECT_EQ(wrong_right.status, 403);
    EXPECT_EQ(busy.status, 503);
    for (const auto* response : {&bad, &missing, &signed_out, &wrong_right, &busy}) {
        EXPECT_EQ(response->content_type, "text/html; charset=utf-8");
        EXPECT_TRUE(has(header_of(*response, "Content-Security-Policy"), "default-src 'none'"));
    }
}

TEST_F(Page, IsStrictAboutWhatMayRunAndEmbed) {
    auto options = Gateway::options();
    options.frame_ancestors = {"https://console.example.test", "https://*.example.org:8443"};
    Gateway framed(options);

    const auto own = gateway_.get("/pop?point=tel:%2B74951234567", kConsole);
    const auto other = framed.get("/pop?point=tel:%2B74951234567", kConsole);

    const auto policy = header_of(own, "Content-Security-Policy");
    EXPECT_TRUE(has(policy, "default-src 'none'; script-src 'self'; style-src 'self';"));
    EXPECT_TRUE(has(policy, "frame-ancestors 'self'"));
    EXPECT_FALSE(has(policy, "unsafe"));
    EXPECT_TRUE(has(header_of(other, "Content-Security-Policy"),
                    "frame-ancestors https://console.example.test https://*.example.org:8443"));
    EXPECT_EQ(header_of(own, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header_of(own, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(header_of(own, "Cache-Control"), "no-store");
}

TEST_F(Page, RefusesFrameAncestorsThatChangeThePolicy) {
    for (const auto* source :
         {"https://a.test; script-src *", "https://a.test\r\nX: y", "a b", "", "'unsafe-inline'"}) {
        EXPECT_FALSE(api::valid_frame_ancestor(source)) << source;
    }
    auto options = Gateway::options();
    options.frame_ancestors = {"https://a.test; script-src *"};
    EXPECT_THROW(Gateway{options}, std::invalid_argument);
}

// ------------------------------------------------------------------------------------------------------------ escaping

constexpr const char* kHostile[] = {
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</textarea><svg onload=x>",
    "<!--",
    "]]>",
    "&lt;b&gt;",
    "{{7*7}}",
    "javascript:alert(1)",
    "\xFF\xFE<b>",
    "\xE2\x80\xAE<i>rtl",
};

// Reads tags the strict way the page writes them: <name attribute="value" flag>. Markup that got in would be another
// element, a handler, or no such tag at all.
class Tags {
public:
    explicit Tags(std::string_view html) : rest_(html) {}

    std::string first_wrong() {
        while (skip_to('<')) {
            const auto start = rest_;
            if (!read_tag()) return std::string(start.substr(0, 60));
        }
        return "";
    }

private:
    static constexpr std::string_view kWordCharacters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-!";

    bool skip_to(char c) {
        const auto at = rest_.find(c);
        rest_.remove_prefix(std::min(at, rest_.size()));
        return at != std::string_view::npos;
    }
    bool take(std::string_view text) {
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }
    std::string_view take_word() {
        const auto word = rest_.substr(0, rest_.find_first_not_of(kWordCharacters));
        rest_.remove_prefix(word.size());
        return word;
    }
    bool read_tag() {
        static const std::set<std::string_view> kElements = {
            "!doctype", "html",    "head",    "meta",    "title", "link",   "script",  "body",   "svg",   "symbol",
            "path",     "rect",    "use",     "p",       "div",   "circle", "h1",      "h2",     "h3",    "ul",
            "ol",       "li",      "span",    "bdi",     "time",  "form",   "section", "main",   "input", "button",
            "nav",      "article", "details", "summary", "dl",    "dt",     "dd",      "header", "a"};
        take("<");
        take("/");
        if (!kElements.contains(take_word())) return false;
        while (take(" ")) {
            const auto attribute = take_word();
            if (attribute.empty() || attribute.starts_with("on")) return false;
            if (!take("=")) continue;
            if (!take("\"")) return false;
            if (attribute == "href" && rest_.starts_with("javascript")) return false;
            if (!skip_to('"')) return false;
            take("\"");
        }
        take("/");
        return take(">");
    }

    std::string_view rest_;
};

void expect_clean(const std::string& html) {
    EXPECT_EQ(Tags(html).first_wrong(), "");
    EXPECT_FALSE(has(html, "<script>")) << "the page's own script tag has attributes";
    EXPECT_TRUE(valid_utf8(html));
}

TEST(PageTags, AreToldFromWhatGotIn) {
    EXPECT_EQ(Tags(R"(<p class="a"><input type="hidden" name="b"><rect x="1"/></p>)").first_wrong(), "");
    for (const auto* wrong : {"<img src=\"x\">", "<p onclick=\"x\">", "<p class='x'>", "<p class=\"a\"b\">",
                              "<p class=\"x", "<a href=\"javascript:x\">", "< p>", "<b>"}) {
        EXPECT_NE(Tags(wrong).first_wrong(), "") << wrong;
    }
}

TEST_F(Page, EscapesEverythingThatPeopleAndVendorsWrote) {
    for (const auto* hostile : kHostile) {
        SCOPED_TRACE(hostile);
        auto& alice = gateway_.store.customers[0];
        alice.points[0].display = hostile;
        alice.points[1].point.value = hostile;
        alice.points[1].point.scope = hostile;
        alice.suggestions[0].other.display = hostile;
        alice.suggestions[0].other.point.value = hostile;
        std::string json;
        data::write_json_string(hostile, json);
        auto message = test::message(9, "2026-11-20T11:30:00Z", "outbound", hostile,
                                     R"(,"subject":)" + json + R"(,"attachments":[{"kind":)" + json +
                                         R"(,"filename":)" + json + R"(,"url":)" + json + "}]");
        message.delivery.failed_at = message.started_at;
        message.delivery.reason = hostile;
        message.delivery.code = hostile;
        auto call = message;
        call.channel = hostile;
        call.document = R"({"channel":)" + json + R"(,"provider":)" + json + R"(,"direction":)" + json +
                        R"(,"state":)" + json + R"(,"end_reason":)" + json + R"(,"queue":)" + json +
                        R"(,"parties":[{"role":)" + json + R"(,"name":)" + json + "}]}";
        auto voice = call;
        voice.channel = "voice";
        gateway_.store.timelines[alice.id] = {message, call, voice};

        expect_clean(page("point=tel:%2B74951234567", kConsoleLinks));
        expect_clean(gateway_.get("/pop/timeline?point=tel:%2B74951234567", kConsoleLinks).body);
    }
}

TEST_F(Page, EscapesWhatStandsInTheAddress) {
    for (const auto* hostile : kHostile) {
        SCOPED_TRACE(hostile);
        expect_clean(gateway_.get("/pop?point=" + percent_encode(hostile), kConsole).body);
        expect_clean(gateway_.get("/pop?point=crm:" + percent_encode(hostile), kConsole).body);
        expect_clean(gateway_.get("/pop?lang=" + percent_encode(hostile), kConsole).body);
    }
}

TEST(PageLinks, LeadOnlyToTheWeb) {
    struct {
        const char* url;
        bool safe;
    } const kCases[] = {
        {"https://cdn.example.test/a.jpg?x=1&y=\"", true},
        {"HTTP://example.test/", true},
        {"javascript:alert(1)", false},
        {"JavaScript://example.test/%0aalert(1)", false},
        {"data:text/html,<script>", false},
        {" https://example.test/", false},
        {"https://example.test/\n", false},
        {"https:\\\\example.test", false},
        {"java\tscript:alert(1)", false},
        {"//example.test/", false},
        {"https://", false},
        {"ftp://example.test/", false},
        {"telegram-file:abc", false},
        {"", false},
    };
    for (const auto& row : kCases)
        EXPECT_EQ(!api::safe_link(row.url).empty(), row.safe) << row.url;
}

TEST_F(Page, OpensAttachmentsWithoutTellingWhereFrom) {
    gateway_.store.timelines[FakeStore::customer_id(1)] = {test::message(
        9, "2026-11-20T11:30:00Z", "inbound", "see",
        R"(,"attachments":[{"kind":"image","url":"https://cdn.example.test/a?x=1&y=2","size_bytes":2048},)"
        R"({"kind":"file","filename":"b.pdf","url":"file:///etc/passwd"}])")};

    const auto html = page();

    EXPECT_TRUE(has(html,
                    "<a target=\"_blank\" rel=\"noopener noreferrer\" "
                    "href=\"https://cdn.example.test/a?x=1&amp;y=2\">Picture</a>"));
    EXPECT_TRUE(has(html, "<span>b.pdf</span>"));
    EXPECT_FALSE(has(html, "passwd"));
}

// -------------------------------------------------------------------------------------------------------------- paging

TEST_F(Page, LeadsToOlderItems) {
    const auto first = page("point=tel:%2B74951234567&limit=2&lang=en");
    EXPECT_TRUE(has(first, "id=\"older\" href=\"pop?point=tel%3A%2B74951234567&amp;lang=en&amp;before=2\""));
    EXPECT_TRUE(has(first, "data-feed="));

    const auto last = page("point=tel:%2B74951234567&before=4");

    EXPECT_TRUE(has(last, "Hello"));
    EXPECT_FALSE(has(last, "Thanks!"));
    EXPECT_FALSE(has(last, "id=\"older\""));
    EXPECT_TRUE(has(last, "id=\"newest\" href=\"pop?point=tel%3A%2B74951234567\""));
    EXPECT_FALSE(has(last, "data-feed=")) << "older pages do not change";
}

// -------------------------------------------------------------------------------------------------------------- access

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

// --------------------------------------------------------------------------------------------------------- suggestions

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

// --------------------------------------------------------------------------------------------------------------- files

TEST_F(Page, ServesItsFiles) {
    const auto html = page();
    const std::regex file("(?:href|src)=\"(pop/static/[^\"]+)\"");
    int files = 0;
    for (std::sregex_iterator at(html.begin(), html.end(), file), end; at != end; ++at, ++files) {
        const auto response = gateway_.get("/" + (*at)[1].str());
        EXPECT_EQ(response.status, 200) << (*at)[1];
        EXPECT_FALSE(response.body.empty());
        EXPECT_TRUE(has(header_of(response, "Cache-Control"), "immutable"));
    }
    EXPECT_EQ(files, 3);
    EXPECT_EQ(gateway_.get("/pop/static/pop.css").content_type, "text/css; charset=utf-8");
    EXPECT_EQ(gateway_.get("/pop/static/pop.js").content_type, "text/javascript; charset=utf-8");
    EXPECT_EQ(gateway_.get("/pop/static/%2e%2e%2fsecret").status, 404);
}

TEST_F(Page, HasAnIconForEveryUse) {
    const auto html = page();
    const std::regex use("href=\"#(i-[a-z-]+)\"");
    for (std::sregex_iterator at(html.begin(), html.end(), use), end; at != end; ++at) {
        EXPECT_TRUE(has(html, "<symbol id=\"" + (*at)[1].str() + "\"")) << (*at)[1];
    }
}

}  // namespace
}  // namespace tandem
