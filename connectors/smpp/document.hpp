// What is journalled: one JSON document per message, part, report or unreadable PDU (README.md shows the fields). Packs
// map it; nothing here knows the common schema. Pure.
#pragma once

#include "connectors/smpp/config.hpp"
#include "connectors/smpp/pdu.hpp"
#include "connectors/smpp/reassembly.hpp"
#include "connectors/smpp/receipt.hpp"
#include "connectors/smpp/segment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::smpp {

// Of parts, which are mapped only once they are joined, and of all else.
inline constexpr std::string_view kPartType = "application/vnd.tandem.smpp-part+json";
inline constexpr std::string_view kEventType = "application/vnd.tandem.smpp+json";

// Tells repetitions of one PDU from other ones: addresses, octets and where a part belongs.
std::string fingerprint(const Pdu& pdu);
// What names the two sides of a message.
std::string route_key(const Pdu& pdu);

// The text of octets under this link's rules; nullopt when they are no text.
struct ReadText {
    std::string text;
    Alphabet alphabet = Alphabet::Gsm7;
    bool fallback = false;  // read as another alphabet than it claims to be
    bool clean = true;
};
std::optional<ReadText> read_text(std::string_view octets,
                                  std::uint8_t data_coding,
                                  std::size_t header,
                                  const Config& config);

struct Identity {
    std::string id;
    Instant at{};  // of the first copy
};
std::string message_document(const Pdu& pdu, const Content& content, const Identity& identity, const Config& config);
std::string part_document(const Pdu& pdu, const Content& content, const PartSet& set, const Config& config);
// `pdu` is of the part that came last: its fields stand for all.
std::string joined_document(const Pdu& pdu, const PartSet& set, const Config& config);
std::string receipt_document(const Pdu& pdu,
                             const Content& content,
                             const std::optional<ReceiptFields>& receipt,
                             const Config& config);
std::string unreadable_document(const Fault& fault, std::string_view octets);

// A part of an earlier run; nullopt when the document is no such part.
struct StoredPart {
    std::string set_id;
    std::string route;
    PartPlace place;
    Part part;
    Instant first_at{};
    Pdu pdu;  // addresses and types only
};
std::optional<StoredPart> read_part(std::string_view document);

// The id and fingerprint of a stored message.
struct StoredMessage {
    std::string id;
    std::string fingerprint;
};
std::optional<StoredMessage> read_message(std::string_view document);

}  // namespace tandem::smpp
