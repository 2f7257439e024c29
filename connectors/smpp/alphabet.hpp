// The alphabets of short messages, to UTF-8 and back. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::smpp {

enum class Alphabet { Gsm7, Latin1, Ucs2, Ascii, Iso8859_5, Iso8859_8, Windows1251, Binary };
std::string_view to_string(Alphabet alphabet);  // "gsm7"

struct DecodedText {
    std::string text;   // UTF-8
    bool clean = true;  // false: something had no meaning in this alphabet
};

// Octets of a whole message (parts joined first: pairs may be cut between parts). GSM 7 bit means one septet per octet;
// packed texts go through unpack_septets(). Binary gives no text.
DecodedText decode_text(std::string_view octets, Alphabet alphabet);

// The smallest pieces that must not be torn: one character each (with its escape, as a surrogate pair). nullopt when a
// character is not in the alphabet. `text` is UTF-8.
std::optional<std::vector<std::string>> encode_units(std::string_view text, Alphabet alphabet);
std::optional<std::string> encode_text(std::string_view text, Alphabet alphabet);

// Seven-bit packing of 3GPP TS 23.038. `fill_bits` (0..6) stand before the first septet: after a header, so that the
// septets begin on a boundary of their own.
std::string pack_septets(std::string_view septets, unsigned fill_bits = 0);
// Nobody counts the septets in SMPP: eight of them in seven octets may be seven and padding. A last one of zero is then
// taken for padding unless `count` says otherwise.
std::string unpack_septets(std::string_view octets,
                           unsigned fill_bits = 0,
                           std::optional<std::size_t> count = std::nullopt);

// What data_coding says: the alphabet and the class of the message.
struct Coding {
    Alphabet alphabet = Alphabet::Gsm7;
    bool known = true;  // false: an alphabet we do not read, treated as Binary
    std::optional<int> message_class = std::nullopt;
};
// `standard` is what 0 means on this link.
Coding coding_of(std::uint8_t data_coding, Alphabet standard);

}  // namespace tandem::smpp
