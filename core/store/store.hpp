// The shared store: interactions, contact points, customers, timeline, feed, quarantine and the consumers' journal
// positions. One interface, implemented by sqlite/ (embedded default) and later postgres/. Ideas and layout:
// docs/architecture.md "Store"; every write is a join (registers, minimum registers, sets), so repeats and shuffles
// give the same result.
#pragma once

#include "core/base/ids.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/identity/link.hpp"
#include "core/identity/point.hpp"
#include "core/model/snapshot.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::store {

// ---------------------------------------------------------------------------------------------------- what is written

struct PartyPoint {
    PointId id;
    identity::Point point;
    identity::PointClass point_class = identity::PointClass::Personal;
    identity::Verification verification = identity::Verification::None;
    std::string display;
};

// The recipient wants to be written to, or no longer.
struct ConsentChange {
    bool granted = false;
    Instant at{};
};

// A file that an attachment points to.
struct MediaReference {
    std::string attachment;  // its external id
    std::string url;
    std::string kind;        // of the attachment
    std::string media_type;  // as the vendor says; may be empty
    std::string filename;    // the same
};

// One of several that a long message came in. The first to come names the interaction; the others join it.
struct MessagePart {
    std::string key;  // shared by the parts of one message, within the name space
    std::int64_t number = 0;
    std::int64_t total = 0;
};

// One of several copies that lie at different places: a mail in Inbox, in Sent, in a journal. Each is a register of its
// own. The first to come names the interaction; the others join it by their id or by a name that they share.
struct Copy {
    struct Name {
        InteractionId id;
        Instant at{};                                       // what is compared of two copies: when they began, or ended
        std::chrono::milliseconds within{};                 // between the two
        std::optional<std::chrono::milliseconds> lasted{};  // compared too, where both say it
        std::chrono::milliseconds lasted_within{};
        std::string place{};  // what has this name but once: two copies that share but a name are two interactions
    };
    std::string place;  // within the source
    std::int64_t rank = 0;
    std::vector<Name> names;
};

// What else the dialogue is called. Dialogues that share a name are one.
struct ThreadNames {
    struct Topic {
        ThreadId id;
        std::chrono::milliseconds within{};
        bool joins = false;
    };
    std::optional<ThreadId> own;  // brought along by this interaction; once another has it too, it names nothing
    std::vector<ThreadId> also;
    std::optional<Topic> topic;  // the latest dialogue of that name, if this interaction joins it

    bool any() const { return own || !also.empty() || topic; }
};

// What one source says about one interaction: a register, ordered by (rev, rev_hash).
struct Observation {
    InteractionId id;
    std::string name_space;
    std::string external_id;
    std::string source;
    int precedence = 100;  // lower wins where sources disagree
    std::int64_t rev = 0;
    std::uint64_t rev_hash = 0;  // of the document: breaks ties between equal revisions
    std::string channel;
    std::string provider;
    std::string direction;
    Instant started_at{};
    std::optional<ThreadId> thread;
    ThreadNames thread_names{};
    std::vector<InteractionId> aliases{};  // what others may call it; of a name that another has already, nothing comes
    std::optional<Copy> copy = std::nullopt;
    // Points of the customer's party, strongest first: the interaction hangs on points[0]; the others give evidence
    // that they belong together (strength of the weaker verification).
    std::vector<PartyPoint> points;
    std::string document;                                 // the snapshot as JSON
    std::uint64_t event = 0;                              // journal position it came from (raw payload)
    std::optional<ConsentChange> consent = std::nullopt;  // of points[0]; the latest counts
    std::optional<MessagePart> part = std::nullopt;
    bool patch = false;                   // says only what changed (fold.hpp)
    bool anew = false;                    // a replay: replaces what the same event said before, whatever the revisions
    std::vector<MediaReference> media{};  // to be fetched; known ones are not fetched again
    std::string fetched_by{};             // instance that fetches them
};

struct ReceiptUpdate {
    InteractionId id;  // of the message; kept even when the message is not there yet
    model::ReceiptStatus status;
    Instant at{};
    std::string code;
    std::string reason;
    std::int64_t part = 0;  // of a message whose `parts` share this id; 0: the whole message
    std::int64_t parts = 0;
};

// Everything outbound in `thread` up to `until` has that status.
struct Watermark {
    ThreadId thread;
    model::ReceiptStatus status;  // Delivered or Read
    Instant until{};
};

struct QuarantineEntry {
    std::uint64_t id = 0;  // given by the store
    std::string node{};
    std::uint64_t event = 0;  // journal position; (node, event, item) is unique
    std::uint32_t item = 0;   // index of the record inside the event
    std::string instance{};
    std::string pack{};
    std::string reason{};  // one sentence
    std::string path{};    // field path or expression position
    Instant at{};
    std::string content_type{};
    std::string envelope{};
    std::string raw{};
};

// Where an instance resumes a stream of its vendor; opaque here.
struct CursorUpdate {
    std::string instance;
    std::string stream;
    std::string cursor;
};

// One step of the pipeline: all of it and the new position, or nothing.
struct Batch {
    std::string consumer;        // e.g. "pipeline@node1"
    std::uint64_t position = 0;  // journal position after this batch; must be above the stored one
    Instant now{};
    std::vector<Observation> observations;
    std::vector<ReceiptUpdate> receipts;
    std::vector<Watermark> watermarks;
    std::vector<QuarantineEntry> quarantine;
    std::vector<CursorUpdate> cursors{};  // of streams whose events are applied by now
    std::vector<std::uint64_t> released;  // quarantine entries that this replay has mapped: removed
};

struct ApplyReport {
    std::size_t created = 0;
    std::size_t changed = 0;
    std::size_t unchanged = 0;  // repeats and older revisions
    std::uint64_t feed_position = 0;
};

// ------------------------------------------------------------------------------------------------------- what is read

struct PointView {
    PointId id;
    identity::Point point;
    identity::PointClass point_class = identity::PointClass::Personal;
    std::string display;
    Instant first_seen{};
};

struct Suggestion {  // evidence too weak to join: shown to the agent
    PointView mine;
    PointView other;
    CustomerId other_customer;
    int strength = 0;
    std::string basis;
};

struct CustomerView {
    CustomerId id;
    Instant created_at{};
    std::vector<PointView> points;  // first seen first
    std::vector<Suggestion> suggestions;
    std::vector<CustomerId> merged_ids;  // ids that resolve to this customer
};

struct Delivery {
    std::optional<Instant> queued_at, sent_at, delivered_at, read_at, failed_at, expired_at;
    std::string code;
    std::string reason;
    // read > delivered > sent > queued; failed or expired count only when neither delivered nor read is known.
    // Nullopt if no receipt is known.
    std::optional<model::ReceiptStatus> status() const;

    friend bool operator==(const Delivery&, const Delivery&) = default;
};

enum class MediaState : std::uint8_t {
    Queued,    // waits for its turn, or for another attempt
    Fetching,  // on its way
    Stored,
    Failed,  // will not be fetched; `reason` tells why
};
std::string_view to_string(MediaState state);

// What became of the file of one attachment.
struct MediaView {
    std::string attachment;  // its external id
    std::string url;
    MediaState state = MediaState::Queued;
    std::string sha512{};  // lower-case hex, of Stored
    std::uint64_t size = 0;
    std::string media_type{};
    std::string code{};  // why the last attempt failed
    std::string reason{};
};

struct InteractionView {
    InteractionId id;
    std::string document;  // folded from its sources, JSON in the shape of a snapshot
    std::vector<std::string> sources;
    Instant started_at{};
    std::string channel;
    std::optional<ThreadId> thread;
    std::optional<PointId> point;  // the point it hangs on
    std::optional<CustomerId> customer;
    Delivery delivery;  // receipts and watermarks applied
    std::uint64_t version = 0;
    std::uint64_t event = 0;         // journal position of the newest observation
    std::vector<MediaView> media{};  // of attachments that are fetched
};

struct TimelineQuery {
    std::size_t limit = 50;
    std::optional<std::string> before{};  // `next` of the previous page
    std::vector<std::string> channels{};  // empty: all
};

struct TimelinePage {
    std::vector<InteractionView> items;  // newest first, (started_at, id) strictly falling
    std::optional<std::string> next;     // opaque; absent on the last page
};

enum class FeedKind { InteractionCreated, InteractionChanged, CustomerMerged, CustomerSplit };
std::string_view to_string(FeedKind kind);  // "interaction.created" ...

struct FeedEntry {
    std::uint64_t position = 0;  // strictly ordered; a reader that saw n has seen everything up to n
    FeedKind kind = FeedKind::InteractionCreated;
    std::string subject;  // interaction or customer id
    std::optional<CustomerId> customer;
    std::uint64_t version = 0;
    Instant at{};
};

struct StoreStats {
    std::uint64_t interactions = 0, points = 0, customers = 0, quarantined = 0, feed_position = 0;
};

struct QuarantineQuery {
    std::size_t limit = 50;
    std::uint64_t before = 0;  // entry id; 0: from the newest
    std::string instance{};    // empty: all
};

class Outbox;  // core/store/outbox.hpp
class Media;   // core/store/media.hpp

class Store {
public:
    virtual ~Store() = default;

    // Writer side. One writer at a time (the pipeline thread and operator actions take turns inside the store).
    // Failure: Full (disk), Transient (busy): try the same batch again, nothing of it was applied; Corrupt: stop.
    virtual Result<ApplyReport> apply(const Batch& batch) = 0;
    // Position of a consumer, 0 if it never wrote.
    virtual Result<std::uint64_t> position(std::string_view consumer) = 0;

    // Of the last applied update; nullopt if there was none.
    virtual Result<std::optional<std::string>> cursor(std::string_view instance, std::string_view stream) = 0;

    // An operator says that two points are one person (strength 100), or that they are not (a cut, which wins over
    // later evidence until removed). Points that do not exist yet are created. Linking a point with itself is a no-op.
    virtual Result<CustomerId> link(const PartyPoint& a, const PartyPoint& b, std::string_view actor, Instant now) = 0;
    virtual Result<CustomerId> unlink(PointId a,
                                      PointId b,
                                      std::string_view actor,
                                      Instant now) = 0;  // a's customer after

    // Readers: any thread, never wait for the writer.
    virtual Result<std::optional<CustomerView>> customer_of(PointId point) = 0;
    virtual Result<std::optional<CustomerView>> customer(CustomerId id) = 0;  // follows merged ids
    virtual Result<TimelinePage> timeline(CustomerId id, const TimelineQuery& query) = 0;
    virtual Result<std::optional<InteractionView>> interaction(InteractionId id) = 0;
    virtual Result<std::vector<FeedEntry>> feed(std::uint64_t after, std::size_t limit) = 0;
    virtual Result<std::vector<QuarantineEntry>> quarantine(const QuarantineQuery& query) = 0;  // without raw
    virtual Result<std::optional<QuarantineEntry>> quarantined(std::uint64_t id) = 0;           // with raw
    virtual Result<StoreStats> stats() = 0;

    // Live as long as the store.
    virtual Outbox& outbox() = 0;
    virtual Media& media() = 0;

    // Called on the writing thread after a commit that moved the feed: wakes feed readers.
    virtual void on_feed(std::function<void(std::uint64_t position)> listener) = 0;
};

struct SqliteStoreOptions {
    std::filesystem::path file{};
    identity::LinkRules rules{};
    std::size_t readers = 4;  // reader connections
    std::chrono::seconds keep_feed{std::chrono::hours(24 * 30)};
};
Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteStoreOptions& options);

// The store of a file as it is now, beside which it may be in use, as a file of its own. `to` must not exist yet.
// Failure: Full, Corrupt, Config; what is there of `to` then is worth nothing.
Result<void> copy_sqlite_store(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace tandem::store
