#include "connectors/smtp/reply.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::smtp {

namespace {

constexpr std::size_t kShown = 300;

bool digit(char c) {
    return c >= '0' && c <= '9';
}

// "5.1.1" at the begin of a text: class, subject, detail (RFC 3463, 2).
std::string_view enhanced_code(std::string_view text) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (word.size() < 5 || word.size() > 9 || word[1] != '.' || (word[0] != '2' && word[0] != '4' && word[0] != '5'))
        return {};
    const std::string_view rest = word.substr(2);
    const auto dot = rest.find('.');
    const auto number = [](std::string_view part) {
        return !part.empty() && part.size() <= 3 && std::ranges::all_of(part, digit);
    };
    if (dot == std::string_view::npos || !number(rest.substr(0, dot)) || !number(rest.substr(dot + 1))) return {};
    return word;
}

std::string shown(std::string_view text) {
    std::string out = sanitize_utf8(text);
    std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    return out;
}

}  // namespace

std::string Reply::text() const {
    std::string out = std::to_string(code);
    if (!enhanced.empty()) out += " " + enhanced;
    for (const std::string& one : lines) {
        if (!one.empty()) out += " " + one;
        if (out.size() > kShown) break;
    }
    if (out.size() > kShown) out = sanitize_utf8(out.substr(0, valid_utf8_prefix(out.substr(0, kShown)))) + "…";
    return out;
}

std::optional<std::string> ReplyReader::line() {
    const auto end = buffer_.find('\n');
    if ((end == std::string::npos ? buffer_.size() : end) > limits_.line) {
        fault_ = "a line of the server's answer is too long";
        return std::nullopt;
    }
    if (end == std::string::npos) return std::nullopt;
    std::string out = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    if (out.ends_with('\r')) out.pop_back();
    return out;
}

// False: that is no line of a reply.
bool ReplyReader::take(std::string_view text) {
    if (text.size() < 3 || text[0] < '2' || text[0] > '5' || !digit(text[1]) || !digit(text[2])) return false;
    if (text.size() > 3 && text[3] != ' ' && text[3] != '-') return false;
    const int code = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
    if (begun_ && code != reply_.code) return false;
    reply_.code = code;
    std::string_view rest = text.substr(std::min<std::size_t>(4, text.size()));
    const std::string_view enhanced = enhanced_code(rest);
    if (!enhanced.empty()) {
        reply_.enhanced = enhanced;
        rest = trim_ascii(rest.substr(enhanced.size()));
    }
    reply_.lines.push_back(shown(rest));
    begun_ = text.size() > 3 && text[3] == '-';
    return true;
}

std::optional<Reply> ReplyReader::next() {
    while (!fault_) {
        const auto text = line();
        if (!text) return std::nullopt;
        if (!take(*text)) {
            fault_ = "the server's answer is no SMTP: '" + shown(text->substr(0, 80)) + "'";
        } else if (reply_.lines.size() > limits_.lines) {
            fault_ = "the server's answer has too many lines";
        } else if (!begun_) {
            Reply out = std::move(reply_);
            reply_ = {};
            return out;
        }
    }
    return std::nullopt;
}

void ReplyReader::clear() {
    buffer_.clear();
    reply_ = {};
    begun_ = false;
}

}  // namespace tandem::smtp
