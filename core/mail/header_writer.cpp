#include "core/mail/header_writer.hpp"

#include "core/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace tandem::mail {

namespace {

constexpr std::size_t kLine = 78;
constexpr std::string_view kWordBegin = "=?UTF-8?B?";
constexpr std::string_view kWordEnd = "?=";
constexpr std::size_t kWordOctets = 42;  // so that a word fits behind "Subject: " into 76 columns (RFC 2047, 2)
constexpr std::size_t kParameterPiece = 54;

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Octets of the next piece of at most `most`: characters are never cut in two.
std::size_t piece_of(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text.size();
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80)
        --end;
    return end == 0 ? most : end;
}

std::string encoded_words(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t size = piece_of(text, kWordOctets);
        if (!out.empty()) out += ' ';
        out += kWordBegin;
        out += base64(text.substr(0, size));
        out += kWordEnd;
        text.remove_prefix(size);
    }
    return out;
}

// A word that would be folded, or taken for an encoded one, has to be encoded.
bool needs_words(std::string_view text) {
    if (!is_ascii(text) || text.find("=?") != std::string_view::npos || text.find("  ") != std::string_view::npos ||
        text.starts_with(' ') || text.ends_with(' ') || has_control(text)) {
        return true;
    }
    std::size_t word = 0;
    for (const char c : text) {
        word = c == ' ' ? 0 : word + 1;
        if (word > kLine - 20) return true;
    }
    return false;
}

bool is_atom(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-/=?^_`{|}~ ").find(c) != std::string_view::npos;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

}  // namespace

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

void write_header(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ':';
    std::size_t column = name.size() + 1;
    while (!value.empty()) {
        const std::size_t size = std::min(value.find(' '), value.size());
        const std::string_view word = value.substr(0, size);
        const bool first = column == name.size() + 1;
        if (!first && column + 1 + word.size() > kLine) {
            out += "\r\n";
            column = 0;
        }
        out += ' ';
        out += word;
        column += 1 + word.size();
        value.remove_prefix(std::min(size + 1, value.size()));
    }
    out += "\r\n";
}

std::string encode_text(std::string_view text) {
    return needs_words(text) ? encoded_words(text) : std::string(text);
}

std::string encode_phrase(std::string_view name) {
    if (needs_words(name)) return encoded_words(name);
    return std::ranges::all_of(name, is_atom) ? std::string(name) : quoted(name);
}

std::string encode_parameter(std::string_view name, std::string_view value) {
    if (is_ascii(value) && !has_control(value) && value.size() <= kParameterPiece)
        return "; " + std::string(name) + "=" + quoted(value);
    std::string encoded;
    std::string out;
    std::size_t number = 0;
    std::string_view prefix = "UTF-8''";
    const auto flush = [&](bool last) {
        const bool single = last && number == 0;
        out +=
            "; " + std::string(name) + (single ? "*=" : fmt::format("*{}*=", number)) + std::string(prefix) + encoded;
        prefix = {};
        encoded.clear();
        ++number;
    };
    while (!value.empty()) {
        std::size_t size = 1;
        while (size < value.size() && (static_cast<unsigned char>(value[size]) & 0xC0U) == 0x80)
            ++size;
        const std::string character = percent_encode(value.substr(0, size));
        if (encoded.size() + character.size() > kParameterPiece) flush(false);
        encoded += character;
        value.remove_prefix(size);
    }
    flush(true);
    return out;
}

std::string mail_date(Instant at) {
    constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
    return fmt::format("{}, {} {} {:04} {:02}:{:02}:{:02} +0000", kDays.at(std::chrono::weekday(day).c_encoding()),
                       static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
                       static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                       time.seconds().count());
}

}  // namespace tandem::mail
