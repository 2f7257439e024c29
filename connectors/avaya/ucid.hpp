// Universal Call ID of Avaya's switches: 20 decimal digits, 5 of the node, 5 of a sequence and 10 of the switch's Unix
// time at which the call was made; 8 octets in binary form, 2 + 2 + 4, big-endian (vendors/avaya.md 3.2). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::avaya {

struct Ucid {
    std::uint32_t node = 0;
    std::uint32_t sequence = 0;
    std::uint64_t seconds = 0;  // a hint only: it is the switch's clock
    bool operator==(const Ucid&) const = default;
};

// Exactly 20 digits that are not all zero: a switch that has no UCID sends "0" or nothing.
bool is_ucid(std::string_view text);
std::optional<Ucid> parse_ucid(std::string_view text);
std::string format_ucid(const Ucid& ucid);

// From its 8 octets; nullopt if there are not 8 or all are zero.
std::optional<Ucid> ucid_of_octets(std::string_view octets);

}  // namespace tandem::avaya
