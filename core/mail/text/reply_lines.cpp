#include "core/mail/text/reply_lines.hpp"

#include "core/base/text.hpp"
#include "core/mail/text/reply_markers.hpp"
#include "core/mail/text/unicode.hpp"

#include <algorithm>

namespace tandem::mail {
namespace {

constexpr std::size_t kDeviceBytes = 160;
constexpr std::size_t kDeviceWords = 6;  // between beginning and end; more is a sentence, unless it asks for pardon
constexpr std::string_view kBlanks = " \t\r\v\f";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view trim_any(std::string_view text, std::string_view of) {
    const std::size_t begin = text.find_first_not_of(of);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(of) - begin + 1);
}

bool is_blank(std::string_view line) {
    std::string_view rest = line;
    for (const std::string_view blank : {"\xC2\xA0", "\xE2\x80\x8B", "\xEF\xBB\xBF"}) {  // NBSP, zero width, BOM
        rest = trim_ascii(rest);
        while (rest.starts_with(blank))
            rest = trim_ascii(rest.substr(blank.size()));
    }
    return trim_any(rest, kBlanks).empty();
}

// One sign repeated, or the mark that some trackers leave.
bool is_rule(std::string_view line) {
    const auto inside = trim_any(line, kBlanks);
    if (inside == "ᐧ") return true;
    if (inside.size() < 2 || !std::string_view("-_=~*#+").contains(inside[0])) return false;
    return inside.find_first_not_of(std::string{inside[0], ' '}) == std::string_view::npos;
}

bool is_signature(std::string_view line) {
    return line == "-- " || line == "--" || line == "—" || line == "— " || line == "––";
}

// "[mail](https://…)" as "mail", "<https://…>" as nothing.
std::string without_links(std::string_view folded) {
    std::string out;
    for (std::size_t at = 0; at < folded.size(); ++at) {
        const auto rest = folded.substr(at);
        if (rest.starts_with("](") || rest.starts_with("<http")) {
            const std::size_t end = rest.find(rest[0] == ']' ? ')' : '>');
            if (end == std::string_view::npos) break;
            at += end;
        } else if (folded[at] != '[') {
            out += folded[at];
        }
    }
    return out;
}

std::size_t count_words(std::string_view text) {
    std::size_t words = 0;
    bool inside = false;
    for (const char c : text) {
        words += c != ' ' && !inside ? 1 : 0;
        inside = c != ' ';
    }
    return words;
}

bool holds(std::string_view text, MarkerKind kind, std::size_t& work) {
    const auto markers = Markers::get().of(kind);
    work += markers.size();
    return std::ranges::any_of(markers, [&](const Marker& marker) { return text.contains(marker.begin); });
}

// Whether the line is the marker with a few words in it; where only its end is known, with a name at most.
bool is_device_line(std::string_view line, const Marker& marker, std::size_t& work) {
    ++work;
    if (line.size() < marker.begin.size() + marker.end.size()) return false;
    if (!line.starts_with(marker.begin) || !line.ends_with(marker.end)) return false;
    const auto inside = line.substr(marker.begin.size(), line.size() - marker.begin.size() - marker.end.size());
    const std::size_t words = count_words(inside);
    return words <= (marker.begin.empty() ? 2 : kDeviceWords) || holds(inside, MarkerKind::Excuse, work);
}

bool is_device(std::string_view folded, std::size_t& work) {
    if (folded.empty() || folded.size() > kDeviceBytes) return false;
    const std::string plain = without_links(folded);
    const auto line = trim_any(plain, " <>()[].!*_");
    const auto matches = [&](const Marker& marker) { return is_device_line(line, marker, work); };
    if (std::ranges::any_of(Markers::get().of(MarkerKind::Device), matches)) return true;
    return std::ranges::any_of(Markers::get().of(MarkerKind::DeviceOf), matches) &&
           holds(line, MarkerKind::Product, work);
}

LineKind kind_of(const Line& line, std::size_t& work) {
    if (is_blank(line.text)) return LineKind::Empty;
    if (is_signature(line.text)) return LineKind::Signature;
    if (line.text[std::min(line.text.find_first_not_of(" \t"), line.text.size() - 1)] == '>') return LineKind::Quote;
    if (is_rule(line.text)) return LineKind::Rule;
    return is_device(line.folded, work) ? LineKind::Device : LineKind::Text;
}

}  // namespace

std::string fold_line(std::string_view line) {
    return fold_case(collapse_blanks(trim_any(line, " \t>*_")));
}

std::vector<Line> split_lines(std::string_view text, std::size_t& work) {
    std::vector<Line> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        Line line{.text = text.substr(0, end)};
        text.remove_prefix(std::min(end + 1, text.size()));
        while (line.text.ends_with('\r'))
            line.text.remove_suffix(1);
        work += line.text.size() + 1;
        if (line.text.size() <= kMarkerBytes) line.folded = fold_line(line.text);
        line.kind = kind_of(line, work);
        lines.push_back(std::move(line));
    }
    return lines;
}

bool has_digit(std::string_view text) {
    return std::ranges::any_of(text, is_digit);
}

bool has_date(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_digit(text[at])) continue;
        std::size_t end = at;
        while (end < text.size() && is_digit(text[end]))
            ++end;
        const auto number = text.substr(at, end - at);
        if (number.size() == 4 && (number.starts_with("19") || number.starts_with("20"))) return true;
        const bool joined =
            end + 1 < text.size() && std::string_view(":./-").contains(text[end]) && is_digit(text[end + 1]);
        if (number.size() <= 2 && joined) return true;
        at = end;
    }
    return false;
}

}  // namespace tandem::mail
