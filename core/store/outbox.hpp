// The outbox: messages that wait to be sent or to be confirmed, as a table of the store. A message is on its customer's
// timeline and in the outbox by one transaction; what became of it is written before and after every attempt, so after
// a kill nobody has to guess: what may have gone out is Unknown and is never repeated by itself.
//
// All functions may be called from any thread; each is one transaction and takes its turn with the pipeline's. Failure:
// Full and Transient as in Store::apply(), besides what is said.
#pragma once

#include "core/store/store.hpp"

#include <cstdint>
#include <functional>
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
    Unknown,  // may or may not have gone out: never repeated by itself; what speaks of it settles it
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

// The names under which others will speak of a message, as far as they are known before it is sent. Pure.
using ExpectedNames = std::function<std::vector<VendorId>(const ClaimedMessage& message)>;

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
    bool resolves = false;   // of an Unknown message, from doubtful(); Unknown again asks once more at `due`
};

struct OutboxEvent {
    Instant at{};
    OutboxState state = OutboxState::Queued;
    std::uint32_t attempt = 0;
    std::string code{};
    std::string reason{};
};

// What recover() does with attempts that nobody carries on.
enum class Recovery : std::uint8_t {
    Leave,   // Unknown; a person decides
    Ask,     // Unknown, and the vendor can be asked: see doubtful()
    Repeat,  // Queued: the vendor takes a repetition for what it is
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

struct OutboxQuery {
    std::optional<OutboxState> state{};
    std::string instance{};                // empty: all
    std::optional<std::int64_t> before{};  // OutboxPage::next of the page before
    std::size_t limit = 50;
};

struct OutboxPage {
    std::vector<OutboxView> items;
    std::optional<std::int64_t> next;  // for the page after this one
};

class Outbox {
public:
    virtual ~Outbox() = default;

    // The message that this key was accepted for; nullopt if there is none yet. Rejected (kKeyConflict): it was another
    // request.
    virtual Result<std::optional<AcceptedMessage>> known(std::string_view key, std::uint64_t request_hash) = 0;

    // Puts the message on the timeline and into the outbox. Rejected: the key was used for another request. OptedOut:
    // the recipient's point has withdrawn consent and the message needs it.
    virtual Result<AcceptedMessage> accept(const OutgoingMessage& message, Instant now) = 0;

    // Up to `limit` messages of the instance that are due, oldest first, now in state Sending. On the way those past
    // their time become Expired, and Failed those whose recipient has withdrawn consent since they were accepted.
    // `names` may be empty and is called for each while the store is locked: receipts, copies and echoes under these
    // names belong to the message from now on, whatever becomes of the attempt or of the process.
    virtual Result<std::vector<ClaimedMessage>> claim(std::string_view instance,
                                                      std::size_t limit,
                                                      Instant now,
                                                      const ExpectedNames& names) = 0;
    Result<std::vector<ClaimedMessage>> claim(std::string_view instance, std::size_t limit, Instant now) {
        return claim(instance, limit, now, {});
    }

    // What became of claimed messages. A settlement of a message that is not in that attempt is left out. Unknown is
    // settled at once if something has spoken of the message under a name of its own since the attempt began, else as
    // soon as something does: Failed if its receipts say failed or expired, Sent otherwise.
    virtual Result<void> settle(std::span<const Settlement> settlements, Instant now) = 0;

    // After a restart: attempts of the instance that nobody carries on. Returns how many.
    virtual Result<std::size_t> recover(std::string_view instance, Recovery recovery, Instant now) = 0;

    // Up to `limit` messages of the instance in state Unknown about which the vendor is to be asked now: settled as
    // Unknown with a `due`, or recovered with Ask. They stay as they are until a settlement that `resolves`.
    virtual Result<std::vector<ClaimedMessage>> doubtful(std::string_view instance, std::size_t limit, Instant now) = 0;

    // An operator decides: a Failed, Expired or Unknown message waits again, until `expires_at`. Rejected in another
    // state, NotFound, OptedOut.
    virtual Result<void> resend(InteractionId id, Instant expires_at, std::string_view actor, Instant now) = 0;

    // When the next message of the instance is due to be sent, or with `doubtful` to be asked about; nullopt if none
    // is.
    virtual Result<std::optional<Instant>> next_due(std::string_view instance, bool doubtful) = 0;

    virtual Result<std::optional<OutboxView>> message(InteractionId id) = 0;

    // Messages, newest first, without their requests and with the last event of their history.
    virtual Result<OutboxPage> messages(const OutboxQuery& query) = 0;
};

}  // namespace tandem::store
