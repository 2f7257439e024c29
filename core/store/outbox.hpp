// The outbox: messages that wait to be sent or to be confirmed, as a table of the store. A message is on its customer's
// timeline and in the outbox by one transaction; what became of it is written before and after every attempt, so after
// a kill nobody has to guess: what may have gone out is Unknown and is never repeated by itself.
//
// All functions may be called from any thread; each is one transaction and takes its turn with the pipeline's. Failure:
// Full and Transient as in Store::apply(), besides what is said.
#pragma once

#include "core/store/store.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::store {

// Error::code when an idempotency key was used for another message.
inline constexpr std::string_view kKeyConflict = "idempotency_key";

enum class OutboxState : std::uint8_t {
    Queued,   // waits for its turn, or for another attempt
    Sending,  // handed to the connector; nobody knows yet
    Sent,     // the vendor took it; receipts tell the rest
    Failed,   // will not go out by itself
    Expired,  // not sent in time
    Unknown,  // may or may not have gone out: never repeated by itself
};
std::string_view to_string(OutboxState state);  // "queued" ... "unknown_outcome"

// What a vendor calls a message, or one part of it.
struct VendorId {
    std::string name_space;
    std::string external_id;
};

struct OutgoingMessage {
    Observation observation;  // its place on the timeline; observation.id names the message from now on
    std::string key;          // idempotency key together with whose it is
    std::uint64_t request_hash = 0;
    std::string instance;
    std::string request;  // for the sender: JSON, opaque here
    Instant expires_at{};
    bool needs_consent = true;
};

struct AcceptedMessage {
    InteractionId id;
    bool repeated = false;  // the key was known: `id` is that of the first time
    OutboxState state = OutboxState::Queued;
};

struct ClaimedMessage {
    InteractionId id;
    std::uint32_t attempt = 0;  // counts from 1; settling an older attempt changes nothing
    std::string request;
    Instant expires_at{};
};

// How an attempt ended: Sent, Failed, Unknown, or Queued to try again at `due`.
struct Settlement {
    InteractionId id;
    std::uint32_t attempt = 0;
    OutboxState state = OutboxState::Sent;
    Instant due{};
    std::vector<VendorId> ids{};  // one for each part; receipts and echoes under these ids belong to the message
    std::string code{};           // the vendor's error
    std::string reason{};
    bool opted_out = false;  // the vendor says that the recipient does not want messages: consent is withdrawn
};

struct OutboxEvent {
    Instant at{};
    OutboxState state = OutboxState::Queued;
    std::uint32_t attempt = 0;
    std::string code{};
    std::string reason{};
};

struct OutboxView {
    InteractionId id;
    std::string instance;
    OutboxState state = OutboxState::Queued;
    std::uint32_t attempts = 0;
    Instant accepted_at{};
    Instant due{};
    Instant expires_at{};
    std::string request;
    std::vector<OutboxEvent> history;  // oldest first
};

class Outbox {
public:
    virtual ~Outbox() = default;

    // Puts the message on the timeline and into the outbox. Rejected: the key was used for another request. OptedOut:
    // the recipient's point has withdrawn consent and the message needs it.
    virtual Result<AcceptedMessage> accept(const OutgoingMessage& message, Instant now) = 0;

    // Up to `limit` messages of the instance that are due, oldest first, now in state Sending; those past their time
    // become Expired on the way.
    virtual Result<std::vector<ClaimedMessage>> claim(std::string_view instance, std::size_t limit, Instant now) = 0;

    // What became of claimed messages. A settlement of a message that is not in that attempt is left out.
    virtual Result<void> settle(std::span<const Settlement> settlements, Instant now) = 0;

    // After a restart: attempts of the instance that nobody carries on. They become Unknown, or Queued if the vendor
    // takes a repetition for what it is (`repeatable`). Returns how many.
    virtual Result<std::size_t> recover(std::string_view instance, bool repeatable, Instant now) = 0;

    // The vendor has the message after all, under these ids: one that is Unknown, or whose attempt is not settled yet,
    // becomes Sent. False for any other message; what an operator has sent again stays as it is.
    virtual Result<bool> confirm(InteractionId id, std::span<const VendorId> ids, Instant now) = 0;

    // An operator decides: a Failed, Expired or Unknown message waits again, until `expires_at`. Rejected in another
    // state, NotFound.
    virtual Result<void> resend(InteractionId id, Instant expires_at, std::string_view actor, Instant now) = 0;

    // When the next message of the instance is due; nullopt if none waits.
    virtual Result<std::optional<Instant>> next_due(std::string_view instance) = 0;

    virtual Result<std::optional<OutboxView>> message(InteractionId id) = 0;
};

}  // namespace tandem::store
