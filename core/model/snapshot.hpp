// The common schema: what one source says about one interaction. A Snapshot is a checked view of a document in an arena
// (the shape of a snapshot is documented in docs/schema.md); all texts refer to that document, which must outlive it.
#pragma once

#include "core/base/ids.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/data/value.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::model {

inline constexpr std::int64_t kSchemaVersion = 1;

// Vocabularies are text in the schema; these lists are what a snapshot may say. Vendors' other words become `unknown`
// or `other` in the pack and are kept under `attributes`.
std::span<const std::string_view> channels();
std::span<const std::string_view> directions();
std::span<const std::string_view> states();
std::span<const std::string_view> end_reasons();
std::span<const std::string_view> schemes();

struct ExternalId {
    std::string_view name_space;
    std::string_view external_id;
};

struct ContactPoint {
    std::string_view scheme;
    std::string_view scope;
    std::string_view value;
    std::string_view display;
    std::string_view verified;  // none, vendor, ani_match, pin, login, knowledge, voice_biometric, document
};

struct Party {
    std::int64_t no = 0;
    std::string_view role;
    std::string_view name;
    std::vector<ContactPoint> points;
};

// One of several that a long message came in. Parts of one message share namespace, key and total.
struct Part {
    std::string_view key;
    std::int64_t number = 0;  // from 1 to total
    std::int64_t total = 0;   // at most kMaxParts
};
inline constexpr std::int64_t kMaxParts = 255;

// One of several copies of the contact that lie at different places: a mail in Inbox, in Sent, in a journal; a call
// that was seen live, and its call record.
struct Copy {
    // Other copies carry this name too; only one whose `at` is at most `within` away is the same contact, and whose
    // `lasted`, if both say it, differs by `lasted_within` at most.
    struct Name {
        std::string_view name_space;  // the snapshot's, unless it is told
        std::string_view external_id;
        Instant at{};  // the snapshot's beginning, unless it is told
        std::chrono::milliseconds within{};
        std::optional<std::chrono::milliseconds> lasted{};
        std::chrono::milliseconds lasted_within{};
        std::string_view place;  // what has this name but once; the copy's place, unless it is told
    };
    std::string_view place;  // two copies at one place are two contacts
    std::int64_t rank = 0;   // 0 to kMaxCopyRank; the lowest knows best
    std::vector<Name> names;
    std::chrono::milliseconds precision{};  // of its times
};
inline constexpr std::int64_t kMaxCopyRank = 9;
inline constexpr std::size_t kMaxCopyNames = 16;
inline constexpr std::size_t kMaxAliases = 8;
inline constexpr std::chrono::milliseconds kMaxCopyWindow = std::chrono::hours(24);

// What else is known of the dialogue, all in its name space.
struct ThreadNames {
    struct Topic {  // a name that several dialogues may have
        std::string_view key;
        std::chrono::milliseconds within{};
        bool joins = false;  // this contact belongs to the latest dialogue of that name
    };
    std::string_view own;                // the name that this contact brings along; if another had it, it names nothing
    std::vector<std::string_view> also;  // names of the same dialogue
    std::optional<Topic> topic;
};
inline constexpr std::size_t kMaxThreadNames = 100;
inline constexpr std::chrono::milliseconds kMaxTopicWindow = std::chrono::hours(24 * 60);

struct Snapshot {
    std::string_view source;
    std::string_view name_space;
    std::string_view external_id;
    std::int64_t rev = 0;
    std::optional<Part> part;
    bool patch = false;  // says only what changed
    std::optional<Copy> copy;
    std::vector<ExternalId> aliases;
    std::string_view channel;
    std::string_view provider;
    std::string_view direction;
    std::string_view state;
    std::optional<ExternalId> thread;
    ThreadNames thread_names;  // of `thread`
    Instant started_at{};
    std::vector<Party> parties;
    data::Value document;  // the whole snapshot

    InteractionId id() const { return interaction_id(name_space, external_id); }
};

// Checks `document` against the schema (required fields, vocabularies, types, times, unknown keys) and reads it into
// `out` (reused by callers to save allocations). Failure is ErrorKind::Rejected with the field path, e.g.
// "parties[0].role: 'client' is not a role".
Result<void> read_snapshot(data::Value document, Snapshot& out);

// Delivery status of an earlier message.
enum class ReceiptStatus { Queued, Sent, Delivered, Read, Failed, Expired, Unknown };
std::string_view to_string(ReceiptStatus status);
std::optional<ReceiptStatus> parse_receipt_status(std::string_view text);

struct Receipt {
    std::string_view name_space;
    std::string_view external_id;  // of the message; empty for a watermark
    ReceiptStatus status = ReceiptStatus::Unknown;
    Instant at{};
    std::string_view code;    // vendor's error code
    std::string_view reason;  // vendor's error text
    std::int64_t part = 0;    // of a message in several parts that share an id: from 1 to parts; 0: the whole message
    std::int64_t parts = 0;
    // A watermark covers every outbound message of `thread` sent up to this instant (Messenger, Instagram).
    std::optional<ExternalId> thread;
    std::optional<Instant> until;
    data::Value document;
};

// Same rules for
// {"namespace","external_id","status","at"[,"code","reason","part","parts","thread","until","recipient"]}.
Result<void> read_receipt(data::Value document, Receipt& out);

}  // namespace tandem::model
