#include "core/journal/salvage.hpp"

#include <algorithm>

namespace tandem::journal {
namespace {

constexpr Position kMaxProbes = 65'536;

bool damaged(const sqlite::Failure& failure) {
    return failure.error().kind == ErrorKind::Corrupt;
}

std::filesystem::path set_aside(const std::filesystem::path& file) {
    std::filesystem::path target;
    for (int number = 1; target.empty() || std::filesystem::exists(target); ++number) {
        target = file.string() + ".damaged-" + std::to_string(number);
    }
    for (const char* suffix : {"-wal", "-shm", ""}) {
        std::error_code missing;
        std::filesystem::rename(file.string() + suffix, target.string() + suffix, missing);
    }
    return target;
}

// Reads from the renamed file as long as it gives anything.
std::uint64_t carry_over(const std::filesystem::path& from, sqlite::Database& into) {
    constexpr std::size_t kRows = 256;
    constexpr std::size_t kBytes = 4U << 20;
    std::uint64_t count = 0;
    try {
        sqlite::Database source(from, sqlite::Access::ReadOnly);
        TableReader reader(source);
        const auto last = reader.last();
        TableWriter writer(into);
        std::uint64_t total = 0;
        std::uint64_t unreadable = 0;
        Position after = 0;
        std::vector<StoredEvent> events;
        while (last) {
            events.clear();
            read_around_damage(reader, after, last->position, kRows, kBytes, events, unreadable);
            if (events.empty()) break;
            sqlite::Transaction transaction(into, sqlite::Transaction::Kind::Write);
            for (const StoredEvent& stored : events) {
                total += stored_size(stored.event);
                writer.insert(stored.event, stored.position, total);
            }
            transaction.commit();
            count += events.size();
            after = events.back().position;
        }
    } catch (const sqlite::Failure& failure) {
        if (!damaged(failure)) throw;
    }
    return count;
}

// Touches what every later call needs: header, schema, both ends of the table.
sqlite::Database open_and_probe(const std::filesystem::path& file) {
    auto database = open_table(file);
    TableWriter writer(database);
    writer.settled();
    TableReader reader(database);
    reader.last();
    reader.first_after(0);
    return database;
}

}  // namespace

sqlite::Database open_or_replace(const std::filesystem::path& file, Salvage& salvage) {
    try {
        return open_and_probe(file);
    } catch (const sqlite::Failure& failure) {
        if (!damaged(failure)) throw;
    }
    salvage.set_aside = set_aside(file).string();
    auto database = open_table(file);
    salvage.events = carry_over(salvage.set_aside, database);
    return database;
}

void read_around_damage(TableReader& reader,
                        Position after,
                        Position last,
                        std::size_t limit,
                        std::size_t max_bytes,
                        std::vector<StoredEvent>& out,
                        std::uint64_t& unreadable) {
    Position from = after;
    Position step = 1;
    while (from < last) {
        try {
            reader.read(from, limit, max_bytes, out);
            break;
        } catch (const sqlite::Failure& failure) {
            if (!damaged(failure)) throw;
            if (!out.empty()) break;  // the next call meets the damage as its first row
            from = std::min(last, from + step);
            step *= 2;
        }
    }
    if (from == after) return;
    // Leaping found a readable place; what lies between the damage and that place is looked for one by one.
    const Position next = out.empty() ? last + 1 : out.front().position;
    std::vector<StoredEvent> between;
    const Position stop = std::min(next, after + kMaxProbes);
    for (Position position = after + 1; position < stop && between.size() < limit; ++position) {
        try {
            reader.read(position - 1, 1, 1, between);
            if (between.empty() || between.back().position >= next) break;
            position = between.back().position;
        } catch (const sqlite::Failure& failure) {
            if (!damaged(failure)) throw;
            ++unreadable;
        }
    }
    if (!between.empty() && between.back().position >= next) between.pop_back();
    if (between.empty()) {
        unreadable += next - stop;  // a damage this large is not searched to its end
    } else {
        out = std::move(between);
    }
}

}  // namespace tandem::journal
