// One stored event becomes what the store writes, or quarantine. Used by the pipeline, and by replay, so that both see
// the same thing.
#pragma once

#include "core/data/arena.hpp"
#include "core/journal/journal.hpp"
#include "core/pipeline/normaliser.hpp"
#include "core/pipeline/sources.hpp"
#include "core/store/store.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace tandem::pipeline {

struct MapCounts {
    std::uint64_t snapshots = 0;
    std::uint64_t receipts = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t files = 0;                                               // to be fetched
    std::map<std::pair<std::string, std::string>, std::uint64_t> ignored;  // by (instance, reason)
};

// Not thread-safe (one arena); cheap to make one per thread. `sources` and `identity` must outlive it.
class Mapper {
public:
    Mapper(const Sources& sources, const IdentityContext& identity, std::string node)
        : sources_(sources), identity_(identity), node_(std::move(node)) {}

    // Appends what the event says to `batch`. Never fails: what cannot be mapped becomes a quarantine entry with the
    // reason, alone; the other records of the event go on.
    void map(const journal::StoredEvent& stored, Instant now, store::Batch& batch, MapCounts& counts);

private:
    void map_with(
        const Source& source, const journal::StoredEvent& stored, Instant now, store::Batch& batch, MapCounts& counts);
    void add_record(const mapping::Record& record,
                    const RecordContext& context,
                    const journal::StoredEvent& stored,
                    Instant now,
                    store::Batch& batch,
                    MapCounts& counts);
    void quarantine(const journal::StoredEvent& stored,
                    std::size_t item,
                    std::string pack,
                    std::string reason,
                    std::string path,
                    Instant now,
                    store::Batch& batch,
                    MapCounts& counts);

    const Sources& sources_;
    const IdentityContext& identity_;
    std::string node_;
    data::Arena arena_;
};

}  // namespace tandem::pipeline
