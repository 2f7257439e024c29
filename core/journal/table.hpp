// The journal's table and the statements on it: what sqlite_journal.cpp's threads do with their connection.
//
// `total` is the running sum of `size` over all events ever appended, so that the bytes between two positions are one
// subtraction and no query ever scans.
#pragma once

#include "core/journal/journal.hpp"
#include "core/sqlite/database.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tandem::journal {

std::uint64_t stored_size(const Event& event);  // bytes an event counts for

struct Mark {  // of one event
    Position position = 0;
    std::uint64_t before = 0;  // `total` before it
    std::uint64_t total = 0;   // and after
    std::int64_t received = 0;
};

struct Recent {
    std::string instance;
    std::string content_type;
    Instant since{};
    Instant until = Instant::max();
    std::size_t limit = 10'000;
    std::size_t max_bytes = 64ULL << 20;
};

// Opens for writing with the journal's settings and creates what is missing. Throws sqlite::Failure.
sqlite::Database open_table(const std::filesystem::path& file);

class TableWriter {
public:
    explicit TableWriter(sqlite::Database& database);

    void insert(const Event& event, Position position, std::uint64_t total);
    // Deletes settled events from the oldest on: those received before `before`, and more as long as `excess` bytes are
    // not freed; at most one small step. Returns how many.
    std::size_t drop(Position settled, std::int64_t before, std::uint64_t excess);
    Position settled();
    Position high_water();  // highest position ever given, as far as rows no longer tell
    void set_settled(Position position);
    void set_high_water(Position position);

private:
    sqlite::Statement insert_, oldest_, drop_, get_state_, set_state_;
};

class TableReader {
public:
    explicit TableReader(sqlite::Database& database);

    // Appends to `out`; throws Failure (Corrupt) at a damaged place, with what came before it in `out`.
    void read(Position after, std::size_t limit, std::size_t max_bytes, std::vector<StoredEvent>& out);
    // What one instance appended since a moment, oldest first: the newest `limit` of them. Looks at every event that is
    // as young, but only at small columns of those that are not wanted.
    void recent(const Recent& wanted, std::vector<Event>& out);
    std::optional<Mark> first_after(Position position);
    std::optional<Mark> last();

private:
    sqlite::Statement read_, newest_, first_after_, last_;
};

}  // namespace tandem::journal
