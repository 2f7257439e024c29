#include "core/mail/header.hpp"

#include "core/base/text.hpp"
#include "core/mail/charset.hpp"
#include "core/mail/transfer.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace tandem::mail {
namespace {

struct Word {
    std::string_view charset;
    std::string octets;
    std::size_t end = 0;  // behind it, in the value
};

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Octets behind `mark`, two digits each: RFC 2047's Q (=) and RFC 2231 (%).
std::string decode_hex(std::string_view text, char mark, bool underscore) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == mark && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0) {
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += underscore && text[i] == '_' ? ' ' : text[i];
        }
    }
    return out;
}

bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The encoded word at `at`, where "=?" stands. A missing "?=" is forgiven at the end of the value.
std::optional<Word> word_at(std::string_view value, std::size_t at) {
    const auto charset = value.find('?', at + 2);
    if (charset == std::string_view::npos || charset == at + 2 || charset - at > 70) return std::nullopt;
    if (charset + 2 >= value.size() || value[charset + 2] != '?') return std::nullopt;
    const char kind = value[charset + 1];
    const bool base64 = kind == 'B' || kind == 'b';
    if (!base64 && kind != 'Q' && kind != 'q') return std::nullopt;
    const auto begin = charset + 3;
    auto end = value.find("?=", begin);
    // "=?utf-8?Q?=41?=": the first "?=" is the "=41" of the text when nothing stands before it.
    if (!base64 && end == begin && value.substr(begin + 2).find("?=") != std::string_view::npos) {
        end = value.find("?=", begin + 1);
    }
    const auto text = value.substr(begin, end == std::string_view::npos ? end : end - begin);
    Word out;
    out.charset = value.substr(at + 2, charset - at - 2);
    out.charset = out.charset.substr(0, out.charset.find('*'));  // RFC 2231, 5: a language
    out.octets = base64 ? base64_bytes(text) : decode_hex(text, '=', true);
    out.end = end == std::string_view::npos ? value.size() : end + 2;
    return out;
}

// Words that follow each other in one charset are one text: programs cut characters in two.
class WordJoiner {
public:
    WordJoiner(std::string_view fallback, std::string& out) : fallback_(fallback), out_(out) {}
    void add(Word word) {
        if (!charset_ || !iequals_ascii(*charset_, word.charset) || has_shifts(word.charset)) flush();
        charset_ = word.charset;
        octets_ += word.octets;
    }
    void flush() {
        if (charset_) out_ += to_utf8(octets_, *charset_, fallback_);
        charset_.reset();
        octets_.clear();
    }

private:
    std::string_view fallback_;
    std::string& out_;
    std::optional<std::string_view> charset_;
    std::string octets_;
};

bool all_blank(std::string_view text) {
    return std::ranges::all_of(text, blank);
}

// One parameter of RFC 2231 in pieces.
struct Piece {
    std::string octets;
    bool extended = false;  // percent-encoded
};
struct Pieces {
    std::map<unsigned, Piece> parts;
    bool extended = false;
};

// Splits at `;` outside of quotes.
std::vector<std::string_view> fields_of(std::string_view value) {
    std::vector<std::string_view> out;
    constexpr std::size_t kMax = 200;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= value.size(); ++i) {
        if (i == value.size() || (value[i] == ';' && !quoted)) {
            out.push_back(trim_ascii(value.substr(begin, i - begin)));
            begin = i + 1;
            if (out.size() == kMax) break;
        } else if (value[i] == '\\' && quoted) {
            ++i;
        } else if (value[i] == '"') {
            quoted = !quoted;
        }
    }
    return out;
}

// A backslash in front of what needs none is a path of Windows.
std::string unquote(std::string_view value) {
    if (!value.starts_with('"')) return std::string(value);
    std::string out;
    for (std::size_t i = 1; i < value.size() && value[i] != '"'; ++i) {
        if (value[i] == '\\' && i + 1 < value.size() && (value[i + 1] == '"' || value[i + 1] == '\\')) ++i;
        out += value[i];
    }
    return out;
}

void add_parameter(std::string_view field, std::map<std::string, Pieces>& out) {
    const auto equals = field.find('=');
    if (equals == std::string_view::npos) return;
    auto name = to_lower_ascii(trim_ascii(field.substr(0, equals)));
    auto value = unquote(trim_ascii(field.substr(equals + 1)));
    const bool extended = name.ends_with('*');
    if (extended) name.pop_back();
    unsigned number = 0;
    constexpr unsigned kPlain = 10'000;  // behind the pieces: "name=" is what counts if nothing else does
    const auto star = name.find('*');
    if (star != std::string::npos) {
        for (const char c : name.substr(star + 1)) {
            if (c < '0' || c > '9' || number > 999) return;
            number = number * 10 + static_cast<unsigned>(c - '0');
        }
        name.resize(star);
    } else if (!extended) {
        number = kPlain;
    }
    auto& pieces = out[name];
    pieces.extended |= number != kPlain;
    pieces.parts.try_emplace(number, Piece{std::move(value), extended});
}

// charset'language'octets, the octets of all pieces joined before they are decoded.
std::string join_pieces(const Pieces& pieces, std::string_view fallback) {
    std::string octets;
    std::string charset;
    unsigned next = 0;
    for (const auto& [number, piece] : pieces.parts) {
        if (number != next++) break;
        std::string_view text = piece.octets;
        if (piece.extended && number == 0) {
            const auto first = text.find('\'');
            const auto second = first == std::string_view::npos ? first : text.find('\'', first + 1);
            if (second != std::string_view::npos) {
                charset = text.substr(0, first);
                text.remove_prefix(second + 1);
            }
        }
        octets += piece.extended ? decode_hex(text, '%', false) : std::string(text);
    }
    if (charset.empty() && octets.find("=?") != std::string::npos) return decode_words(octets, fallback);
    return to_utf8(octets, charset, fallback);
}

}  // namespace

std::string decode_words(std::string_view value, std::string_view fallback) {
    std::string out;
    WordJoiner words(fallback, out);
    bool after_word = false;
    std::size_t plain = 0;
    for (std::size_t at = value.find("=?"); at != std::string_view::npos; at = value.find("=?", at)) {
        auto word = word_at(value, at);
        if (!word) {
            at += 2;
            continue;
        }
        const auto between = value.substr(plain, at - plain);
        if (!after_word || !all_blank(between)) {
            words.flush();
            out += to_utf8(between, {}, fallback);
        }
        plain = at = word->end;
        after_word = true;
        words.add(std::move(*word));
    }
    words.flush();
    out += to_utf8(value.substr(plain), {}, fallback);
    return out;
}

std::string decode_text(std::string_view value, std::string_view fallback) {
    return clean_line(decode_words(value, fallback));
}

std::string_view Parametrised::parameter(std::string_view name) const {
    const auto found = std::ranges::find(parameters, name, &decltype(parameters)::value_type::first);
    return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

Parametrised parse_parameters(std::string_view value, std::string_view fallback) {
    Parametrised out;
    std::map<std::string, Pieces> found;
    bool first = true;
    for (const auto field : fields_of(value)) {
        if (std::exchange(first, false) && field.find('=') == std::string_view::npos) {
            out.value = to_lower_ascii(trim_ascii(without_comments(field)));
        } else {
            add_parameter(field, found);
        }
    }
    for (const auto& [name, pieces] : found) {
        const auto plain = pieces.parts.rbegin();
        auto text =
            pieces.parts.contains(0) ? join_pieces(pieces, fallback) : decode_words(plain->second.octets, fallback);
        out.parameters.emplace_back(name, clean_line(text));
    }
    return out;
}

std::vector<std::string> message_ids(std::string_view value, std::size_t limit) {
    std::vector<std::string> out;
    const auto add = [&](std::string_view id) {
        std::string text;
        for (const char c : id) {
            if (!blank(c)) text += c;
        }
        text = clean_line(to_utf8(text, {}, {}));
        constexpr std::size_t kLongest = 998;
        if (text.empty() || text.size() > kLongest || std::ranges::find(out, text) != out.end()) return;
        out.push_back(std::move(text));
    };
    if (value.find('<') == std::string_view::npos) {
        auto rest = trim_ascii(value);
        while (!rest.empty() && out.size() < limit) {
            const auto id = rest.substr(0, rest.find_first_of(" \t,"));
            if (id.find('@') != std::string_view::npos) add(id);
            rest.remove_prefix(std::min(id.size() + 1, rest.size()));
        }
        return out;
    }
    for (auto at = value.find('<'); at != std::string_view::npos && out.size() < limit; at = value.find('<', at)) {
        const auto end = value.find_first_of("<>", at + 1);
        add(value.substr(at + 1, end == std::string_view::npos ? end : end - at - 1));
        if (end == std::string_view::npos) break;
        at = end;
    }
    return out;
}

std::string without_comments(std::string_view value) {
    std::string out;
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '\\' && i + 1 < value.size()) {
            if (depth == 0) out += value.substr(i, 2);
            ++i;
            continue;
        }
        if (c == '"' && depth == 0) quoted = !quoted;
        if (c == '(' && !quoted) {
            ++depth;
        } else if (c == ')' && !quoted && depth > 0) {
            --depth;
        } else if (depth == 0) {
            out += c;
        }
    }
    return out;
}

std::string file_name(std::string_view decoded) {
    auto name = clean_line(decoded);
    if (const auto slash = name.find_last_of("/\\"); slash != std::string::npos) name.erase(0, slash + 1);
    constexpr std::size_t kLongest = 255;
    name.resize(cut_utf8(name, kLongest).size());
    return name;
}

}  // namespace tandem::mail
