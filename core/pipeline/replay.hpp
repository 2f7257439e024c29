// The past once more through today's packs and settings: raw events that the journal still holds, and what sits in
// quarantine. Always the same mapper and the same store as live events. What an event said before gives way to what it
// says now, also under the same version of its pack, because settings may have changed as well; what a later event said
// stays. So a repeat changes nothing.
//
// A dry run is a replay on a copy of the store, so that it counts what a replay counts.
#pragma once

#include "core/journal/reader.hpp"
#include "core/pipeline/mapper.hpp"
#include "core/store/store.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tandem::pipeline {

struct ReplayFilter {
    std::string pack = {};      // empty: any
    std::string instance = {};  // empty: any
    std::optional<Instant> since = {};
    std::optional<Instant> until = {};
};

// One difference between what is stored and what the mapping says now.
struct FieldChange {
    std::string path;    // "messages[0].body"
    std::string before;  // JSON; empty: was not there
    std::string after;   // JSON; empty: is gone
};

enum class ReplayVerdict {
    Created,      // was not in the store yet
    Changed,      // was otherwise
    Quarantined,  // cannot be mapped
};
std::string_view to_string(ReplayVerdict verdict);

struct ReplayItem {
    journal::Position event = 0;
    std::string instance;
    std::optional<InteractionId> interaction;
    ReplayVerdict verdict = ReplayVerdict::Created;
    std::vector<FieldChange> changes;
    std::string reason;  // of Quarantined
};

struct ReplayReport {
    std::uint64_t events = 0, snapshots = 0, receipts = 0;
    std::uint64_t created = 0, changed = 0, unchanged = 0, quarantined = 0, released = 0;
};

struct ReplayContext {
    journal::Reader& journal;
    store::Store& store;
    const Sources& sources;
    const IdentityContext& identity;
    const Clock& clock;
    std::string node;
};

// Told what was created, changed or put aside; comparing costs reading everything twice. May be empty.
using OnReplayed = std::function<void(const ReplayItem&)>;

// May run beside a live gateway. A failure leaves what was applied so far; running it again is safe.
Result<ReplayReport> replay(const ReplayContext& context, const ReplayFilter& filter, const OnReplayed& on_item = {});

// Maps one quarantine entry again. Applied and released when its records map now; otherwise it stays, and the report
// counts it as quarantined.
Result<ReplayReport> replay_quarantined(const ReplayContext& context,
                                        const store::QuarantineEntry& entry,
                                        const OnReplayed& on_item = {});

// Differences between two JSON documents, by path, without `rev`.
std::vector<FieldChange> differences(std::string_view before, std::string_view after);

}  // namespace tandem::pipeline
