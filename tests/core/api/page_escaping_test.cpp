// Nothing that people or vendors wrote may become markup.
#include "core/api/html.hpp"
#include "core/base/text.hpp"
#include "tests/core/api/page_fixture.hpp"

#include <algorithm>
#include <set>

namespace tandem {
namespace {

using test::FakeStore;
using test::has;
using test::kConsole;
using test::kConsoleLinks;
using test::Page;

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
        R"({"kind":"file","filename":"b.pdf","url":"file:///etc/passwd"},)"
        "{\"kind\":\"file\",\"filename\":\"bill\u202Efdp.exe\"}]")};

    const auto html = page();

    EXPECT_TRUE(has(html,
                    "<a target=\"_blank\" rel=\"noopener noreferrer\" "
                    "href=\"https://cdn.example.test/a?x=1&amp;y=2\">Picture</a>"));
    EXPECT_TRUE(has(html, "<span>b.pdf</span>"));
    EXPECT_TRUE(has(html, "<span>bill_fdp.exe</span>"));
    EXPECT_FALSE(has(html, "passwd"));
}

}  // namespace
}  // namespace tandem
