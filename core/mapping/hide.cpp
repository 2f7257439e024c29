#include "core/mapping/hide.hpp"

#include "core/mapping/bound.hpp"
#include "core/mapping/poll.hpp"

#include <algorithm>
#include <bitset>
#include <charconv>
#include <vector>

namespace tandem::mapping {
namespace {

constexpr std::string_view kStars = "***";
constexpr std::size_t kShortest = 6;        // bytes
constexpr std::size_t kKnownAnywhere = 16;  // bytes

bool in_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// The number that `digits` hexadecimal digits at the start of `text` make; -1 when they are not there.
int hex_number(std::string_view text, std::size_t digits) {
    int out = -1;
    const auto* end = text.data() + std::min(digits, text.size());
    const auto read = std::from_chars(text.data(), end, out, 16);
    return text.size() >= digits && read.ec == std::errc{} && read.ptr == end && text[0] != '-' ? out : -1;
}

// How many bytes at the start of `text` are `c`, however it is written; 0: they are something else.
std::size_t length_of(std::string_view text, char c) {
    if (text.empty()) return 0;
    const auto code = static_cast<unsigned char>(c);
    if (text[0] == '%' && hex_number(text.substr(1), 2) == code) return 3;
    if (text.starts_with("\\u") && code < 0x80 && hex_number(text.substr(2), 4) == code) return 6;
    if (text.size() > 1 && text[0] == '\\' && text[1] == c && std::string_view("\"\\/").contains(c)) return 2;
    return text[0] == c ? 1 : 0;
}

std::size_t length_of(std::string_view text, std::string_view secret) {
    // First as it is: what looks like an escape can be part of the secret.
    if (text.starts_with(secret)) return secret.size();
    std::size_t at = 0;
    for (const char c : secret) {
        const auto length = length_of(text.substr(at), c);
        if (length == 0) return 0;
        at += length;
    }
    return at;
}

// The letters of an escape before the secret are no word.
bool ends_with_escape(std::string_view text) {
    const auto size = text.size();
    if (size >= 3 && text[size - 3] == '%' && hex_number(text.substr(size - 2), 2) >= 0) return true;
    if (size >= 6 && text.substr(size - 6, 2) == "\\u" && hex_number(text.substr(size - 4), 4) >= 0) return true;
    return size >= 2 && text[size - 2] == '\\';
}

bool stands_alone(std::string_view text, std::size_t at, std::size_t length) {
    const auto before = text.substr(0, at);
    const auto behind = text.substr(at + length);
    return (before.empty() || !in_word(before.back()) || ends_with_escape(before)) &&
           (behind.empty() || !in_word(behind.front()));
}

// Of the longest secret at `at`; 0: there is none.
std::size_t secret_at(std::string_view text, std::size_t at, std::span<const std::string_view> secrets) {
    std::size_t longest = 0;
    for (const auto secret : secrets) {
        const auto length = length_of(text.substr(at), secret);
        if (length <= longest) continue;
        if (secret.size() >= kKnownAnywhere || stands_alone(text, at, length)) longest = length;
    }
    return longest;
}

}  // namespace

std::optional<std::string> hidden(std::string_view text, std::span<const std::string_view> secrets) {
    std::vector<std::string_view> known;
    std::bitset<256> begins;
    for (const auto secret : secrets) {
        if (secret.size() < kShortest) continue;
        known.push_back(secret);
        begins.set(static_cast<unsigned char>(secret[0]));
    }
    if (known.empty()) return std::nullopt;
    begins.set('%').set('\\');
    std::string out;
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto length = begins[static_cast<unsigned char>(text[at])] ? secret_at(text, at, known) : 0;
        if (length > 0) {
            out.append(text.substr(done, at - done)).append(kStars);
            done = at + length;
        }
        at += std::max<std::size_t>(length, 1);
    }
    if (done == 0) return std::nullopt;
    return out.append(text.substr(done));
}

std::optional<std::string> without_secrets(const BoundPack& pack, std::string_view text, std::span<const Secret> also) {
    std::vector<std::string_view> secrets;
    for (const auto& secret : also)
        secrets.push_back(secret.reveal());
    for (const auto& [name, values] : pack.state().settings.secrets) {
        for (const auto& value : values)
            secrets.push_back(value.reveal());
    }
    return hidden(text, secrets);
}

}  // namespace tandem::mapping
