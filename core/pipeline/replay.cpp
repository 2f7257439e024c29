#include "core/pipeline/replay.hpp"

#include "core/data/json.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <tuple>

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

std::string register_of(const store::Observation& one) {
    auto out = one.id.text() + '/' + one.source;
    if (one.copy) out += '/' + std::to_string(one.copy->rank) + one.copy->place;
    if (one.part) out += '#' + std::to_string(one.part->number);
    return one.patch ? out + "#patch" : out;
}

// Of what one event says about one thing, the highest is what it says.
void mark_anew(std::span<store::Observation> of_one_event) {
    std::map<std::string, store::Observation*> highest;
    for (auto& one : of_one_event) {
        auto*& known = highest[register_of(one)];
        if (known == nullptr || std::tie(one.rev, one.rev_hash) > std::tie(known->rev, known->rev_hash)) known = &one;
    }
    for (auto& [name, one] : highest)
        one->anew = true;
}

store::Batch map_all(const ReplayContext& context, const std::vector<journal::StoredEvent>& events) {
    store::Batch batch;
    batch.now = context.clock.now();
    MapCounts counts;
    Mapper mapper(context.sources, context.identity, context.node);
    for (const auto& event : events) {
        const auto before = batch.observations.size();
        mapper.map(event, batch.now, batch, counts);
        mark_anew(std::span(batch.observations).subspan(before));
    }
    return batch;
}

// One interaction that a step speaks of, as it was before.
struct Spoken {
    const store::Observation* first;
    std::optional<std::string> document;
};

Result<std::vector<Spoken>> look(store::Store& store, const store::Batch& batch) {
    std::vector<Spoken> out;
    std::set<InteractionId> seen;
    for (const auto& observation : batch.observations) {
        auto stored = store.interaction(observation.id);
        if (!stored) return fail(std::move(stored.error()));
        if (!seen.insert(*stored ? (*stored)->id : observation.id).second) continue;
        out.push_back({&observation, {}});
        if (*stored) out.back().document = std::move((*stored)->document);
    }
    return out;
}

Result<void> tell(store::Store& store, const std::vector<Spoken>& before, const OnReplayed& on_item) {
    for (const auto& [first, document] : before) {
        auto stored = store.interaction(first->id);
        if (!stored) return fail(std::move(stored.error()));
        if (!*stored) continue;
        ReplayItem item{first->event, first->source, (*stored)->id, ReplayVerdict::Created, {}, {}};
        if (document) {
            item.verdict = ReplayVerdict::Changed;
            item.changes = differences(*document, (*stored)->document);
            if (item.changes.empty()) continue;
        }
        on_item(item);
    }
    return {};
}

void tell_quarantined(const store::Batch& batch, const OnReplayed& on_item) {
    for (const auto& entry : batch.quarantine) {
        const auto reason = entry.path.empty() ? entry.reason : entry.path + ": " + entry.reason;
        on_item({entry.event, entry.instance, std::nullopt, ReplayVerdict::Quarantined, {}, reason});
    }
}

Result<void> apply_batch(const ReplayContext& context,
                         const store::Batch& batch,
                         const OnReplayed& on_item,
                         ReplayReport& report) {
    auto before = on_item ? look(context.store, batch) : std::vector<Spoken>();
    if (!before) return fail(std::move(before.error()));
    report.snapshots += batch.observations.size();
    report.receipts += batch.receipts.size() + batch.watermarks.size();
    report.quarantined += batch.quarantine.size();
    report.released += batch.released.size();
    auto applied = context.store.apply(batch);
    if (!applied) return fail(std::move(applied.error()));
    report.created += applied->created;
    report.changed += applied->changed;
    report.unchanged += applied->unchanged;
    if (!on_item) return {};
    tell_quarantined(batch, on_item);
    return tell(context.store, *before, on_item);
}

}  // namespace

std::string_view to_string(ReplayVerdict verdict) {
    switch (verdict) {
        case ReplayVerdict::Created:
            return "created";
        case ReplayVerdict::Changed:
            return "changed";
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

Result<ReplayReport> replay(const ReplayContext& context, const ReplayFilter& filter, const OnReplayed& on_item) {
    ReplayReport report;
    auto done = each_step(context, filter, [&](const std::vector<journal::StoredEvent>& events) {
        report.events += events.size();
        return apply_batch(context, map_all(context, events), on_item, report);
    });
    if (!done) return fail(std::move(done.error()));
    return report;
}

Result<ReplayReport> replay_quarantined(const ReplayContext& context,
                                        const store::QuarantineEntry& entry,
                                        const OnReplayed& on_item) {
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
    auto done = apply_batch(context, batch, on_item, report);
    if (!done) return fail(std::move(done.error()));
    return report;
}

}  // namespace tandem::pipeline
