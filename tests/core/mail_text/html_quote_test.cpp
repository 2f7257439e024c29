#include "core/mail/text/html_quote.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace tandem::mail {
namespace {

struct Case {
    const char* tag;
    const char* name;
    const char* value;
    QuoteStart expected;
};

constexpr auto kNone = QuoteStart::None;
constexpr auto kElement = QuoteStart::Element;
constexpr auto kRest = QuoteStart::Rest;

constexpr Case kCases[] = {
    {"blockquote", "type", "cite", kElement},
    {"BLOCKQUOTE", "TYPE", "Cite", kElement},
    {"blockquote", "style", "margin:0", kNone},
    {"div", "type", "cite", kNone},
    {"div", "class", "gmail_quote", kElement},
    {"div", "class", "gmail_quote gmail_quote_container", kElement},
    {"blockquote", "class", "gmail_quote", kElement},
    {"div", "class", "gmail_quoted", kNone},
    {"div", "class", "gmail_extra", kNone},
    {"div", "class", "moz-cite-prefix", kElement},
    {"div", "class", "  x_yahoo_quoted  other", kElement},
    {"div", "class", "protonmail_quote", kElement},
    {"div", "id", "divRplyFwdMsg", kRest},
    {"div", "id", "x_x_divRplyFwdMsg", kRest},
    {"div", "id", "appendonsend", kRest},
    {"hr", "id", "zwchr", kRest},
    {"span", "id", "OLK_SRC_BODY_SECTION", kElement},
    {"div", "id", "mail-editor-reference-message-container", kElement},
    {"div", "style", "border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in", kRest},
    {"div", "style", "border: none; border-top: solid #E1E1E1 1.0pt; padding: 3.0pt 0cm 0cm 0cm", kRest},
    {"p", "style", "border:none;border-top:solid #B5C4DF 1.0pt", kNone},
    {"div", "style", "border-top:solid red 1.0pt", kNone},
    {"div", "title", "gmail_quote", kNone},
    {"div", "class", "", kNone},
};

TEST(HtmlQuote, Table) {
    for (const auto& row : kCases) {
        const std::vector<std::pair<std::string_view, std::string_view>> attributes = {{"dir", "ltr"},
                                                                                       {row.name, row.value}};
        EXPECT_EQ(quote_start(row.tag, attributes), row.expected) << row.tag << ' ' << row.name << '=' << row.value;
        EXPECT_EQ(begins_quote(row.tag, attributes), row.expected == kElement) << row.tag << ' ' << row.value;
    }
    EXPECT_EQ(quote_start("blockquote", {}), kNone);
}

}  // namespace
}  // namespace tandem::mail
