#include "connectors/avaya_records/text.hpp"

#include "core/base/text.hpp"
#include "core/data/decode.hpp"

#include <algorithm>
#include <charconv>

namespace tandem::avaya_records {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string from_latin1(std::string_view octets) {
    std::string out;
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x80) {
            out += c;
        } else {
            out += static_cast<char>(0xc0 | octet >> 6);
            out += static_cast<char>(0x80 | (octet & 0x3f));
        }
    }
    return out;
}

}  // namespace

std::string to_utf8(std::string_view octets, std::string_view charset) {
    if (valid_utf8(octets)) return std::string(octets);
    if (!charset.empty()) {
        data::Arena arena;
        if (const auto text = data::decode_octets(charset, octets, arena)) return std::string(*text);
    }
    return from_latin1(octets);
}

std::optional<std::int64_t> number_of(std::string_view digits) {
    constexpr std::size_t kMost = 18;
    if (digits.empty() || digits.size() > kMost || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::optional<std::chrono::seconds> clock_of(std::string_view text) {
    const auto parts = split(text, ':');
    if (parts.size() < 2 || parts.size() > 3 || text.size() > 9) return std::nullopt;
    const auto hours = number_of(parts[0]);
    const auto minutes = number_of(parts[1]);
    const auto seconds = parts.size() == 3 ? number_of(parts[2]) : 0;
    if (!hours || !minutes || !seconds || *minutes > 59 || *seconds > 59) return std::nullopt;
    return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds);
}

std::optional<LocalTime> local_time(std::int64_t year,
                                    std::int64_t month,
                                    std::int64_t day,
                                    std::chrono::seconds since_midnight) {
    constexpr std::int64_t kLastYear = 9'999;
    if (year < 0 || year > kLastYear || month < 0 || month > 12 || day < 0 || day > 31) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok() || since_midnight >= std::chrono::days(1)) return std::nullopt;
    return std::chrono::local_days(date) + since_midnight;
}

std::string format_local(LocalTime at) {
    std::string text = format_time(Instant(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch()));
    text.pop_back();  // the Z of UTC
    return text;
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> out;
    for (;;) {
        const auto end = text.find(at);
        out.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return out;
        text.remove_prefix(end + 1);
    }
}

}  // namespace tandem::avaya_records
