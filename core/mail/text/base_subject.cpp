#include "core/mail/text/base_subject.hpp"

#include "core/base/text.hpp"
#include "core/mail/text/unicode.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace tandem::mail {
namespace {

enum class Prefix { Reply, Forward };

struct Word {
    std::string_view folded;
    Prefix prefix;
};

// What mail programs of many languages write before the colon, case folded.
constexpr auto kWords = std::to_array<Word>({
    {"re", Prefix::Reply},            // English, Latin
    {"reply", Prefix::Reply},         //
    {"ref", Prefix::Reply},           // French, older
    {"rép", Prefix::Reply},           // French
    {"réf", Prefix::Reply},           // French
    {"r", Prefix::Reply},             // Italian
    {"rif", Prefix::Reply},           // Italian
    {"res", Prefix::Reply},           // Portuguese
    {"aw", Prefix::Reply},            // German
    {"antw", Prefix::Reply},          // Dutch, German
    {"antwort", Prefix::Reply},       // German
    {"sv", Prefix::Reply},            // Danish, Norwegian, Swedish, Icelandic
    {"svar", Prefix::Reply},          // Swedish
    {"vs", Prefix::Reply},            // Finnish
    {"odp", Prefix::Reply},           // Polish, Czech
    {"vá", Prefix::Reply},            // Hungarian
    {"ynt", Prefix::Reply},           // Turkish
    {"yanıt", Prefix::Reply},         // Turkish
    {"απ", Prefix::Reply},            // Greek
    {"σχετ", Prefix::Reply},          // Greek
    {"отв", Prefix::Reply},           // Russian
    {"ответ", Prefix::Reply},         // Russian
    {"відп", Prefix::Reply},          // Ukrainian
    {"відповідь", Prefix::Reply},     // Ukrainian
    {"atb", Prefix::Reply},           // Welsh, Latvian
    {"ats", Prefix::Reply},           // Lithuanian
    {"bls", Prefix::Reply},           // Indonesian
    {"回复", Prefix::Reply},          // Chinese
    {"回覆", Prefix::Reply},          // Chinese
    {"答复", Prefix::Reply},          // Chinese
    {"答覆", Prefix::Reply},          // Chinese
    {"返信", Prefix::Reply},          // Japanese
    {"회신", Prefix::Reply},          // Korean
    {"fw", Prefix::Forward},          // English
    {"fwd", Prefix::Forward},         // English
    {"forward", Prefix::Forward},     //
    {"wg", Prefix::Forward},          // German
    {"tr", Prefix::Forward},          // French
    {"i", Prefix::Forward},           // Italian
    {"rv", Prefix::Forward},          // Spanish
    {"enc", Prefix::Forward},         // Portuguese
    {"doorst", Prefix::Forward},      // Dutch
    {"vl", Prefix::Forward},          // Finnish
    {"vb", Prefix::Forward},          // Swedish
    {"pd", Prefix::Forward},          // Polish
    {"továbbítás", Prefix::Forward},  // Hungarian
    {"i̇lt", Prefix::Forward},         // Turkish, dotted capital folded
    {"ilt", Prefix::Forward},         // Turkish
    {"πρθ", Prefix::Forward},         // Greek
    {"пер", Prefix::Forward},         // Russian
    {"пересл", Prefix::Forward},      // Russian
    {"переслано", Prefix::Forward},   // Russian
    {"转发", Prefix::Forward},        // Chinese
    {"轉寄", Prefix::Forward},        // Chinese
    {"転送", Prefix::Forward},        // Japanese
    {"전달", Prefix::Forward},        // Korean
});

constexpr std::size_t kLongestWord = 24;  // bytes, of the table above
constexpr std::string_view kWideColon = "：";

void skip_blanks(std::string_view& text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
}

// "[tag]" at the start, brackets not nested; its length or 0.
std::size_t tag_length(std::string_view text) {
    if (!text.starts_with('[')) return 0;
    const std::size_t end = text.find_first_of("[]", 1);
    return end != std::string_view::npos && text[end] == ']' ? end + 1 : 0;
}

// "[2]", "(2)", "^2" or "*2" between the word and its colon.
void skip_counter(std::string_view& text) {
    skip_blanks(text);
    if (const std::size_t tag = tag_length(text); tag > 0) {
        text.remove_prefix(tag);
    } else if (!text.empty() && std::string_view("(^*").contains(text[0])) {
        const std::size_t digits = std::min(text.find_first_not_of("0123456789", 1), text.size());
        if (digits == 1 || digits > 5) return;
        const bool closed = text[0] != '(' || text.substr(digits).starts_with(')');
        if (closed) text.remove_prefix(digits + (text[0] == '(' ? 1U : 0U));
    }
    skip_blanks(text);
}

bool take_colon(std::string_view& text) {
    if (text.starts_with(':')) {
        text.remove_prefix(1);
    } else if (text.starts_with(kWideColon)) {
        text.remove_prefix(kWideColon.size());
    } else {
        return false;
    }
    skip_blanks(text);
    return true;
}

// "Re:", "AW[2]:" at the start: taken away.
std::optional<Prefix> take_prefix(std::string_view& text) {
    const std::size_t end = text.find_first_of(":[(^* \xEF");
    if (end == std::string_view::npos || end == 0 || end > kLongestWord) return std::nullopt;
    const std::string word = fold_case(text.substr(0, end));
    const auto* known = std::ranges::find(kWords, std::string_view(word), &Word::folded);
    if (known == kWords.end()) return std::nullopt;
    std::string_view rest = text.substr(end);
    skip_counter(rest);
    if (!take_colon(rest)) return std::nullopt;
    text = rest;
    return known->prefix;
}

class Stripper {
public:
    explicit Stripper(std::string_view subject) : text_(subject) {}

    void run() {
        while (trailer() || leader() || tag() || wrapper()) {
        }
    }
    std::string_view text() const { return text_; }
    bool reply = false;
    bool forward = false;

private:
    // "(fwd)" at the end
    bool trailer() {
        constexpr std::string_view kTrailer = "(fwd)";
        if (text_.size() < kTrailer.size()) return false;
        if (!iequals_ascii(text_.substr(text_.size() - kTrailer.size()), kTrailer)) return false;
        text_ = trim_ascii(text_.substr(0, text_.size() - kTrailer.size()));
        forward = true;
        return true;
    }

    // "Re:", and "[tag] Re:" however many tags there are
    bool leader() {
        std::string_view rest = text_;
        std::size_t tags = 0;
        for (std::size_t length = tag_length(rest); length > 0 && tags < 10; length = tag_length(rest), ++tags) {
            rest.remove_prefix(length);
            skip_blanks(rest);
        }
        const auto prefix = take_prefix(rest);
        if (!prefix) return false;
        (*prefix == Prefix::Reply ? reply : forward) = true;
        text_ = rest;
        return true;
    }

    // "[tag]", unless nothing is left then
    bool tag() {
        const std::size_t length = tag_length(text_);
        if (length == 0) return false;
        const auto rest = trim_ascii(text_.substr(length));
        if (rest.empty()) return false;
        text_ = rest;
        return true;
    }

    // "[Fwd: …]"
    bool wrapper() {
        constexpr std::string_view kOpen = "[fwd:";
        if (text_.size() < kOpen.size() + 1 || !text_.ends_with(']')) return false;
        if (!iequals_ascii(text_.substr(0, kOpen.size()), kOpen)) return false;
        text_ = trim_ascii(text_.substr(kOpen.size(), text_.size() - kOpen.size() - 1));
        forward = true;
        return true;
    }

    std::string_view text_;
};

}  // namespace

BaseSubject base_subject(std::string_view subject) {
    const std::string flat = collapse_blanks(subject);
    Stripper stripper(flat);
    stripper.run();
    return {std::string(stripper.text()), stripper.reply, stripper.forward};
}

}  // namespace tandem::mail
