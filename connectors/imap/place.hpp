// How far a folder has been read: the cursors of its two streams. Pure.
#pragma once

#include "connectors/imap/syntax.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::imap {

// Of new mail. Every UID up to `last` is settled: stored, skipped, or not there when it was looked for.
struct LivePlace {
    std::uint32_t uidvalidity = 0;
    Uid last = 0;
    std::uint64_t modseq = 0;    // HIGHESTMODSEQ when the folder was last looked through; 0: not known
    std::vector<Uid> seen{};     // rising: of the highest UIDs those that have been there
    std::vector<Uid> skipped{};  // mails that could not be read, the newest
    Instant at{};                // of the last change of this place
    Instant renumbered{};        // when the server last gave all mails new UIDs

    friend bool operator==(const LivePlace&, const LivePlace&) = default;
};

// Of the import of old mail, newest first: everything from `below` on has been read.
struct BackfillPlace {
    std::uint32_t uidvalidity = 0;
    Uid below = 0;
    Instant since{};  // mails that came before it are not read
    bool done = false;

    friend bool operator==(const BackfillPlace&, const BackfillPlace&) = default;
};

// UIDs below the last one that are looked at again: some servers let a lower one appear late.
inline constexpr std::size_t kLookBack = 50;

// Adds to `seen` and forgets what is too far below.
void saw(LivePlace& place, Uid uid);

std::string to_cursor(const LivePlace& place);
std::string to_cursor(const BackfillPlace& place);
// nullopt: it is none.
std::optional<LivePlace> parse_live_place(std::string_view cursor);
std::optional<BackfillPlace> parse_backfill_place(std::string_view cursor);

std::string live_stream(std::string_view user, std::string_view folder);
std::string backfill_stream(std::string_view user, std::string_view folder);

}  // namespace tandem::imap
