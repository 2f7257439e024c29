#include "core/pipeline/mapper.hpp"

#include "core/pipeline/media_references.hpp"

#include <exception>

namespace tandem::pipeline {

void Mapper::map(const journal::StoredEvent& stored, Instant now, store::Batch& batch, MapCounts& counts) {
    auto source = sources_.find(stored.event.instance);
    if (source == sources_.end()) {
        quarantine(stored, 0, {}, "no connector '" + stored.event.instance + "' in the configuration", {}, now, batch,
                   counts);
        return;
    }
    auto observations = batch.observations.size();
    auto receipts = batch.receipts.size();
    auto watermarks = batch.watermarks.size();
    try {
        map_with(source->second, stored, now, batch, counts);
    } catch (const std::exception& broken) {
        // A defect in our own code must not stop the queue: the event keeps its bytes in quarantine, whole.
        batch.observations.resize(observations);
        batch.receipts.resize(receipts);
        batch.watermarks.resize(watermarks);
        quarantine(stored, 0, source->second.pack->pack().name(), std::string("internal error: ") + broken.what(), {},
                   now, batch, counts);
    }
}

void Mapper::map_with(
    const Source& source, const journal::StoredEvent& stored, Instant now, store::Batch& batch, MapCounts& counts) {
    arena_.reset();
    const auto& event = stored.event;
    auto mapped = source.pack->map({event.envelope, event.content_type, event.raw, event.received_at}, arena_,
                                   mapping::SchemaCheck::ByCaller);
    auto arrived_at = format_time(event.received_at);
    RecordContext context{source.region, arrived_at, source.precedence, stored.position};
    for (const auto& record : mapped.records)
        add_record(record, context, stored, now, batch, counts);
    for (auto& error : mapped.errors) {
        quarantine(stored, error.item, source.pack->pack().name(), std::move(error.reason), std::move(error.path), now,
                   batch, counts);
    }
}

void Mapper::add_record(const mapping::Record& record,
                        const RecordContext& context,
                        const journal::StoredEvent& stored,
                        Instant now,
                        store::Batch& batch,
                        MapCounts& counts) {
    auto refuse = [&](Error& error, std::string_view body) {
        const auto& pack = sources_.find(stored.event.instance)->second.pack->pack();
        quarantine(stored, record.item, pack.name(), std::move(error.text), std::string(record.path).append(body), now,
                   batch, counts);
    };
    if (record.kind == mapping::RecordKind::Ignored) {
        ++counts.ignored[{stored.event.instance, record.reason}];
    } else if (record.kind == mapping::RecordKind::Snapshot) {
        auto observation = to_observation(record.document, identity_, context, arena_);
        if (!observation) return refuse(observation.error(), ".snapshot");
        if (const auto& media = sources_.find(stored.event.instance)->second.media) {
            observation->media = media_references(record.document, *media);
            observation->fetched_by = stored.event.instance;
            counts.files += observation->media.size();
        }
        batch.observations.push_back(std::move(*observation));
        ++counts.snapshots;
    } else {
        auto receipt = to_receipt(record.document);
        if (!receipt) return refuse(receipt.error(), ".receipt");
        if (auto* update = std::get_if<store::ReceiptUpdate>(&*receipt)) {
            batch.receipts.push_back(std::move(*update));
        } else {
            batch.watermarks.push_back(std::get<store::Watermark>(*receipt));
        }
        ++counts.receipts;
    }
}

void Mapper::quarantine(const journal::StoredEvent& stored,
                        std::size_t item,
                        std::string pack,
                        std::string reason,
                        std::string path,
                        Instant now,
                        store::Batch& batch,
                        MapCounts& counts) {
    store::QuarantineEntry entry;
    entry.node = node_;
    entry.event = stored.position;
    entry.item = static_cast<std::uint32_t>(item);
    entry.instance = stored.event.instance;
    entry.pack = std::move(pack);
    entry.reason = std::move(reason);
    entry.path = std::move(path);
    entry.at = now;
    entry.content_type = stored.event.content_type;
    entry.envelope = stored.event.envelope;
    entry.raw = stored.event.raw;
    batch.quarantine.push_back(std::move(entry));
    ++counts.quarantined;
}

}  // namespace tandem::pipeline
