// The visible interaction as a pure function of what its sources say: which register wins, and how documents of several
// sources become one (rules in docs/schema.md, "Merging").
#pragma once

#include "core/base/ids.hpp"
#include "core/base/time.hpp"
#include "core/data/value.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::store {

// What a register speaks of: the whole interaction, a part of its message by number (from 1), or only what changed.
inline constexpr std::int64_t kWhole = 0;
inline constexpr std::int64_t kPatch = 1'000'000;

// The latest that one source said about an interaction, or about a part of it.
struct Register {
    std::string source{};
    std::int64_t slot = kWhole;
    int precedence = 100;
    std::int64_t rev = 0;
    std::uint64_t rev_hash = 0;
    std::uint64_t event = 0;
    Instant started_at{};
    std::string channel{};
    bool outbound = false;
    std::optional<ThreadId> thread{};
    std::int64_t point = 0;  // row of the strongest point, 0 if it has none
    int point_rank = 0;      // lower is stronger
    std::string document{};
};

// What the sources together say. Everything but the document is needed by the store itself.
struct Visible {
    Instant started_at{};
    std::string channel;
    bool outbound = false;
    std::optional<ThreadId> thread;
    std::int64_t point = 0;
    std::uint64_t event = 0;
    std::string document;
};

// Between the source and the rank of a copy's register (source_of_copy): no source has it in its name.
inline constexpr char kPlaceMark = '/';
// Of a copy; 0 of what is none, which knows as well as the best copy.
int rank_of(const Register& one);
// A copy of the last rank (source_of_copy): it says something about the contact, such as a click, and is not the
// contact itself at another place.
bool is_report(const Register& one);

// By how much the times of a copy may be later than they say (`copy.precision_ms`).
std::chrono::milliseconds precision_of(data::Value document);

// Puts `incoming` in its place: true if it is new or newer, i.e. (rev, rev_hash) is above that of the same source and
// slot. `anew`: what the known one's event says now, which replaces it unless it is the same. Registers stay ordered by
// (precedence, rank, source, slot), best first; reports come after all others.
bool put_register(std::vector<Register>& registers, Register incoming, bool anew = false);

// Of at least one register. A single source's document is taken as it is.
Visible fold(std::span<const Register> registers);
Visible fold_header(std::span<const Register> registers);  // the same without the document

// The documents, best source first, as one:
//   every field        from the first source that has it (null counts as absent)
//   started_at, answered_at   the earliest; what a copy knows by a `precision_ms` counts as that much later
//   *_msgs, transfer_count    the highest
//   attributes, durations_ms, visitor   key by key, as above
//   messages, attachments     all, by external_id; of one message the higher `rev`, else the better source
//                      of a message that this gateway sent, what a vendor echoes of it counts only if it was changed
//                      or deleted there; of copies (`copy`) the best one's
//   events             all, by external_id or, without one, by content; of a copy of rank 2 to 8 only types that no
//   better
//                      copy tells
//   deleted_at         only if the best source has it
// References to parties in items that come from another source than the parties are translated; a party that the best
// source does not know is added.
std::string fold_documents(std::span<const std::string_view> documents);

// What one source said, in the order of slots, as one document:
//   parts    the message has their texts in order, with a mark where one is missing; `attributes` say so as well
//            (incomplete, missing_parts) until all are there. A whole document of the same source wins over parts
//   patch    its fields win, but for what does not change: identity, channel, direction, thread, parties, started_at.
//            Of a message that both know, fields that the patch lacks stay, and sent_at. A patch that deletes leaves no
//            messages and attachments but its own
struct SlotDocument {
    std::int64_t slot = kWhole;
    std::string_view document;
};
std::string fold_slots(std::span<const SlotDocument> documents);

// Whether two documents say the same; their `rev` does not count, because a new mapping version raises it everywhere.
bool same_content(std::string_view a, std::string_view b);

}  // namespace tandem::store
