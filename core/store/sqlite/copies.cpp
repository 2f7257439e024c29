#include "core/store/sqlite/copies.hpp"

#include "core/store/sqlite/schema.hpp"

namespace tandem::store {
namespace {

constexpr char kPlace = '/';  // no source has one in its name

InteractionId place_of(const Observation& copy) {
    return interaction_id("place:" + copy.source, copy.copy->place);
}

}  // namespace

Copies::Copies(sqlite::Database& database)
    : find_(
          database.prepare("SELECT interaction FROM copy_name AS it WHERE name = ?1 AND at BETWEEN ?2 - ?3 AND ?2 + ?3"
                           " AND NOT EXISTS(SELECT 1 FROM copy_name WHERE name = ?1"
                           " AND interaction = it.interaction AND place = ?4)"
                           " ORDER BY abs(at - ?2), interaction LIMIT 1")),
      add_(database.prepare("INSERT INTO copy_name VALUES(?,?,?,?) ON CONFLICT DO NOTHING")) {}

std::int64_t Copies::find(const Observation& copy) {
    const auto place = place_of(copy);
    const std::int64_t at = to_micros(copy.started_at);
    for (const auto& name : copy.copy->names) {
        const sqlite::Resetting guard(find_);
        find_.bind_all(blob_of(name.id), at, std::chrono::microseconds(name.within).count(), blob_of(place));
        if (find_.step()) return find_.integer(0);
    }
    return 0;
}

void Copies::add(const Observation& copy, std::int64_t interaction) {
    const auto place = place_of(copy);
    for (const auto& name : copy.copy->names)
        add_.bind_all(blob_of(name.id), to_micros(copy.started_at), blob_of(place), interaction).run();
}

std::string source_of_copy(const Observation& copy) {
    return copy.source + kPlace + std::to_string(copy.copy->rank) + place_of(copy).text();
}

std::string source_of_register(std::string_view source) {
    return std::string(source.substr(0, source.find(kPlace)));
}

}  // namespace tandem::store
