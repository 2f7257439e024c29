#include "core/store/sqlite/feed_writer.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace tandem::store {
namespace {

// More than one usual transaction adds, so that pruning keeps up without ever taking long.
constexpr std::int64_t kPruneRows = 8'192;

constexpr std::array<std::pair<std::string_view, std::int64_t Counts::*>, 9> kCounts = {{
    {"interactions", &Counts::interactions},
    {"points", &Counts::points},
    {"customers", &Counts::customers},
    {"quarantined", &Counts::quarantined},
    {"media_queued", &Counts::media_queued},
    {"media_stored", &Counts::media_stored},
    {"media_failed", &Counts::media_failed},
    {"media_files", &Counts::media_files},
    {"media_bytes", &Counts::media_bytes},
}};

}  // namespace

FeedWriter::FeedWriter(sqlite::Database& database)
    : database_(database),
      insert_(database.prepare("INSERT INTO feed VALUES(?,?,?,?,?,?)")),
      prune_(database.prepare("DELETE FROM feed WHERE position < (SELECT max(position) FROM feed) AND position <="
                              " (SELECT max(position) FROM (SELECT position, at FROM feed ORDER BY position LIMIT ?)"
                              "  WHERE at < ?)")),
      set_count_(database.prepare("INSERT INTO counter VALUES(?,?) ON CONFLICT DO UPDATE SET value = excluded.value")) {
    reload();
}

void FeedWriter::append(FeedKind kind, std::int64_t subject, std::int64_t customer, std::uint64_t version, Instant at) {
    insert_.bind_all(++position_, static_cast<std::int64_t>(kind), subject);
    customer != 0 ? insert_.bind(4, customer) : insert_.bind_null(4);
    insert_.bind(5, version).bind(6, to_micros(at)).run();
}

void FeedWriter::finish(Instant now, std::chrono::seconds keep) {
    const std::int64_t limit = to_micros(now - keep);
    if (position_ > 0 && database_.query_integer("SELECT at FROM feed ORDER BY position LIMIT 1") < limit) {
        prune_.bind_all(kPruneRows, limit).run();
    }
    if (counts_ == stored_) return;
    for (const auto& [name, member] : kCounts) {
        if (counts_.*member != stored_.*member) set_count_.bind_all(name, counts_.*member).run();
    }
    stored_ = counts_;
}

void FeedWriter::reload() {
    position_ = static_cast<std::uint64_t>(database_.query_integer("SELECT max(position) FROM feed"));
    for (const auto& [name, member] : kCounts) {
        counts_.*member = database_.query_integer("SELECT value FROM counter WHERE name = '" + std::string(name) + "'");
    }
    stored_ = counts_;
}

}  // namespace tandem::store
