// The feed's writing end, and the counts that stats() answers without a scan. One row per visible change; positions
// rise by one and are never used again, because pruning always leaves the newest row.
#pragma once

#include "core/sqlite/database.hpp"
#include "core/store/store.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace tandem::store {

struct Counts {
    std::int64_t interactions = 0;
    std::int64_t points = 0;
    std::int64_t customers = 0;
    std::int64_t quarantined = 0;
    std::int64_t media_queued = 0, media_stored = 0, media_failed = 0, media_files = 0, media_bytes = 0;

    friend bool operator==(const Counts&, const Counts&) = default;
};

class FeedWriter {
public:
    explicit FeedWriter(sqlite::Database& database);

    // `subject` is the row of an interaction or of a customer's founding point; `customer` likewise, 0 for none.
    void append(FeedKind kind, std::int64_t subject, std::int64_t customer, std::uint64_t version, Instant at);
    std::uint64_t position() const { return position_; }

    Counts& counts() { return counts_; }

    // Ends a transaction's work: keeps the counts and drops a few entries older than `keep`.
    void finish(Instant now, std::chrono::seconds keep);
    void reload();  // after a rollback or somebody else's write

private:
    sqlite::Database& database_;
    sqlite::Statement insert_, prune_, set_count_;
    std::uint64_t position_ = 0;
    Counts counts_;
    Counts stored_;
};

}  // namespace tandem::store
