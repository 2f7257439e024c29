#include "core/base/text.hpp"
#include "core/mapping/functions_impl.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace tandem::mapping {

namespace {

constexpr std::array<std::string_view, 15> kBlocks = {"p",  "div", "br", "li", "ul",  "ol",         "tr",     "table",
                                                      "h1", "h2",  "h3", "h4", "pre", "blockquote", "section"};
constexpr std::array<std::string_view, 4> kHidden = {"script", "style", "head", "title"};
constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
    {"amp", "&"},         {"lt", "<"},         {"gt", ">"},         {"quot", "\""},      {"apos", "'"},
    {"nbsp", " "},        {"laquo", "\u00AB"}, {"raquo", "\u00BB"}, {"ndash", "\u2013"}, {"mdash", "\u2014"},
    {"hellip", "\u2026"}, {"copy", "\u00A9"},  {"reg", "\u00AE"},   {"euro", "\u20AC"},  {"bull", "\u2022"},
    {"lsquo", "\u2018"},  {"rsquo", "\u2019"}, {"ldquo", "\u201C"}, {"rdquo", "\u201D"}, {"trade", "\u2122"},
};

void append_utf8(std::uint32_t code, std::string& out) {
    constexpr std::uint32_t kLast = 0x10FFFF;
    if (code == 0 || code > kLast || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | (code >> 6));
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | (code >> 12));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0 | (code >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

class HtmlReader {
public:
    explicit HtmlReader(std::string_view html) : rest_(html) {}

    std::string read() {
        while (!rest_.empty()) {
            if (rest_[0] == '<' && tag()) continue;
            if (rest_[0] == '&' && entity()) continue;
            character(rest_[0]);
            rest_.remove_prefix(1);
        }
        while (!out_.empty() && (out_.back() == ' ' || out_.back() == '\n'))
            out_.pop_back();
        return std::move(out_);
    }

private:
    void character(char c) {
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            if (!out_.empty() && out_.back() != ' ' && out_.back() != '\n') out_ += ' ';
            return;
        }
        out_ += c;
    }

    void line_break() {
        while (!out_.empty() && out_.back() == ' ')
            out_.pop_back();
        if (!out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
    }

    // Takes one tag or comment; false when '<' is only a character.
    bool tag() {
        if (rest_.starts_with("<!--")) return skip_past("-->");
        auto inner = rest_.substr(1);
        const bool closing = inner.starts_with('/');
        if (closing) inner.remove_prefix(1);
        const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
        if (inner.empty() || (!is_letter(inner[0]) && inner[0] != '!' && inner[0] != '?')) return false;
        const auto name = to_lower_ascii(inner.substr(0, std::min(inner.find_first_of(" \t\r\n/>"), inner.size())));
        skip_past(">");
        if (!closing && std::ranges::find(kHidden, name) != kHidden.end()) {
            skip_past("</" + name);
            skip_past(">");
        }
        const bool opens_with_break = name == "br" || closing;
        if (opens_with_break && std::ranges::find(kBlocks, name) != kBlocks.end()) line_break();
        return true;
    }

    bool skip_past(std::string_view end) {
        const auto found = std::search(rest_.begin(), rest_.end(), end.begin(), end.end(),
                                       [](char a, char b) { return to_lower(a) == to_lower(b); });
        const auto at = static_cast<std::size_t>(found - rest_.begin());
        rest_.remove_prefix(std::min(at + end.size(), rest_.size()));
        return true;
    }

    static char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

    bool entity() {
        constexpr std::size_t kLongest = 10;
        const auto end = rest_.substr(0, kLongest).find(';');
        if (end == std::string_view::npos || end < 2) return false;
        auto name = rest_.substr(1, end - 1);
        if (name[0] == '#') {
            const int base = name.size() > 1 && (name[1] == 'x' || name[1] == 'X') ? 16 : 10;
            name.remove_prefix(base == 16 ? 2 : 1);
            std::uint32_t code = 0;
            const auto parsed = std::from_chars(name.data(), name.data() + name.size(), code, base);
            if (name.empty() || parsed.ec != std::errc{} || parsed.ptr != name.data() + name.size()) return false;
            append_utf8(code, out_);
        } else {
            const auto* found =
                std::ranges::find(kEntities, name, &std::pair<std::string_view, std::string_view>::first);
            if (found == std::end(kEntities)) return false;
            out_ += found->second;
        }
        rest_.remove_prefix(end + 1);
        return true;
    }

    std::string_view rest_;
    std::string out_;
};

}  // namespace

std::string html_to_text(std::string_view html) {
    return HtmlReader(html).read();
}

}  // namespace tandem::mapping
