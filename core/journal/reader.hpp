// Reads a journal that another process (or nobody) writes: replay, quarantine and tail beside a running gateway. Never
// creates, repairs or drops anything.
#pragma once

#include "core/base/result.hpp"
#include "core/journal/journal.hpp"
#include "core/journal/table.hpp"
#include "core/sqlite/database.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace tandem::journal {

// One thread at a time.
class Reader {
public:
    // Failure: Config (cannot be opened), Corrupt.
    static Result<std::unique_ptr<Reader>> open(const std::filesystem::path& file);

    // As Journal::read. Corrupt at a damaged place that nothing readable precedes.
    Result<std::vector<StoredEvent>> read(Position after, std::size_t limit, std::size_t max_bytes);
    Result<std::optional<StoredEvent>> find(Position position);
    Result<Position> last();  // 0 if empty
    // What one instance appended since a moment (table.hpp). Corrupt at a damaged place.
    Result<std::vector<Event>> recent(const Recent& wanted);

private:
    explicit Reader(const std::filesystem::path& file) : database_(file, sqlite::Access::ReadOnly), table_(database_) {}

    sqlite::Database database_;
    TableReader table_;
};

}  // namespace tandem::journal
