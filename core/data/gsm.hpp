// The default alphabet of short messages (3GPP TS 23.038 6.2.1) with its extension table.
#pragma once

#include <string>
#include <string_view>

namespace tandem::data {

// One septet per byte to UTF-8. A code that the extension lacks shows the character of the default table, as the
// standard says; bytes above 0x7F become U+FFFD.
std::string gsm_to_utf8(std::string_view septets);

}  // namespace tandem::data
