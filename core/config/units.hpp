// Quantities as people write them. Pure.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::config {

// "500ms", "30s", "5m", "72h", "30d" and sums of falling units: "1h30m". nullopt without a unit, for another form, or
// above 100 years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::string format_duration(std::chrono::milliseconds value);  // in the largest unit that gives a whole number

// "8GiB", "64MiB", "10MB", "0B": binary (KiB MiB GiB TiB) and decimal (kB KB MB GB TB) units. nullopt without a unit or
// beyond 64 bits.
struct Bytes {
    std::int64_t count = 0;
    friend auto operator<=>(const Bytes&, const Bytes&) = default;
};
constexpr Bytes kibibytes(std::int64_t count) {
    return {count << 10};
}
constexpr Bytes mebibytes(std::int64_t count) {
    return {count << 20};
}
constexpr Bytes gibibytes(std::int64_t count) {
    return {count << 30};
}
std::optional<Bytes> parse_bytes(std::string_view text);
std::string format_bytes(Bytes value);  // in the largest binary unit that gives a whole number

// A place to listen on or to connect to: "127.0.0.1:8080", "gw.example.test:443", "[::1]:8080", ":8080" (no
// host: every address of the machine). Port 0 lets the system choose.
struct Address {
    std::string host;  // without brackets
    std::uint16_t port = 0;
    friend bool operator==(const Address&, const Address&) = default;
};
std::optional<Address> parse_address(std::string_view text);
std::string to_text(const Address& address);
bool is_network_address(std::string_view text);  // IPv4 or IPv6, no name
// Both cannot be listened on at once. Hosts are network addresses or empty (every address); port 0 is a free one.
bool overlap(const Address& a, const Address& b);

// Checks of texts: nullopt if good, else what is wrong in a few words. They fit Fields::check().
std::optional<std::string> check_http_url(std::string_view text);  // http or https with a host, no query or fragment
std::optional<std::string> check_network(std::string_view text);   // CIDR or one address, IPv4 or IPv6
std::optional<std::string> check_instance_name(std::string_view text);  // [a-z0-9][a-z0-9_-]{0,63}

}  // namespace tandem::config
