// The default alphabet of short messages (3GPP TS 23.038 6.2.1) with its extension table.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tandem::data {

// One septet per byte to UTF-8. A code that the extension lacks shows the character of the default table, as the
// standard says; bytes above 0x7F become U+FFFD.
std::string gsm_to_utf8(std::string_view septets);

// Valid UTF-8 to one septet per byte, two for a character of the extension table. nullopt when the alphabet lacks a
// character.
std::optional<std::string> utf8_to_gsm(std::string_view text);

}  // namespace tandem::data
