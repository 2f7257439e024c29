// Long messages: cutting a text into parts, and finding in a received part where it belongs. Pure.
#pragma once

#include "connectors/smpp/alphabet.hpp"
#include "connectors/smpp/pdu.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::smpp {

enum class Concat { Udh8, Udh16, Sar, Payload };
std::string_view to_string(Concat concat);  // "udh8"

struct SegmentOptions {
    // Tried in this order; the first that holds the whole text is taken.
    std::vector<Alphabet> alphabets{Alphabet::Gsm7, Alphabet::Ucs2};
    Concat concat = Concat::Udh8;
    bool packed = false;  // GSM 7 bit goes packed over this link
};

struct SegmentedText {
    Alphabet alphabet = Alphabet::Gsm7;
    // Of each part, with the header where there is one. One part for a short text, and always one for Payload.
    std::vector<std::string> parts;
    bool with_header = false;  // esm_class 0x40
};

// nullopt when no alphabet holds the text or it needs more than 255 parts.
std::optional<SegmentedText> segment(std::string_view text, std::uint16_t reference, const SegmentOptions& options);

// Where a part belongs.
struct PartPlace {
    Concat concat = Concat::Udh8;
    std::uint16_t reference = 0;
    unsigned total = 0;
    unsigned number = 0;  // 1..total
};

// A received body: its header taken off, its place in a longer message if it has one. Numbers that make no sense (a
// number of 0 or above the total, a total of 0 or 1) make it a message of its own.
struct Content {
    std::string header;  // user data header, empty if there is none
    std::string octets;
    std::optional<PartPlace> place;
    bool broken_header = false;  // esm_class announces one that does not fit; `octets` is then everything
};
Content content_of(const Pdu& pdu);

}  // namespace tandem::smpp
