// One part of a mail, as asked for by Instance::fetch. Pure.
#pragma once

#include "connectors/imap/syntax.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::imap {

struct PartPlace {
    std::string mailbox;
    std::string folder;  // decoded
    std::uint32_t uidvalidity = 0;
    Uid uid = 0;
    std::string part;  // as "2.1"
};
// "mail:imap/<mailbox>/<folder>/<uidvalidity>/<uid>/<part>", each percent-encoded; nullopt: it is none.
std::optional<PartPlace> parse_part_url(std::string_view url);

std::string part_header_command(const PartPlace& place);
std::string part_piece_command(const PartPlace& place, std::uint64_t offset, std::uint64_t size);

// The octets without their transfer encoding (RFC 2045, 6), as the part's header says; an unknown one is left.
// Tolerant: base64 in several padded pieces goes on after the padding, and what is no base64 is passed over.
std::string without_transfer_encoding(std::string_view header, std::string octets);
// From the part's header, in lower case, without parameters; empty when it is not said.
std::string part_media_type(std::string_view header);

}  // namespace tandem::imap
