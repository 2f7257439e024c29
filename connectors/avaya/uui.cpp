#include "connectors/avaya/uui.hpp"

#include "connectors/avaya/ucid.hpp"
#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::avaya {
namespace {

constexpr unsigned char kPackedDiscriminator = 0x00;
constexpr unsigned char kUcidTag = 0xFA;
constexpr unsigned char kApplicationTag = 0xC8;

std::optional<std::string> as_text(std::string_view octets) {
    while (!octets.empty() && octets.back() == '\0')
        octets.remove_suffix(1);
    const auto control = [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return (octet < 0x20 && c != '\t' && c != '\n' && c != '\r') || octet == 0x7F;
    };
    if (octets.empty() || !valid_utf8(octets) || std::ranges::any_of(octets, control)) return std::nullopt;
    return std::string(octets);
}

// Whether `octets` are such a structure to their last one; what it holds goes to `uui`.
bool unpack(std::string_view octets, Uui& uui) {
    if (octets.size() < 3 || static_cast<unsigned char>(octets.front()) != kPackedDiscriminator) return false;
    Uui found = uui;
    octets.remove_prefix(1);
    while (!octets.empty()) {
        if (octets.size() < 2) return false;
        const auto tag = static_cast<unsigned char>(octets[0]);
        const std::size_t length = static_cast<unsigned char>(octets[1]);
        if (octets.size() < 2 + length) return false;
        const auto value = octets.substr(2, length);
        if (tag == kUcidTag) {
            if (const auto ucid = ucid_of_octets(value)) found.ucid = format_ucid(*ucid);
        } else if (tag == kApplicationTag) {
            found.text = as_text(value);
        }
        octets.remove_prefix(2 + length);
    }
    found.packed = true;
    uui = std::move(found);
    return true;
}

}  // namespace

std::optional<Uui> read_uui(std::string_view hex_digits) {
    const auto digits = trim_ascii(hex_digits.substr(0, hex_digits.find(';')));
    const auto octets = unhex(digits);
    if (!octets || octets->empty()) return std::nullopt;
    Uui uui{.hex = to_lower_ascii(digits), .text = std::nullopt, .ucid = {}};
    if (!unpack(*octets, uui)) uui.text = as_text(*octets);
    return uui;
}

}  // namespace tandem::avaya
