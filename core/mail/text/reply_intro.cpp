#include "core/mail/text/reply_intro.hpp"

#include "core/base/text.hpp"
#include "core/mail/text/reply_markers.hpp"
#include "core/mail/text/unicode.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace tandem::mail {
namespace {

constexpr std::size_t kLines = 6;         // that an introduction with a beginning may span
constexpr std::size_t kPlainLines = 3;    // one that is known by its end only
constexpr std::size_t kIntroBytes = 800;  // joined
constexpr std::size_t kDateWithin = 40;   // bytes before the first digit of a date without a beginning

// What stands around the words: "---- On … wrote ----", "> wrote:".
constexpr std::string_view kEnd = " .:>-*";
constexpr std::string_view kWideColon = "：";

std::string_view without_end(std::string_view text) {
    while (true) {
        const auto size = text.size();
        text = text.substr(0, text.find_last_not_of(kEnd) + 1);
        if (text.ends_with(kWideColon)) text.remove_suffix(kWideColon.size());
        if (text.size() == size) return text;
    }
}

bool ends_with_colon(std::string_view text) {
    text = text.substr(0, text.find_last_not_of(" *->") + 1);
    return text.ends_with(':') || text.ends_with(kWideColon);
}

std::string_view without_start(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(" <-"), text.size()));
}

bool begins_with_word(std::string_view text, std::string_view word) {
    return text.starts_with(word) && (word.empty() || (text.size() > word.size() && text[word.size()] == ' '));
}

// Ends with the word as a word; letters outside ASCII run on without blanks in Chinese and Japanese.
bool ends_with_word(std::string_view text, std::string_view word) {
    if (word.empty()) return true;
    if (!text.ends_with(word)) return false;
    if (text.size() == word.size()) return true;
    const char before = text[text.size() - word.size() - 1];
    const bool wide = static_cast<unsigned char>(word[0]) >= 0xE3;
    return wide || std::string_view(" >\")],").contains(before);
}

// How `text` is an introduction: how many bytes of its beginning and end are the program's words.
struct Shape {
    std::size_t begin = 0;
    std::size_t end = 0;
};

class Matcher {
public:
    explicit Matcher(std::size_t& work) : work_(work) {}

    // "on … wrote", "am … schrieb …:"
    std::optional<Shape> with_beginning(std::string_view text) {
        const auto start = without_start(text);
        const auto inside = without_end(start);
        work_ += text.size();
        // "Am 12.10. habe ich Ihnen geschrieben." is a sentence.
        if (!ends_with_colon(text) && !text.contains('@')) return std::nullopt;
        for (const auto& marker : Markers::get().of(MarkerKind::Intro)) {
            ++work_;
            if (begins_with_word(start, marker.begin) && ends_with_word(inside, marker.end)) {
                return shape(text, start, marker.begin.size(), inside.size() - marker.end.size());
            }
        }
        return ends_with_colon(text) ? with_name(text, start, true) : std::nullopt;
    }

    // "… wrote:" and "… schrieb am …:" behind a date or an address; "2026-11-02 9:14 Irina <i@b.test>:"
    std::optional<Shape> by_its_end(std::string_view text) {
        if (!ends_with_colon(text)) return std::nullopt;
        work_ += text.size();
        const auto start = without_start(text);
        const auto inside = without_end(start);
        const bool addressed = text.contains('@');
        if (addressed || has_date(text)) {
            for (const auto& marker : Markers::get().of(MarkerKind::Wrote)) {
                ++work_;
                if (ends_with_word(inside, marker.end) && inside.size() > marker.end.size()) {
                    return shape(text, start, 0, inside.size() - marker.end.size());
                }
            }
        }
        if (!has_date(text)) return std::nullopt;
        if (auto found = with_name(text, start, false)) return found;
        if (!addressed) return std::nullopt;
        const bool dated = std::min(start.find_first_of("0123456789"), start.size()) < kDateWithin;
        const auto tail = start.substr(start.rfind('@'));
        if (!dated || !tail.contains('>') || tail.contains(' ')) return std::nullopt;
        return shape(text, start, 0, start.rfind('>') + 1);
    }

    bool begins(std::string_view text) {
        const auto start = without_start(text);
        work_ += Markers::get().of(MarkerKind::Intro).size();
        return std::ranges::any_of(Markers::get().of(MarkerKind::Intro),
                                   [&](const Marker& marker) { return begins_with_word(start, marker.begin); });
    }

private:
    std::optional<Shape> with_name(std::string_view text, std::string_view start, bool begun) {
        for (const auto& marker : Markers::get().of(MarkerKind::IntroName)) {
            ++work_;
            if (begun == marker.begin.empty() || !begins_with_word(start, marker.begin)) continue;
            const std::string word = " " + std::string(marker.end) + " ";
            if (const std::size_t at = start.find(word); at != std::string_view::npos) {
                return shape(text, start, marker.begin.size(), start.size());
            }
        }
        return std::nullopt;
    }

    static Shape shape(std::string_view text, std::string_view start, std::size_t begin, std::size_t inside_end) {
        const auto skipped = static_cast<std::size_t>(start.data() - text.data());
        return {skipped + begin, text.size() - (skipped + inside_end)};
    }

    std::size_t& work_;
};

bool has_clock(std::string_view text) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t at = 1; at + 2 < text.size(); ++at) {
        const bool separated = text[at] == ':' || text[at] == '.';
        if (separated && digit(text[at - 1]) && digit(text[at + 1]) && digit(text[at + 2])) return true;
    }
    return false;
}

// Without an address or a time of day it may be a person's sentence, unless a quote follows.
bool credible(std::string_view joined, std::span<const Line> below) {
    if (joined.contains('@') || has_clock(joined)) return true;
    const auto next = std::ranges::find_if(below, [](const Line& line) { return line.kind != LineKind::Empty; });
    return next != below.end() && next - below.begin() < 4 && next->kind == LineKind::Quote;
}

bool balanced(std::string_view text) {
    return std::ranges::count(text, '<') == std::ranges::count(text, '>');
}

// Lines joined by blanks, folded and as written, with the quote marks of the later ones gone.
struct Joined {
    std::string folded;
    std::string written;

    bool add(const Line& line) {
        if (line.text.size() > kMarkerBytes || written.size() + line.text.size() > kIntroBytes) return false;
        // fold_line() takes > away at the ends; an address that is cut there needs it.
        const auto text = trim_ascii(line.text);
        const auto plain = text.substr(std::min(text.find_first_not_of(written.empty() ? "> *" : "*"), text.size()));
        if (!written.empty() && !plain.empty()) written += ' ';
        written = collapse_blanks(written += plain);
        folded = fold_line(written);
        if (written.ends_with('>')) folded += '>';
        return true;
    }
};

// "2016-03-25, at 23:01, John Doe <john@doe.example>": what stands behind the date is the author.
QuotedMail split_author(std::string_view inside) {
    inside = trim_ascii(inside);
    const std::size_t bracket = std::min(inside.find_first_of("<\""), inside.size());
    auto before = inside.substr(0, bracket);
    std::size_t cut = before.find_last_of("0123456789");
    if (cut == std::string_view::npos) return {.from = std::string(inside), .to = {}, .date = {}, .subject = {}};
    const std::size_t comma = before.find(',', cut);
    if (comma != std::string_view::npos) {
        cut = comma;
    } else {
        auto rest = before.substr(++cut);
        for (const std::string_view word : {" AM", " PM", " am", " pm", " Uhr", " г.", " р."}) {
            if (rest.starts_with(word)) cut += word.size();
        }
    }
    const auto from = inside.substr(std::min(inside.find_first_not_of(", ", cut), inside.size()));
    return {.from = std::string(from), .to = {}, .date = std::string(trim_ascii(inside.substr(0, cut))), .subject = {}};
}

FoundIntro found(const Joined& joined, Shape shape, std::size_t lines) {
    FoundIntro out{.lines = lines, .mail = {}};
    // Folding may change lengths (İ, ß); then nothing is said about the author.
    if (joined.folded.size() != joined.written.size()) return out;
    const auto inside = std::string_view(joined.written).substr(shape.begin);
    out.mail = split_author(inside.substr(0, inside.size() - std::min(shape.end, inside.size())));
    return out;
}

}  // namespace

std::optional<FoundIntro> find_intro(std::span<const Line> lines, std::size_t& work) {
    Matcher matcher(work);
    if (lines[0].folded.empty()) return std::nullopt;
    const std::string first = fold_line(lines[0].text);
    const bool begun = matcher.begins(first) && has_digit(first);
    const bool dated = has_date(first);
    const bool open = !balanced(lines[0].text) || first.ends_with(',');
    Joined joined;
    bool crossed_blank = false;
    for (std::size_t i = 0; i < std::min(lines.size(), kLines); ++i) {
        if (i > 0 && !begun && (i >= kPlainLines || crossed_blank || !dated)) break;
        if (i > 0 && matcher.begins(lines[i].folded) && has_digit(lines[i].folded)) break;
        crossed_blank = crossed_blank || lines[i].kind == LineKind::Empty;
        if (!joined.add(lines[i])) break;
        work += joined.written.size();
        if (lines[i].kind == LineKind::Empty) continue;
        // An introduction that is whole by itself begins there, not in a sentence above it.
        const bool whole = i > 0 && balanced(lines[i].text) && matcher.by_its_end(lines[i].folded + ":");
        std::optional<Shape> shape;
        if (begun && !(whole && !open)) shape = matcher.with_beginning(joined.folded);
        if (!shape && (i == 0 || (!whole && joined.folded.contains('@')))) shape = matcher.by_its_end(joined.folded);
        if (shape && credible(joined.folded, lines.subspan(i + 1))) return found(joined, *shape, i + 1);
    }
    return std::nullopt;
}

}  // namespace tandem::mail
