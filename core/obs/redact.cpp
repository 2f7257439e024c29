#include "core/obs/redact.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>

namespace tandem::obs {
namespace {

constexpr std::size_t kMaxValue = 4096;
constexpr std::string_view kHidden = "***";

constexpr std::array<std::string_view, 12> kSecretWords = {"token",         "secret",     "password",  "passwd",
                                                           "authorization", "cookie",     "apikey",    "api_key",
                                                           "api-key",       "credential", "signature", "private"};

// Fields of the gateway itself whose long numbers are no telephone numbers.
constexpr std::array<std::string_view, 14> kCountWords = {"bytes",   "count",  "seq",   "position", "size",
                                                          "limit",   "rev",    "total", "ms",       "us",
                                                          "backlog", "offset", "free",  "pid"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_word(char c) {
    return is_digit(c) || is_letter(c) || static_cast<unsigned char>(c) >= 0x80;
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

template <class Predicate>
std::size_t run(std::string_view text, Predicate is_member) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, is_member) - text.begin());
}

// 'x' stands for a hexadecimal digit, '9' for a decimal one.
bool has_shape(std::string_view text, std::string_view shape) {
    if (text.size() < shape.size()) return false;
    return std::ranges::equal(text.substr(0, shape.size()), shape, [](char c, char s) {
        if (s == 'x') return is_hex(c);
        return s == '9' ? is_digit(c) : c == s;
    });
}

// Each matcher gets the text from a word's start and returns how much of it is such a thing, 0 if it is none.

std::size_t match_uuid(std::string_view text) {
    constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    auto ends = text.size() <= kShape.size() || !is_word(text[kShape.size()]);
    return has_shape(text, kShape) && ends ? kShape.size() : 0;
}

std::size_t match_date(std::string_view text) {
    if (!has_shape(text, "9999-99-99")) return 0;
    if (text.size() == 10 || text[10] != 'T') return text.size() > 10 && is_digit(text[10]) ? 0 : 10;
    return 11 + run(text.substr(11), [](char c) { return is_digit(c) || std::string_view("Z+-:.").contains(c); });
}

std::size_t match_ipv4(std::string_view text) {
    std::size_t at = 0;
    for (int group = 0; group < 4; ++group) {
        auto digits = run(text.substr(at), is_digit);
        if (digits == 0 || digits > 3) return 0;
        at += digits;
        if (group == 3) break;
        if (at >= text.size() || text[at] != '.') return 0;
        ++at;
    }
    return at < text.size() && is_word(text[at]) ? 0 : at;
}

std::size_t match_mailbox(std::string_view text) {
    constexpr std::size_t kLongestLocalPart = 64;  // RFC 5321, 4.5.3.1.1
    auto local = run(text.substr(0, kLongestLocalPart + 1),
                     [](char c) { return is_word(c) || std::string_view("._%+-").contains(c); });
    if (local == 0 || local >= text.size() || text[local] != '@') return 0;
    auto domain = run(text.substr(local + 1), [](char c) { return is_word(c) || c == '.' || c == '-'; });
    return domain == 0 ? 0 : local + 1 + domain;
}

std::size_t match_phone(std::string_view text) {
    bool international = text.starts_with('+');
    std::size_t at = international ? 1 : 0;
    std::size_t end = 0;
    int digits = 0;
    while (at < text.size()) {
        if (is_digit(text[at])) {
            ++digits;
            end = ++at;
        } else if (std::string_view(" -()").contains(text[at]) && at - end < 2) {
            ++at;
        } else {
            break;
        }
    }
    if (end < text.size() && is_word(text[end])) return 0;
    return digits >= (international ? 7 : 10) && digits <= 15 ? end : 0;
}

std::size_t match_token(std::string_view text) {
    auto length = run(text, [](char c) { return is_digit(c) || is_letter(c) || c == '_' || c == '-'; });
    auto token = text.substr(0, length);
    return length >= 32 && std::ranges::count_if(token, is_digit) >= 2 && std::ranges::any_of(token, is_letter) ? length
                                                                                                                : 0;
}

std::size_t match_credentials(std::string_view text) {
    auto scheme = run(text, is_letter);
    if (!iequals_ascii(text.substr(0, scheme), "bearer") && !iequals_ascii(text.substr(0, scheme), "basic")) return 0;
    auto rest = text.substr(scheme);
    auto value = rest.starts_with(' ') ? run(rest.substr(1), [](char c) { return c > ' ' && c != '"'; }) : 0;
    return value < 8 ? 0 : scheme + 1 + value;
}

std::size_t match_assignment(std::string_view text) {
    auto name = run(text, [](char c) { return is_word(c) || c == '_' || c == '-'; });
    if (name >= text.size() || text[name] != '=' || !names_secret(text.substr(0, name))) return 0;
    auto value =
        run(text.substr(name + 1), [](char c) { return c > ' ' && !std::string_view("&;,\"'<>").contains(c); });
    return name + 1 + value;
}

std::string keep(std::string_view found) {
    return std::string(found);
}
std::string hide(std::string_view) {
    return std::string(kHidden);
}
std::string hide_mailbox(std::string_view found) {
    return std::string(kHidden) + std::string(found.substr(found.find('@')));
}
std::string hide_phone(std::string_view found) {
    return std::string(kHidden) + std::string(found.substr(found.size() - 2));
}
std::string hide_after_scheme(std::string_view found) {
    return std::string(found.substr(0, found.find(' ') + 1)) + std::string(kHidden);
}
std::string hide_assigned(std::string_view found) {
    return std::string(found.substr(0, found.find('=') + 1)) + std::string(kHidden);
}

struct Rule {
    std::size_t (*match)(std::string_view);
    std::string (*shown)(std::string_view);
};

// The first that matches counts: what must stay readable comes before what would swallow it.
constexpr std::array<Rule, 8> kRules = {{{match_uuid, keep},
                                         {match_date, keep},
                                         {match_ipv4, keep},
                                         {match_assignment, hide_assigned},
                                         {match_credentials, hide_after_scheme},
                                         {match_mailbox, hide_mailbox},
                                         {match_phone, hide_phone},
                                         {match_token, hide}}};

bool names_count(std::string_view name) {
    return std::ranges::any_of(kCountWords, [&](std::string_view word) {
        if (!name.ends_with(word)) return false;
        return name.size() == word.size() || name[name.size() - word.size() - 1] == '_';
    });
}

}  // namespace

bool names_secret(std::string_view name) {
    auto lower = to_lower_ascii(name);
    return lower == "key" || std::ranges::any_of(kSecretWords, [&](std::string_view word) {
               return lower.find(word) != std::string::npos;
           });
}

std::string redact(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        auto rest = text.substr(at);
        std::size_t length = 0;
        if (at == 0 || !is_word(text[at - 1])) {
            for (const auto& rule : kRules) {
                length = rule.match(rest);
                if (length == 0) continue;
                out += rule.shown(rest.substr(0, length));
                break;
            }
        }
        if (length == 0) {
            out += text[at];
            length = 1;
        }
        at += length;
    }
    return out;
}

std::string redact_field(std::string_view name, std::string_view value, bool persons_visible) {
    if (names_secret(name)) return std::string(kHidden);
    auto cut = value.substr(0, kMaxValue);
    if (names_count(name) && std::ranges::all_of(cut, is_digit)) return std::string(cut);
    return persons_visible ? std::string(cut) : redact(cut);
}

}  // namespace tandem::obs
