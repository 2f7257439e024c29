// What the journal holds, in figures that are kept up to date instead of queried: positions, bytes, ages, limits.
#pragma once

#include "core/journal/journal.hpp"
#include "core/journal/table.hpp"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

namespace tandem::journal {

// Thread-safe; its lock is held for a few instructions only, never across the disk.
class Backlog {
public:
    explicit Backlog(const JournalOptions& options) : options_(options) {}

    // From what the file says at the start.
    void load(Position settled,
              const std::optional<Mark>& first,
              const std::optional<Mark>& first_unsettled,
              const std::optional<Mark>& last);

    // Empty if `bytes` more may be accepted, else the reason.
    std::string_view obstacle(std::uint64_t bytes, Instant now) const;

    void appended(Position first, Position last, Instant received, std::uint64_t total);
    void refused(std::uint64_t count);
    void failed(Instant at);
    void unreadable(Position after, Position reached, std::uint64_t count);  // counts a damaged place once
    void set_aside(std::string file, std::uint64_t salvaged);

    // True if the first unsettled event must be looked up and told with `settled_before`.
    bool settle(Position upto);
    void settled_before(Position upto, const Mark& first_unsettled);

    struct Excess {
        Position settled = 0;       // up to here events may be dropped
        std::uint64_t bytes = 0;    // above the total limit
        std::int64_t received = 0;  // what was received before is too old
    };
    std::optional<Excess> excess(Instant now) const;  // nothing: no event has to go
    Excess droppable(Instant now) const;              // the same, whether or not something has to go
    void dropped(const std::optional<Mark>& first);

    Position last() const;
    Position settled() const;
    JournalStats stats() const;

private:
    Excess droppable_locked(Instant now) const;

    const JournalOptions& options_;
    mutable std::mutex mutex_;
    JournalStats stats_;
    std::uint64_t total_ = 0;             // running sum after the newest event
    std::uint64_t first_before_ = 0;      // and before the oldest
    std::uint64_t unsettled_before_ = 0;  // and before the oldest unsettled one
    std::int64_t first_received_ = 0;
    Position damage_counted_ = 0;  // unreadable positions up to here are in the count already
};

}  // namespace tandem::journal
