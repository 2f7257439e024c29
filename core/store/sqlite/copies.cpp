#include "core/store/sqlite/copies.hpp"

#include "core/store/sqlite/schema.hpp"

namespace tandem::store {
namespace {

InteractionId place_of(const Observation& copy, std::string_view place) {
    return interaction_id("place:" + copy.source, place);
}

void bind_lasted(sqlite::Statement& statement, int index, const Copy::Name& name) {
    name.lasted ? statement.bind(index, name.lasted->count()) : statement.bind_null(index);
}

}  // namespace

Copies::Copies(sqlite::Database& database)
    : find_(
          database.prepare("SELECT interaction FROM copy_name AS it WHERE name = ?1 AND at BETWEEN ?2 - ?3 AND ?2 + ?3"
                           " AND (lasted IS NULL OR ?7 IS NULL OR abs(lasted - ?7) <= ?8) AND interaction != ?5"
                           " AND NOT EXISTS(SELECT 1 FROM copy_name WHERE interaction = it.interaction"
                           " AND place = ?4 AND (?6 OR name = ?1))"
                           " AND NOT EXISTS(SELECT 1 FROM copy_name AS mine WHERE interaction = ?5 AND name = ?1"
                           " AND EXISTS(SELECT 1 FROM copy_name WHERE interaction = it.interaction AND name = ?1"
                           " AND place = mine.place))"
                           " ORDER BY abs(at - ?2), interaction LIMIT 1")),
      add_(database.prepare("INSERT INTO copy_name(name, at, place, interaction, lasted) VALUES(?,?,?,?,?)"
                            " ON CONFLICT DO NOTHING")),
      move_(database.prepare("UPDATE OR REPLACE copy_name SET interaction = ? WHERE interaction = ?")) {}

std::int64_t Copies::find(const Observation& copy, std::int64_t own) {
    const int whole = copy.copy->rank == 0 ? 1 : 0;
    for (const auto& name : copy.copy->names) {
        const auto place = place_of(copy, name.place);  // bound octets are not copied
        const sqlite::Resetting guard(find_);
        find_.bind_all(blob_of(name.id), to_micros(name.at), std::chrono::microseconds(name.within).count(),
                       blob_of(place), own, whole);
        bind_lasted(find_, 7, name);
        find_.bind(8, name.lasted_within.count());
        if (find_.step()) return find_.integer(0);
    }
    return 0;
}

void Copies::add(const Observation& copy, std::int64_t interaction) {
    for (const auto& name : copy.copy->names) {
        const auto place = place_of(copy, name.place);
        add_.bind_all(blob_of(name.id), to_micros(name.at), blob_of(place), interaction);
        bind_lasted(add_, 5, name);
        add_.run();
    }
}

void Copies::move(std::int64_t from, std::int64_t to) {
    move_.bind_all(to, from).run();
}

std::string source_of_copy(const Observation& copy) {
    return copy.source + kPlaceMark + std::to_string(copy.copy->rank) + place_of(copy, copy.copy->place).text();
}

bool is_copy(const Register& one) {
    return one.source.contains(kPlaceMark);
}

std::string source_of_register(std::string_view source) {
    return std::string(source.substr(0, source.find(kPlaceMark)));
}

}  // namespace tandem::store
