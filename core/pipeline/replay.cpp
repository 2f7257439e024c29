#include "core/pipeline/replay.hpp"

#include "core/data/json.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace tandem::pipeline {
namespace {

constexpr std::size_t kStep = 1'000;
constexpr std::size_t kStepBytes = 16 << 20;

using Flat = std::map<std::string, std::string>;

void flatten(const data::Value& value, const std::string& path, Flat& out) {
    if (value.is_object() && value.size() > 0) {
        for (const auto& member : value.members()) {
            if (path.empty() && member.key == "rev") continue;
            auto below = path.empty() ? std::string(member.key) : path + "." + std::string(member.key);
            flatten(member.value, below, out);
        }
    } else if (value.is_array() && value.size() > 0) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            flatten(value.items()[i], path + "[" + std::to_string(i) + "]", out);
        }
    } else {
        out[path] = data::to_json(value);
    }
}

Flat flatten(std::string_view json) {
    data::Arena arena;
    Flat out;
    if (auto document = data::parse_json(json, arena)) flatten(*document, {}, out);
    return out;
}

std::int64_t revision(std::string_view json) {
    data::Arena arena;
    auto document = data::parse_json(json, arena);
    if (!document) return -1;
    auto rev = document->get("rev");
    return rev.kind() == data::Kind::Int ? rev.as_int() : -1;
}

bool wanted(const ReplayContext& context, const ReplayFilter& filter, const journal::Event& event) {
    if (!filter.instance.empty() && event.instance != filter.instance) return false;
    if (filter.since && event.received_at < *filter.since) return false;
    if (filter.until && event.received_at >= *filter.until) return false;
    auto source = context.sources.find(event.instance);
    if (source == context.sources.end()) return false;
    return filter.pack.empty() || source->second.pack->pack().name() == filter.pack;
}

// Calls `use` with the wanted events of each step of the journal.
template <class Use>
Result<void> each_step(const ReplayContext& context, const ReplayFilter& filter, Use use) {
    journal::Position after = 0;
    for (;;) {
        auto events = context.journal.read(after, kStep, kStepBytes);
        if (!events) return fail(std::move(events.error()));
        if (events->empty()) return {};
        after = events->back().position;
        std::erase_if(*events, [&](const auto& stored) { return !wanted(context, filter, stored.event); });
        if (events->empty()) continue;
        if (auto ok = use(*events); !ok) return ok;
    }
}

store::Batch map_all(const ReplayContext& context, const std::vector<journal::StoredEvent>& events) {
    store::Batch batch;
    batch.now = context.clock.now();
    MapCounts counts;
    Mapper mapper(context.sources, context.identity, context.node);
    for (const auto& event : events)
        mapper.map(event, batch.now, batch, counts);
    return batch;
}

// What parts and patches say of these fields is seen in the whole interaction together with what others say.
bool joined_with_others(const FieldChange& change) {
    const auto field = std::string_view(change.path).substr(0, change.path.find_first_of(".["));
    constexpr std::array<std::string_view, 12> kJoined = {"part",         "patch",    "external_id", "channel",
                                                          "direction",    "thread",   "parties",     "started_at",
                                                          "initiated_by", "messages", "attachments", "attributes"};
    return change.after.empty() || std::ranges::find(kJoined, field) != kJoined.end();
}

Result<ReplayItem> compare(const ReplayContext& context, const store::Observation& observation) {
    auto stored = context.store.interaction(observation.id);
    if (!stored) return fail(std::move(stored.error()));
    ReplayItem item;
    item.event = observation.event;
    item.instance = observation.source;
    item.interaction = observation.id;
    if (!*stored) {
        item.verdict = ReplayVerdict::Created;
        return item;
    }
    item.changes = differences((*stored)->document, observation.document);
    if (observation.part || observation.patch) std::erase_if(item.changes, joined_with_others);
    auto stored_rev = revision((*stored)->document);
    if (observation.rev < stored_rev) {
        // The original of something edited since: what is stored came later and stays.
        item.changes.clear();
    } else if (!item.changes.empty()) {
        item.verdict = observation.rev > stored_rev ? ReplayVerdict::Changed : ReplayVerdict::Outranked;
    }
    return item;
}

void count(const ReplayItem& item, ReplayReport& report) {
    switch (item.verdict) {
        case ReplayVerdict::Created:
            ++report.created;
            break;
        case ReplayVerdict::Changed:
            ++report.changed;
            break;
        case ReplayVerdict::Unchanged:
            ++report.unchanged;
            break;
        case ReplayVerdict::Outranked:
            ++report.outranked;
            break;
        case ReplayVerdict::Quarantined:
            ++report.quarantined;
            break;
    }
}

Result<void> preview_batch(const ReplayContext& context,
                           const store::Batch& batch,
                           const std::function<void(const ReplayItem&)>& on_item,
                           ReplayReport& report) {
    report.snapshots += batch.observations.size();
    report.receipts += batch.receipts.size() + batch.watermarks.size();
    for (const auto& observation : batch.observations) {
        auto item = compare(context, observation);
        if (!item) return fail(std::move(item.error()));
        count(*item, report);
        if (item->verdict != ReplayVerdict::Unchanged) on_item(*item);
    }
    for (const auto& entry : batch.quarantine) {
        ReplayItem item{entry.event, entry.instance, std::nullopt, ReplayVerdict::Quarantined, {}, entry.reason};
        if (!entry.path.empty()) item.reason = entry.path + ": " + item.reason;
        count(item, report);
        on_item(item);
    }
    return {};
}

Result<void> apply_batch(const ReplayContext& context, store::Batch& batch, ReplayReport& report) {
    report.snapshots += batch.observations.size();
    report.receipts += batch.receipts.size() + batch.watermarks.size();
    report.quarantined += batch.quarantine.size();
    report.released += batch.released.size();
    auto applied = context.store.apply(batch);
    if (!applied) return fail(std::move(applied.error()));
    report.created += applied->created;
    report.changed += applied->changed;
    report.unchanged += applied->unchanged;
    return {};
}

}  // namespace

std::string_view to_string(ReplayVerdict verdict) {
    switch (verdict) {
        case ReplayVerdict::Created:
            return "created";
        case ReplayVerdict::Changed:
            return "changed";
        case ReplayVerdict::Unchanged:
            return "unchanged";
        case ReplayVerdict::Outranked:
            return "outranked";
        case ReplayVerdict::Quarantined:
            return "quarantined";
    }
    return "unknown";
}

std::vector<FieldChange> differences(std::string_view before, std::string_view after) {
    auto old_fields = flatten(before);
    auto new_fields = flatten(after);
    std::vector<FieldChange> out;
    for (const auto& [path, value] : old_fields) {
        auto found = new_fields.find(path);
        if (found == new_fields.end()) {
            out.push_back({path, value, {}});
        } else if (found->second != value) {
            out.push_back({path, value, found->second});
        }
    }
    for (const auto& [path, value] : new_fields) {
        if (!old_fields.contains(path)) out.push_back({path, {}, value});
    }
    std::ranges::sort(out, {}, &FieldChange::path);
    return out;
}

Result<ReplayReport> preview(const ReplayContext& context,
                             const ReplayFilter& filter,
                             const std::function<void(const ReplayItem&)>& on_item) {
    ReplayReport report;
    auto done = each_step(context, filter, [&](const std::vector<journal::StoredEvent>& events) {
        report.events += events.size();
        return preview_batch(context, map_all(context, events), on_item, report);
    });
    if (!done) return fail(std::move(done.error()));
    return report;
}

Result<ReplayReport> replay(const ReplayContext& context, const ReplayFilter& filter) {
    ReplayReport report;
    auto done = each_step(context, filter, [&](const std::vector<journal::StoredEvent>& events) {
        report.events += events.size();
        auto batch = map_all(context, events);
        return apply_batch(context, batch, report);
    });
    if (!done) return fail(std::move(done.error()));
    return report;
}

Result<ReplayReport> replay_quarantined(const ReplayContext& context,
                                        const store::QuarantineEntry& entry,
                                        bool dry_run,
                                        const std::function<void(const ReplayItem&)>& on_item) {
    auto original = context.journal.find(entry.event);
    Instant received_at = original && *original ? (*original)->event.received_at : entry.at;
    journal::StoredEvent stored{entry.event,
                                {entry.instance, {}, {}, received_at, entry.content_type, entry.envelope, entry.raw}};
    auto batch = map_all(context, {stored});
    bool fails_again =
        std::ranges::any_of(batch.quarantine, [&](const auto& again) { return again.item == entry.item; });
    ReplayReport report;
    report.events = 1;
    if (!fails_again) batch.released.push_back(entry.id);
    auto done = dry_run ? preview_batch(context, batch, on_item, report) : apply_batch(context, batch, report);
    if (!done) return fail(std::move(done.error()));
    if (dry_run && !fails_again) report.released = 1;
    return report;
}

}  // namespace tandem::pipeline
