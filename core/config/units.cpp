#include "core/config/units.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <limits>

namespace tandem::config {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t size;
};

constexpr std::array<Unit, 5> kDurations = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t kLongestDuration = 36'525LL * 86'400'000;

constexpr std::array<Unit, 10> kBytes = {{{"TiB", 1LL << 40},
                                          {"GiB", 1LL << 30},
                                          {"MiB", 1LL << 20},
                                          {"KiB", 1LL << 10},
                                          {"B", 1},
                                          {"TB", 1'000'000'000'000},
                                          {"GB", 1'000'000'000},
                                          {"MB", 1'000'000},
                                          {"kB", 1'000},
                                          {"KB", 1'000}}};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_lower_or_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z');
}

// Takes a whole number from the front; nullopt if there is none or it does not fit.
std::optional<std::int64_t> take_number(std::string_view& text) {
    if (text.empty() || !is_digit(text.front())) return std::nullopt;
    std::int64_t value = 0;
    auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

template <std::size_t N>
const Unit* find_unit(const std::array<Unit, N>& units, std::string_view name) {
    auto found = std::ranges::find(units, name, &Unit::name);
    return found == units.end() ? nullptr : &*found;
}

template <std::size_t N>
std::string format(const std::array<Unit, N>& units, std::int64_t value) {
    auto unit = std::ranges::find_if(units, [&](const Unit& one) { return value != 0 && value % one.size == 0; });
    if (unit == units.end()) return "0" + std::string(units.back().name);
    return std::to_string(value / unit->size) + std::string(unit->name);
}

std::optional<int> network_width(std::string_view address) {
    std::array<unsigned char, 16> bytes{};
    std::string text(address);
    if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return 32;
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return 128;
    return std::nullopt;
}

}  // namespace

bool is_network_address(std::string_view text) {
    return network_width(text).has_value();
}

bool overlap(const Address& a, const Address& b) {
    if (a.port != b.port || a.port == 0) return false;
    // A socket of :: takes IPv4 as well.
    const auto all = [](const Address& one) { return one.host.empty() || one.host == "::"; };
    const auto all_of_four = [](const Address& one, const Address& other) {
        return one.host == "0.0.0.0" && !other.host.contains(':');
    };
    return a.host == b.host || all(a) || all(b) || all_of_four(a, b) || all_of_four(b, a);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    std::int64_t total = 0;
    auto last_size = std::numeric_limits<std::int64_t>::max();
    if (text.empty()) return std::nullopt;
    while (!text.empty()) {
        auto number = take_number(text);
        auto letters = static_cast<std::size_t>(std::ranges::find_if(text, is_digit) - text.begin());
        const auto* unit = find_unit(kDurations, text.substr(0, letters));
        if (!number || unit == nullptr || unit->size >= last_size || *number > kLongestDuration / unit->size) {
            return std::nullopt;
        }
        total += *number * unit->size;
        last_size = unit->size;
        text.remove_prefix(letters);
    }
    if (total > kLongestDuration) return std::nullopt;
    return std::chrono::milliseconds(total);
}

std::string format_duration(std::chrono::milliseconds value) {
    return value.count() == 0 ? "0s" : format(kDurations, value.count());
}

std::optional<Bytes> parse_bytes(std::string_view text) {
    auto number = take_number(text);
    const auto* unit = find_unit(kBytes, text);
    if (!number || unit == nullptr || *number > std::numeric_limits<std::int64_t>::max() / unit->size) {
        return std::nullopt;
    }
    return Bytes{*number * unit->size};
}

std::string format_bytes(Bytes value) {
    return value.count == 0 ? "0B" : format(kBytes, value.count);
}

std::optional<Address> parse_address(std::string_view text) {
    auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto host = text.substr(0, colon);
    auto port = text.substr(colon + 1);
    auto number = take_number(port);
    if (!number || !port.empty() || *number > 65'535) return std::nullopt;
    if (host.starts_with('[')) {
        if (!host.ends_with(']')) return std::nullopt;
        host = host.substr(1, host.size() - 2);
        if (network_width(host) != 128) return std::nullopt;
    } else if (!std::ranges::all_of(host, [](char c) {
                   return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
               })) {
        return std::nullopt;
    }
    return Address{std::string(host), static_cast<std::uint16_t>(*number)};
}

std::string to_text(const Address& address) {
    auto host = address.host.contains(':') ? "[" + address.host + "]" : address.host;
    return host + ":" + std::to_string(address.port);
}

std::optional<std::string> check_http_url(std::string_view text) {
    auto scheme = text.starts_with("https://") ? 8U : text.starts_with("http://") ? 7U : 0U;
    if (scheme == 0) return "must begin with https:// or http://";
    auto rest = text.substr(scheme);
    auto host = rest.substr(0, rest.find('/'));
    if (host.empty() || host.contains('@') || host.starts_with(':')) return "must name a host and no user";
    if (rest.find_first_of("?# \t\"<>\\") != std::string_view::npos) return "must have neither query nor fragment";
    return std::nullopt;
}

std::optional<std::string> check_network(std::string_view text) {
    auto slash = text.find('/');
    auto width = network_width(text.substr(0, slash));
    if (!width) return "must be a network such as 10.0.0.0/8 or an address";
    if (slash == std::string_view::npos) return std::nullopt;
    auto length = text.substr(slash + 1);
    auto number = take_number(length);
    if (!number || !length.empty() || *number > *width) {
        return "must have a prefix length from 0 to " + std::to_string(*width);
    }
    return std::nullopt;
}

std::optional<std::string> check_instance_name(std::string_view text) {
    auto good = !text.empty() && text.size() <= 64 && is_lower_or_digit(text.front()) &&
                std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '_' || c == '-'; });
    if (good) return std::nullopt;
    return "must be 1 to 64 of a-z, 0-9, '_' and '-', beginning with a letter or digit";
}

}  // namespace tandem::config
