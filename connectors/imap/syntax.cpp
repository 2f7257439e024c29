#include "connectors/imap/syntax.hpp"

#include "connectors/imap/response.hpp"
#include "core/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace tandem::imap {

namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Commands that only look, whatever their arguments.
constexpr std::array<std::string_view, 13> kLooking{"CAPABILITY", "NOOP", "LOGOUT",    "STARTTLS", "AUTHENTICATE",
                                                    "LOGIN",      "ID",   "NAMESPACE", "LIST",     "EXAMINE",
                                                    "STATUS",     "IDLE", "NOTIFY"};
constexpr std::array<std::string_view, 2> kEnabled{"CONDSTORE", "QRESYNC"};

std::string_view cut_word(std::string_view& text) {
    const auto space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    return word;
}

// BODY[…] without PEEK, and RFC822 and RFC822.TEXT, set \Seen in a folder that is open for writing.
bool harmless_fetch(std::string_view items) {
    const std::string lower = to_lower_ascii(items);
    if (lower.contains("body[") || lower.contains("binary[") || lower.contains("rfc822.text")) return false;
    for (auto at = lower.find("rfc822"); at != std::string::npos; at = lower.find("rfc822", at + 1)) {
        const std::string_view rest = std::string_view(lower).substr(at + 6);
        if (!rest.starts_with(".size") && !rest.starts_with(".header")) return false;
    }
    return true;
}

void append_utf8(char32_t c, std::string& out) {
    if (c < 0x80) {
        out += static_cast<char>(c);
        return;
    }
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static constexpr std::array<unsigned, 4> kLead{0, 0xC0, 0xE0, 0xF0};
    out += static_cast<char>(kLead[static_cast<std::size_t>(more)] | (c >> (6 * more)));
    for (int i = more - 1; i >= 0; --i)
        out += static_cast<char>(0x80U | ((c >> (6 * i)) & 0x3FU));
}

// UTF-16, big end first; false when it is none.
bool append_utf16(std::string_view octets, std::string& out) {
    char32_t high = 0;
    if (octets.size() % 2 != 0) return false;
    for (std::size_t i = 0; i < octets.size(); i += 2) {
        const auto unit = static_cast<char32_t>(static_cast<unsigned char>(octets[i]) << 8U |
                                                static_cast<unsigned char>(octets[i + 1]));
        const bool low = unit >= 0xDC00 && unit <= 0xDFFF;
        if (low != (high != 0)) return false;
        if (unit >= 0xD800 && unit <= 0xDBFF) {
            high = unit;
            continue;
        }
        append_utf8(low ? 0x10000 + ((high - 0xD800) << 10U) + (unit - 0xDC00) : unit, out);
        high = 0;
    }
    return high == 0;
}

std::optional<int> two_digits(std::string_view text) {
    std::string digits(trim_ascii(text));
    const auto value = parse_number(digits);
    return value && *value < 100 ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

}  // namespace

std::optional<std::string> quoted_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '\r' || c == '\n' || c == '\0') return std::nullopt;
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string uid_set(std::span<const Uid> rising) {
    std::string out;
    for (std::size_t i = 0; i < rising.size();) {
        std::size_t last = i;
        while (last + 1 < rising.size() && rising[last + 1] == rising[last] + 1)
            ++last;
        if (!out.empty()) out += ',';
        out += last == i ? fmt::format("{}", rising[i]) : fmt::format("{}:{}", rising[i], rising[last]);
        i = last + 1;
    }
    return out;
}

std::vector<Uid> parse_uid_set(std::string_view text, std::size_t limit) {
    std::vector<std::pair<Uid, Uid>> ranges;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        const std::string_view part = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        const auto colon = part.find(':');
        const auto first = parse_number(part.substr(0, colon));
        const auto last = colon == std::string_view::npos ? first : parse_number(part.substr(colon + 1));
        if (!first || !last || *first > UINT32_MAX || *last > UINT32_MAX) continue;
        const Uid low = static_cast<Uid>(std::min(*first, *last));
        const Uid high = static_cast<Uid>(std::max(*first, *last));
        if (high > 0) ranges.emplace_back(std::max<Uid>(low, 1), high);
    }
    std::ranges::sort(ranges, [](const auto& a, const auto& b) { return a.second > b.second; });
    std::vector<Uid> out;
    Uid below = UINT32_MAX;
    for (const auto& [low, high] : ranges) {
        for (Uid uid = std::min(high, below); uid >= low && out.size() < limit; --uid) {
            if (out.empty() || uid < out.back()) out.push_back(uid);
            below = uid;
        }
    }
    std::ranges::reverse(out);
    return out;
}

std::string search_date(Instant at) {
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(at));
    return fmt::format("{}-{}-{:04}", static_cast<unsigned>(day.day()), kMonths[static_cast<unsigned>(day.month()) - 1],
                       static_cast<int>(day.year()));
}

std::optional<Instant> parse_date_time(std::string_view text) {
    if (text.size() != 26 || text[2] != '-' || text[6] != '-' || text[11] != ' ' || text[20] != ' ')
        return std::nullopt;
    const auto month =
        std::ranges::find_if(kMonths, [&](std::string_view name) { return iequals_ascii(name, text.substr(3, 3)); });
    const auto day = two_digits(text.substr(0, 2));
    if (month == kMonths.end() || !day) return std::nullopt;
    // RFC 3339 from here on.
    return parse_time(fmt::format("{}-{:02}-{:02}T{}{}", text.substr(7, 4), month - kMonths.begin() + 1, *day,
                                  text.substr(12, 8), text.substr(21, 5)));
}

std::string folder_name(std::string_view raw) {
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] != '&') {
            out += raw[i];
            continue;
        }
        const auto end = raw.find('-', i);
        if (end == std::string_view::npos) return sanitize_utf8(raw);
        if (end == i + 1) {
            out += '&';
        } else {
            std::string base(raw.substr(i + 1, end - i - 1));
            std::ranges::replace(base, ',', '/');
            const auto octets = unbase64(base);
            if (!octets || !append_utf16(*octets, out)) return sanitize_utf8(raw);
        }
        i = end;
    }
    return sanitize_utf8(out);
}

bool harmless(std::string_view command) {
    if (command.find_first_of("\r\n") != std::string_view::npos) return false;
    std::string_view rest = command;
    const std::string_view word = cut_word(rest);
    if (std::ranges::find(kLooking, word) != kLooking.end()) return true;
    if (word == "ENABLE") {
        while (!rest.empty())
            if (std::ranges::find(kEnabled, cut_word(rest)) == kEnabled.end()) return false;
        return true;
    }
    if (word != "UID") return false;
    const std::string_view verb = cut_word(rest);
    return verb == "SEARCH" || (verb == "FETCH" && harmless_fetch(rest));
}

}  // namespace tandem::imap
