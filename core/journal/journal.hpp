// The node's durable queue of accepted events: SQLite in WAL mode with synchronous=FULL and group commit. An event is
// acknowledged to its vendor only after the commit that holds it. Consumers read forward by position and keep their own
// cursor (the pipeline keeps it in the store, in the transaction that applies the events). The journal is also the
// archive of raw payloads: settled events stay for `retain` so that a corrected mapping can be replayed, and are
// dropped first when room is short (docs/decisions). Failure handling follows docs/delivery.md.
#pragma once

#include "core/base/result.hpp"
#include "core/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tandem::journal {

using Position = std::uint64_t;  // 1, 2, 3 ... strictly rising; never reused, also after a restart or retention

// What a connector hands over: raw bytes plus an envelope.
struct Event {
    std::string instance;   // configured name of the connector instance
    std::string stream;     // empty for push sources with one stream
    std::string vendor_id;  // the vendor's own id of the event if it has one
    Instant received_at{};
    std::string content_type;
    std::string envelope;  // JSON: what mapping needs besides the body (method, url, chosen headers); never secrets
    std::string raw;       // exact bytes
};

struct StoredEvent {
    Position position = 0;
    Event event;
};

struct JournalOptions {
    std::filesystem::path file{};                    // journal.db inside the data folder
    std::uint64_t max_unsettled_bytes = 8ULL << 30;  // backlog: above it append fails with Full
    std::chrono::seconds max_unsettled_age{std::chrono::hours(72)};
    std::uint64_t max_total_bytes = 64ULL << 30;               // settled events are dropped early above it
    std::chrono::seconds retain{std::chrono::hours(24 * 30)};  // how long settled events stay
    std::size_t max_queued = 16'384;                           // events waiting for the writer
    std::uint64_t max_queued_bytes = 64ULL << 20;              // and their bytes: bounds memory, not disk
    std::size_t max_batch = 4'096;                             // events in one commit
    // Positions given are above this one, even if the file is new. Pass the highest position that any consumer has
    // stored, so that a lost or replaced journal never hands out a position that a consumer would skip.
    Position start_above = 0;
};

struct JournalStats {
    Position first = 0;    // oldest event still there, 0 if empty
    Position last = 0;     // newest durable event
    Position settled = 0;  // every event up to here is applied by the slowest consumer
    std::uint64_t total_bytes = 0;
    std::uint64_t unsettled_bytes = 0;
    std::optional<Instant> oldest_unsettled;
    std::uint64_t commits = 0;
    std::optional<Instant> last_failure{};  // when a commit last failed (disk full, I/O error)
    std::uint64_t refused = 0;              // appends answered with Full
    std::uint64_t unreadable = 0;           // positions that reading had to step over because the file is damaged there
    std::string set_aside;                  // where open() put a damaged file, empty if it was sound
    std::uint64_t salvaged = 0;             // events carried over from the damaged file
};

class Journal {
public:
    // Runs once the event is on disk (its position) or refused. `Full` (backlog limit, disk full, queue full) means the
    // vendor gets 503 with Retry-After; the journal goes on working when there is room again.
    using Done = std::move_only_function<void(Result<Position>)>;
    // Where completions run: called once per commit with a closure that calls every Done of that commit.
    using Dispatch = std::function<void(std::move_only_function<void()>)>;

    // Opens or creates; recovers a torn tail (WAL) and never refuses to start because of one. Starts the writer thread.
    // A file that is no usable database is renamed (never deleted) and replaced; every event that can still be read is
    // carried over with its position, and stats() names the file: the caller reports it. Failure: Config (cannot be
    // opened or written), Full.
    static Result<std::unique_ptr<Journal>> open(JournalOptions options, Dispatch dispatch, const Clock& clock);

    virtual ~Journal() = default;

    // Thread-safe, never blocks on the disk. All events of one call are committed together or not at all; `done` gets
    // the position of the last one. Errors: Full (see Done), Rejected (an event above 512 MB), Cancelled (closed);
    // Transient and Corrupt are possible too and mean the same to a vendor as Full: nothing was stored, try later.
    virtual void append(std::vector<Event> events, Done done) = 0;

    // Up to `limit` events and about `max_bytes` after `after`, in order. Any thread; one reader connection per thread
    // pool is enough. Empty when there is nothing new. Positions are not dense: retention, refused commits and damaged
    // places leave gaps.
    virtual Result<std::vector<StoredEvent>> read(Position after, std::size_t limit, std::size_t max_bytes) = 0;
    virtual Result<std::optional<StoredEvent>> find(Position position) = 0;

    // Called on the writer thread after each commit, with the new last position: wakes the pipeline.
    virtual void on_commit(std::function<void(Position)> listener) = 0;

    // The slowest consumer has applied everything up to here: retention may drop what is older than `retain`.
    virtual void settle(Position upto) = 0;

    virtual JournalStats stats() const = 0;

    // Commits what is queued, then closes. Idempotent.
    virtual void close() = 0;
};

}  // namespace tandem::journal
