// User-to-user information: up to 128 octets that travel with a call, given as hexadecimal digits. They are text of the
// application's, or a packed structure of Avaya's: protocol discriminator 00, then elements of tag, length and value,
// of which FA is the UCID (vendors/avaya.md 3.2) and C8 is believed to be the application's data. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tandem::avaya {

struct Uui {
    std::string hex;                  // lower case, without what a SIP header adds
    std::optional<std::string> text;  // of the application, if it reads as text
    std::string ucid;                 // in a packed structure, 20 digits; else empty
    bool packed = false;
    bool operator==(const Uui&) const = default;
};

// Also a SIP header's "00FA…;encoding=hex". nullopt: no hexadecimal octets, or none at all. A structure that does not
// fit its lengths is not taken for a packed one.
std::optional<Uui> read_uui(std::string_view hex);

}  // namespace tandem::avaya
