#include "core/mail/text/html_quote.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tandem::mail {
namespace {

constexpr std::size_t kValueBytes = 2'000;

// Classes of elements that hold the quoted mail or its introduction.
constexpr auto kClasses = std::to_array<std::string_view>({
    "gmail_quote",                          // Gmail
    "moz-cite-prefix",                      // Thunderbird: the introduction
    "yahoo_quoted",                         // Yahoo
    "protonmail_quote",                     // Proton Mail
    "tutanota_quote",                       // Tuta
    "zmail_extra",                          // Zoho
    "ms-outlook-mobile-reference-message",  // Outlook on phones, new Outlook
});

constexpr auto kElements = std::to_array<std::string_view>({
    "olk_src_body_section",                     // Outlook for Mac
    "mail-editor-reference-message-container",  // Outlook on phones, new Outlook
});

// Ids of elements from which on everything is the quoted mail.
constexpr auto kRest = std::to_array<std::string_view>({
    "divrplyfwdmsg",  // Outlook on the web: the header lines; the mail follows
    "appendonsend",   // Outlook on the web: an empty element before them
    "zwchr",          // Zimbra: a rule before the header lines
});

std::string lowered(std::string_view value) {
    return to_lower_ascii(value.substr(0, kValueBytes));
}

// Ids may carry a prefix ("x_divRplyFwdMsg") that Outlook adds each time a mail is quoted again.
bool is_one_of(std::string_view name, auto& names) {
    while (name.starts_with("x_"))
        name.remove_prefix(2);
    return std::ranges::find(names, name) != names.end();
}

template <class Match>
bool any_word(std::string_view text, Match match) {
    while (!text.empty()) {
        const std::size_t begin = text.find_first_not_of(" \t\r\n\f");
        if (begin == std::string_view::npos) return false;
        text.remove_prefix(begin);
        const std::size_t end = std::min(text.find_first_of(" \t\r\n\f"), text.size());
        if (match(text.substr(0, end))) return true;
        text.remove_prefix(end);
    }
    return false;
}

std::string without_blanks(std::string_view text) {
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out),
                         [](char c) { return !std::string_view(" \t\r\n\f").contains(c); });
    return out;
}

// The line that desktop Outlook draws above the header lines of the quoted mail; each version has its colour.
bool is_outlook_line(std::string_view style) {
    const std::string packed = without_blanks(style);
    const bool grey = packed.contains("border-top:solid#e1e1e11.0pt");
    const bool blue = packed.contains("border-top:solid#b5c4df1.0pt");
    return (grey || blue) && packed.contains("border:none");
}

QuoteStart by_style(std::string_view tag, std::string_view style) {
    return tag == "div" && is_outlook_line(style) ? QuoteStart::Rest : QuoteStart::None;
}

}  // namespace

QuoteStart quote_start(std::string_view tag, AttributeView attributes) {
    const std::string element = lowered(tag);
    for (const auto& [key, value] : attributes) {
        const std::string name = lowered(key);
        const std::string text = lowered(value);
        if (element == "blockquote" && name == "type" && text == "cite") return QuoteStart::Element;
        if (name == "id" || name == "name") {
            if (is_one_of(text, kRest)) return QuoteStart::Rest;
            if (is_one_of(text, kElements)) return QuoteStart::Element;
        }
        if (name == "class" && any_word(text, [](std::string_view word) { return is_one_of(word, kClasses); })) {
            return QuoteStart::Element;
        }
        if (name == "style") {
            if (const auto found = by_style(element, text); found != QuoteStart::None) return found;
        }
    }
    return QuoteStart::None;
}

bool begins_quote(std::string_view tag, AttributeView attributes) {
    return quote_start(tag, attributes) == QuoteStart::Element;
}

}  // namespace tandem::mail
