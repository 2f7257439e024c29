// What is journalled: one JSON document for each message, change or report (README.md shows the fields). Packs map it;
// nothing here knows the common schema. Pure.
#pragma once

#include "connectors/xmpp/envelope.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::xmpp {

inline constexpr std::string_view kEventType = "application/vnd.tandem.xmpp+json";

enum class Kind {
    Message,
    Correction,  // XEP-0308
    Retraction,  // XEP-0424
    Receipt,     // XEP-0184, XEP-0333, an error that came back
    Sent,        // a message of this gateway, seen in the archive or as a copy
    Nothing,     // chat states, headlines, rooms
};
std::string_view to_string(Kind kind);

struct Receipt {
    std::string id;      // of the message that it speaks of
    std::string status;  // delivered, read, failed
    std::string code = {};
    std::string reason = {};
};

// What a message stanza is; `label` says why it is Nothing.
struct Meaning {
    Kind kind = Kind::Nothing;
    std::string_view label = "empty";
    std::string target = {};  // id of the message that is corrected or retracted
    std::optional<Receipt> receipt = {};
};
Meaning meaning_of(const Envelope& envelope, const Account& account);

// Where an event belongs: computed by the inbox.
struct Place {
    std::string id = {};  // of the interaction; empty: of a message that is not known
    Instant at{};         // of the message, or of the report
    Instant first_at{};   // of the message that is corrected or retracted
    std::int64_t rev = 0;
};
std::string document_of(
    const Envelope& envelope, const Meaning& meaning, const Place& place, const Account& account, std::string_view xml);

// What the inbox needs of an earlier event; nullopt when the document is none of ours.
struct StoredEvent {
    Kind kind = Kind::Nothing;
    std::string id = {}, author = {}, message_id = {}, origin_id = {}, stanza_id = {}, target = {}, body_digest = {};
    bool outbound = false;
    Instant first_at{};
    std::int64_t rev = 0;
};
std::optional<StoredEvent> read_event(std::string_view document);

// Messages of this gateway carry the interaction's id, a UUID of version 5; other clients make none of those.
bool is_gateway_id(std::string_view id);
std::string name_space_of(const Account& account);
// Tells two messages apart that have one id.
std::string body_digest(const Element& message);
std::string_view origin_id_of(const Element& message);

}  // namespace tandem::xmpp
