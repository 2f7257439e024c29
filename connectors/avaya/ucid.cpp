#include "connectors/avaya/ucid.hpp"

#include <algorithm>
#include <charconv>

namespace tandem::avaya {
namespace {

constexpr std::size_t kDigits = 20;
constexpr std::size_t kOctets = 8;

template <class Number>
Number number(std::string_view digits) {
    Number value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::string padded(std::uint64_t value, std::size_t width) {
    std::string digits = std::to_string(value);
    return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

std::uint64_t big_endian(std::string_view octets) {
    std::uint64_t value = 0;
    for (const char octet : octets)
        value = value << 8 | static_cast<unsigned char>(octet);
    return value;
}

}  // namespace

bool is_ucid(std::string_view text) {
    return text.size() == kDigits && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) &&
           std::ranges::any_of(text, [](char c) { return c != '0'; });
}

std::optional<Ucid> parse_ucid(std::string_view text) {
    if (!is_ucid(text)) return std::nullopt;
    return Ucid{.node = number<std::uint32_t>(text.substr(0, 5)),
                .sequence = number<std::uint32_t>(text.substr(5, 5)),
                .seconds = number<std::uint64_t>(text.substr(10))};
}

std::string format_ucid(const Ucid& ucid) {
    return padded(ucid.node, 5) + padded(ucid.sequence, 5) + padded(ucid.seconds, 10);
}

std::optional<Ucid> ucid_of_octets(std::string_view octets) {
    if (octets.size() != kOctets || big_endian(octets) == 0) return std::nullopt;
    return Ucid{.node = static_cast<std::uint32_t>(big_endian(octets.substr(0, 2))),
                .sequence = static_cast<std::uint32_t>(big_endian(octets.substr(2, 2))),
                .seconds = big_endian(octets.substr(4))};
}

}  // namespace tandem::avaya
