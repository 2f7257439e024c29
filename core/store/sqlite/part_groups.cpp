#include "core/store/sqlite/part_groups.hpp"

#include "core/store/sqlite/schema.hpp"

#include <string>

namespace tandem::store {
namespace {

// Vendors repeat what we did not take for about a day.
constexpr std::chrono::hours kWindow{24};

InteractionId key_of(const Observation& part) {
    return interaction_id(part.name_space, "parts:" + std::to_string(part.part->total) + ":" + part.part->key);
}

}  // namespace

PartGroups::PartGroups(sqlite::Database& database)
    : find_(database.prepare("SELECT interaction, at FROM part_group WHERE key = ?")),
      open_(database.prepare("INSERT INTO part_group VALUES(?,?,?) ON CONFLICT DO UPDATE SET"
                             " interaction = excluded.interaction, at = excluded.at")),
      close_(database.prepare("DELETE FROM part_group WHERE key = ?")) {}

std::optional<PartGroup> PartGroups::find(const Observation& part) {
    const auto key = key_of(part);
    const sqlite::Resetting guard(find_);
    if (!find_.bind_all(blob_of(key)).step()) return std::nullopt;
    const PartGroup out{.interaction = find_.integer(0), .at = from_micros(find_.integer(1))};
    const bool near = part.started_at - out.at <= kWindow && out.at - part.started_at <= kWindow;
    return near ? std::optional(out) : std::nullopt;
}

void PartGroups::open(const Observation& part, std::int64_t interaction) {
    const auto key = key_of(part);
    open_.bind_all(blob_of(key), interaction, to_micros(part.started_at)).run();
}

void PartGroups::close(const Observation& part) {
    const auto key = key_of(part);
    close_.bind_all(blob_of(key)).run();
}

}  // namespace tandem::store
