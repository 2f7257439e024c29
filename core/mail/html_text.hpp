// HTML to readable text, by libxml2's push parser; with html_text.cpp the only user of libxml. Nothing is fetched or
// run. Time is linear, memory the text's: no tree is built (docs/decisions/0008-mail.md). Private to core/mail.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::mail {

struct HtmlOptions {
    std::size_t limit = 1024 * 1024;  // bytes of text
    bool without_quotes = false;      // quoted mails are left out, forwarded ones are kept
};

struct HtmlText {
    std::string text;         // LF line ends, no blanks at the ends of lines
    bool complete = true;     // false: there was more than the limit
    bool has_quotes = false;  // there are elements that hold quoted mails
    bool quoted = false;      // something was left out as a quote
};

// Scripts, styles, comments, what is not displayed and images of one pixel are left out; blocks end lines, items begin
// with "- ", cells are divided by a tab, links are followed by <address> where it says something else than their text,
// images are their alternative text or [image].
HtmlText html_text(std::string_view utf8, const HtmlOptions& options);

// The charset that the document itself names in its first 4 KiB (<meta charset>, <meta http-equiv>), "" if none.
std::string html_charset(std::string_view octets);

}  // namespace tandem::mail
