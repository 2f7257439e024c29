#include "core/mail/html_text.hpp"

#include "core/base/text.hpp"
#include "core/mail/text/html_quote.hpp"
#include "core/mail/text/reply_text.hpp"
#include "core/mail/text_layout.hpp"

#include <algorithm>
#include <array>
#include <libxml/HTMLparser.h>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace tandem::mail {
namespace {

using Attributes = std::vector<std::pair<std::string_view, std::string_view>>;

constexpr std::array<std::string_view, 13> kHidden = {"script", "style",  "head",   "template", "title",
                                                      "object", "applet", "select", "svg",      "math",
                                                      "iframe", "audio",  "video"};
constexpr std::array<std::string_view, 17> kBlocks = {"div",     "tr",      "section", "article", "header",  "footer",
                                                      "address", "form",    "main",    "nav",     "aside",   "center",
                                                      "dt",      "caption", "legend",  "body",    "fieldset"};
constexpr std::array<std::string_view, 15> kParagraphs = {"p",  "h1", "h2", "h3", "h4",  "h5",         "h6",   "ul",
                                                          "ol", "dl", "dd", "hr", "pre", "blockquote", "table"};

template <std::size_t Size>
bool among(const std::array<std::string_view, Size>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

std::string_view attribute(const Attributes& attributes, std::string_view name) {
    const auto found = std::ranges::find_if(attributes, [&](const auto& it) { return iequals_ascii(it.first, name); });
    return found == attributes.end() ? std::string_view() : found->second;
}

// Style sheets of mails stand in the elements: "display: none" and Outlook's "mso-hide:all".
bool not_displayed(const Attributes& attributes) {
    std::string style;
    for (const char c : attribute(attributes, "style")) {
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') style += c;
    }
    style = to_lower_ascii(style);
    if (style.find("display:none") != std::string::npos || style.find("mso-hide:all") != std::string::npos) return true;
    return std::ranges::any_of(attributes, [](const auto& it) { return iequals_ascii(it.first, "hidden"); });
}

// An address worth showing beside the text of its link.
bool worth_showing(std::string_view href, std::string_view text) {
    constexpr std::size_t kLongest = 2048;
    if (href.empty() || href.size() > kLongest) return false;
    const auto lower = to_lower_ascii(href);
    const bool known = lower.starts_with("http:") || lower.starts_with("https:") || lower.starts_with("mailto:") ||
                       lower.starts_with("tel:") || lower.starts_with("ftp:");
    if (!known) return false;
    auto bare = std::string_view(lower).substr(lower.find(':') + 1);
    while (bare.starts_with('/'))
        bare.remove_prefix(1);
    while (bare.ends_with('/'))
        bare.remove_suffix(1);
    const auto said = to_lower_ascii(text);
    return bare.empty() ? false : said.find(bare) == std::string::npos;
}

class Converter {
public:
    explicit Converter(const HtmlOptions& options) : options_(options), layout_(options.limit) {}

    void start(std::string_view tag, const xmlChar** list) {
        ++depth_;
        if (hidden_at_ != 0) return;
        Attributes attributes;
        for (auto at = list; at != nullptr && at[0] != nullptr; at += 2)
            attributes.emplace_back(view(at[0]), view(at[1]));
        if (among(kHidden, tag) || not_displayed(attributes)) {
            hidden_at_ = depth_;
            return;
        }
        if (quote_at_ == 0 && begins_quote(tag, attributes)) {
            has_quotes_ = true;
            quote_at_ = options_.without_quotes ? depth_ : 0;
            quote_begin_ = layout_.size();
        }
        open(tag, attributes);
    }

    void end(std::string_view tag) {
        if (hidden_at_ == depth_) {
            hidden_at_ = 0;
        } else if (hidden_at_ == 0) {
            close(tag);
            if (quote_at_ == depth_) end_quote();
        }
        if (depth_ > 0) --depth_;
    }

    void text(std::string_view text) {
        if (hidden_at_ == 0) layout_.text(text);
    }

    HtmlText result() {
        HtmlText out;
        if (quote_at_ != 0) end_quote();
        out.complete = !layout_.full();
        out.has_quotes = has_quotes_;
        out.quoted = quoted_;
        out.text = layout_.finish();
        return out;
    }
    bool full() const { return layout_.full(); }

private:
    void open(std::string_view tag, const Attributes& attributes) {
        if (tag == "br") return layout_.line_break();
        if (tag == "li") {
            layout_.lines(1);
            return layout_.mark("- ");
        }
        if (tag == "td" || tag == "th") return layout_.cell();
        if (tag == "img") return image(attributes);
        if (tag == "a") {
            if (links_.size() < kMaxLinks)
                links_.push_back({layout_.size(), std::string(attribute(attributes, "href")), depth_});
            return;
        }
        if (tag == "pre") layout_.preformatted(true);
        block(tag);
    }

    void close(std::string_view tag) {
        if (tag == "a") return link();
        if (tag == "pre") layout_.preformatted(false);
        if (tag == "li") return layout_.lines(1);
        block(tag);
    }

    void block(std::string_view tag) {
        if (among(kParagraphs, tag)) {
            layout_.lines(2);
        } else if (among(kBlocks, tag)) {
            layout_.lines(1);
        }
    }

    // Programs put a forwarded mail into the same element as a quoted one.
    void end_quote() {
        quote_at_ = 0;
        const auto quote = trim_ascii(layout_.since(quote_begin_));
        if (quote.empty() || is_forward_marker(quote.substr(0, quote.find('\n')))) return;
        layout_.cut(quote_begin_);
        quoted_ = true;
    }

    void image(const Attributes& attributes) {
        const auto tiny = [&](std::string_view name) {
            const auto size = trim_ascii(attribute(attributes, name));
            return size == "0" || size == "1" || size == "1px" || size == "0px";
        };
        if (tiny("width") || tiny("height")) return;
        const auto alt = trim_ascii(attribute(attributes, "alt"));
        layout_.text(" ");
        layout_.text(alt.empty() ? std::string_view("[image]") : alt);
        layout_.text(" ");
    }

    void link() {
        if (links_.empty()) return;
        const auto link = std::move(links_.back());
        links_.pop_back();
        const auto said = layout_.since(link.begin);
        if (trim_ascii(said).empty() || !worth_showing(link.address, said)) return;
        layout_.text(" <" + link.address + ">");
    }

    struct Link {
        std::size_t begin;  // in the text
        std::string address;
        std::size_t depth;
    };
    static constexpr std::size_t kMaxLinks = 16;  // of open links; they do not nest in HTML

    const HtmlOptions& options_;
    TextLayout layout_;
    std::vector<Link> links_;
    std::size_t depth_ = 0;
    std::size_t quote_at_ = 0;     // depth of the element that is a quote, 0 if none
    std::size_t quote_begin_ = 0;  // in the text
    bool has_quotes_ = false;
    bool quoted_ = false;
    std::size_t hidden_at_ = 0;  // depth of the element that is not shown, 0 if none
};

void on_start(void* converter, const xmlChar* name, const xmlChar** attributes) {
    static_cast<Converter*>(converter)->start(view(name), attributes);
}
void on_end(void* converter, const xmlChar* name) {
    static_cast<Converter*>(converter)->end(view(name));
}
void on_text(void* converter, const xmlChar* text, int size) {
    static_cast<Converter*>(converter)->text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
}

}  // namespace

HtmlText html_text(std::string_view utf8, const HtmlOptions& options) {
    static const bool initialised = (xmlInitParser(), true);
    static_cast<void>(initialised);
    htmlSAXHandler handler{};
    handler.startElement = on_start;
    handler.endElement = on_end;
    handler.characters = on_text;
    handler.ignorableWhitespace = on_text;
    Converter converter(options);
    const std::unique_ptr<htmlParserCtxt, decltype(&htmlFreeParserCtxt)> parser(
        htmlCreatePushParserCtxt(&handler, &converter, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8),
        htmlFreeParserCtxt);
    if (!parser) throw std::bad_alloc();
    htmlCtxtUseOptions(parser.get(), HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                                         HTML_PARSE_IGNORE_ENC);
    constexpr std::size_t kStep = 16 * 1024;
    for (std::size_t at = 0; at < utf8.size() && !converter.full(); at += kStep) {
        const auto piece = utf8.substr(at, kStep);
        htmlParseChunk(parser.get(), piece.data(), static_cast<int>(piece.size()), 0);
    }
    htmlParseChunk(parser.get(), nullptr, 0, 1);
    return converter.result();
}

std::string html_charset(std::string_view octets) {
    const auto head = to_lower_ascii(octets.substr(0, 4096));
    for (auto meta = head.find("<meta"); meta != std::string::npos; meta = head.find("<meta", meta + 1)) {
        const auto tag = std::string_view(head).substr(meta, head.find('>', meta) - meta);
        const auto at = tag.find("charset");
        if (at == std::string_view::npos) continue;
        auto value = trim_ascii(tag.substr(at + 7));
        if (!value.starts_with('=')) continue;
        value = trim_ascii(value.substr(1));
        while (value.starts_with('"') || value.starts_with('\''))
            value.remove_prefix(1);
        return std::string(value.substr(0, value.find_first_of("\"' ;/>\t\r\n")));
    }
    return {};
}

}  // namespace tandem::mail
