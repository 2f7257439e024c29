#include "core/journal/table.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace tandem::journal {
namespace {

// Measured with 700-byte rows: pages of 8 KB take a tenth to a fifth less processor time than 4 KB from 64 rows per
// commit on, and write a third more at 16; 16 KB writes twice as much. A log of 32 MB before a checkpoint writes a
// quarter less than SQLite's 4 MB, and the pause for the checkpoint stays near that of an ordinary commit.
constexpr const char* kSettings =
    "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;"
    "PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;";

// The short columns come first: retention reads them without touching the payload's overflow pages.
constexpr const char* kSchema =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS event("
    " position INTEGER PRIMARY KEY, received INTEGER NOT NULL, size INTEGER NOT NULL, total INTEGER NOT NULL,"
    " instance TEXT NOT NULL, stream TEXT NOT NULL, vendor_id TEXT NOT NULL, content_type TEXT NOT NULL,"
    " envelope TEXT NOT NULL, raw BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS state(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "COMMIT;";

// Events of one moment are committed within this time, whatever their order.
constexpr std::chrono::minutes kOutOfOrder{1};

constexpr std::uint64_t kRowOverhead = 32;
constexpr std::int64_t kDropRows = 512;
constexpr std::uint64_t kDropBytes = 4ULL << 20;

Mark mark_of(const sqlite::Statement& row) {
    Mark mark{.position = static_cast<Position>(row.integer(0)),
              .total = static_cast<std::uint64_t>(row.integer(1)),
              .received = row.integer(3)};
    mark.before = mark.total - static_cast<std::uint64_t>(row.integer(2));
    return mark;
}

// Of the columns position, received, size, instance, stream, vendor_id, content_type, envelope, raw.
Event event_of(const sqlite::Statement& row) {
    return {.instance = std::string(row.text(3)),
            .stream = std::string(row.text(4)),
            .vendor_id = std::string(row.text(5)),
            .received_at = from_micros(row.integer(1)),
            .content_type = std::string(row.text(6)),
            .envelope = std::string(row.text(7)),
            .raw = std::string(sqlite::as_text(row.blob(8)))};
}

}  // namespace

std::uint64_t stored_size(const Event& event) {
    return event.instance.size() + event.stream.size() + event.vendor_id.size() + event.content_type.size() +
           event.envelope.size() + event.raw.size() + kRowOverhead;
}

sqlite::Database open_table(const std::filesystem::path& file) {
    sqlite::Database database(file, sqlite::Access::ReadWrite);
    database.execute(kSettings);
    database.execute(kSchema);
    return database;
}

TableWriter::TableWriter(sqlite::Database& database)
    : insert_(database.prepare("INSERT INTO event VALUES(?,?,?,?,?,?,?,?,?,?)")),
      oldest_(
          database.prepare("SELECT position, size, received FROM event WHERE position <= ? ORDER BY position LIMIT ?")),
      drop_(database.prepare("DELETE FROM event WHERE position <= ?")),
      get_state_(database.prepare("SELECT value FROM state WHERE key = ?")),
      set_state_(database.prepare("INSERT INTO state VALUES(?,?) ON CONFLICT DO UPDATE SET value = excluded.value")) {}

void TableWriter::insert(const Event& event, Position position, std::uint64_t total) {
    insert_
        .bind_all(position, to_micros(event.received_at), stored_size(event), total, std::string_view(event.instance),
                  std::string_view(event.stream), std::string_view(event.vendor_id),
                  std::string_view(event.content_type), std::string_view(event.envelope), sqlite::as_blob(event.raw))
        .run();
}

std::size_t TableWriter::drop(Position settled, std::int64_t before, std::uint64_t excess) {
    std::int64_t upto = 0;
    std::size_t count = 0;
    std::uint64_t freed = 0;
    {
        const sqlite::Resetting guard(oldest_);
        oldest_.bind_all(settled, kDropRows);
        while (freed < kDropBytes && oldest_.step()) {
            if (oldest_.integer(2) >= before && freed >= excess) break;
            upto = oldest_.integer(0);
            freed += static_cast<std::uint64_t>(oldest_.integer(1));
            ++count;
        }
    }
    if (count > 0) drop_.bind_all(upto).run();
    return count;
}

Position TableWriter::settled() {
    const sqlite::Resetting guard(get_state_);
    get_state_.bind_all(std::string_view("settled"));
    return get_state_.step() ? static_cast<Position>(get_state_.integer(0)) : 0;
}

Position TableWriter::high_water() {
    const sqlite::Resetting guard(get_state_);
    get_state_.bind_all(std::string_view("high_water"));
    return get_state_.step() ? static_cast<Position>(get_state_.integer(0)) : 0;
}

void TableWriter::set_settled(Position position) {
    set_state_.bind_all(std::string_view("settled"), position).run();
}

void TableWriter::set_high_water(Position position) {
    set_state_.bind_all(std::string_view("high_water"), position).run();
}

TableReader::TableReader(sqlite::Database& database)
    : read_(database.prepare("SELECT position, received, size, instance, stream, vendor_id, content_type, envelope, raw"
                             " FROM event WHERE position > ? ORDER BY position LIMIT ?")),
      newest_(database.prepare("SELECT position, received, size, instance, stream, vendor_id, content_type, envelope,"
                               " raw FROM event ORDER BY position DESC")),
      first_after_(database.prepare(
          "SELECT position, total, size, received FROM event WHERE position > ? ORDER BY position LIMIT 1")),
      last_(database.prepare("SELECT position, total, size, received FROM event ORDER BY position DESC LIMIT 1")) {}

void TableReader::read(Position after, std::size_t limit, std::size_t max_bytes, std::vector<StoredEvent>& out) {
    const sqlite::Resetting guard(read_);
    read_.bind_all(after, limit);
    std::size_t bytes = 0;
    while (bytes < max_bytes && read_.step()) {
        out.push_back({static_cast<Position>(read_.integer(0)), event_of(read_)});
        bytes += static_cast<std::size_t>(read_.integer(2));
    }
}

void TableReader::recent(const Recent& wanted, std::vector<Event>& out) {
    const sqlite::Resetting guard(newest_);
    const std::int64_t end = to_micros(wanted.since - kOutOfOrder);
    std::size_t bytes = 0;
    while (out.size() < wanted.limit && bytes < wanted.max_bytes && newest_.step() && newest_.integer(1) >= end) {
        const bool match = newest_.integer(1) >= to_micros(wanted.since) &&
                           newest_.integer(1) <= to_micros(wanted.until) && newest_.text(3) == wanted.instance &&
                           newest_.text(6) == wanted.content_type;
        if (!match) continue;
        out.push_back(event_of(newest_));
        bytes += static_cast<std::size_t>(newest_.integer(2));
    }
    std::ranges::reverse(out);
}

std::optional<Mark> TableReader::first_after(Position position) {
    const sqlite::Resetting guard(first_after_);
    first_after_.bind_all(position);
    return first_after_.step() ? std::optional(mark_of(first_after_)) : std::nullopt;
}

std::optional<Mark> TableReader::last() {
    const sqlite::Resetting guard(last_);
    return last_.step() ? std::optional(mark_of(last_)) : std::nullopt;
}

}  // namespace tandem::journal
