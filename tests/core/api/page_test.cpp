#include "tests/core/api/page_fixture.hpp"

#include <iterator>
#include <regex>

namespace tandem {
namespace {

using test::FakeStore;
using test::Gateway;
using test::has;
using test::header_of;
using test::kConsole;
using test::Page;

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

// The text of an element, by what stands before it.
std::string after(const std::string& html, const std::string& mark) {
    const auto start = html.find(mark);
    if (start == std::string::npos) return "(none)";
    return html.substr(start + mark.size(), html.find('<', start + mark.size()) - start - mark.size());
}

TEST_F(Page, FoldsTheRestOfALongText) {
    std::string words, letters, lines;
    for (int i = 0; i < 40'000; ++i)
        words += "word ", letters += "Ёж", lines += "x\n";
    struct {
        std::string text;
        std::size_t shown;
        const char* summary;
    } const kCases[] = {
        {words, 1'000, "Показать целиком (200000 знаков)"},
        {letters, 2'000, "Показать целиком (80000 знаков)"},
        {lines, 48, "Показать целиком (80000 знаков)"},
        {std::string(10, 'a') + "\n" + words, 996, "Показать целиком (200011 знаков)"},
        {words.substr(0, 1'200), 1'200, "(none)"},
        {letters.substr(0, 2'400), 2'400, "(none)"},
        {lines.substr(0, 50), 50, "(none)"},
    };
    for (const auto& row : kCases) {
        SCOPED_TRACE(row.summary);
        gateway_.store.timelines[FakeStore::customer_id(1)] = {
            test::message(9, "2026-11-20T11:30:00Z", "inbound", row.text)};

        const auto html = page("point=tel:%2B74951234567&lang=ru");

        const bool folded = row.shown < row.text.size();
        EXPECT_EQ(after(html, folded ? "<p class=\"text cut\" dir=\"auto\">" : "<p class=\"text\" dir=\"auto\">"),
                  row.text.substr(0, row.shown));
        EXPECT_EQ(after(html, "<details class=\"rest\" id=\"t-00000000-0000-0000-0000-000000000009-0\"><summary>"),
                  row.summary);
        if (!folded) continue;
        EXPECT_TRUE(after(html, "</summary><p class=\"text\" dir=\"auto\">") == row.text.substr(row.shown));
    }
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
