#include "core/store/sqlite/points.hpp"

#include <algorithm>

namespace tandem::store {

Points::Points(sqlite::Database& database)
    : find_(database.prepare("SELECT row, customer, first_seen, class, length(display) > 0 FROM point WHERE id = ?")),
      insert_(database.prepare("INSERT INTO point VALUES(?,?,?,?,?,?,?,?,?,1)")),
      refresh_(database.prepare("UPDATE point SET first_seen = ?, class = ?,"
                                " display = CASE WHEN length(display) > 0 THEN display ELSE ? END WHERE row = ?")),
      set_customer_(database.prepare("UPDATE point SET customer = ?, founder = ? WHERE row = ?")),
      next_row_(0),
      database_(database) {
    forget();
}

Points::Found Points::find_or_create(const PartyPoint& given, Instant seen) {
    PointRow* known = cached(given.id);
    if (known == nullptr) known = load(given.id);
    if (known == nullptr) return {.point = create(given, to_micros(seen)), .fresh = true};
    const bool class_changed = refresh(*known, given, to_micros(seen));
    return {.point = *known, .class_changed = class_changed};
}

std::optional<PointRow> Points::find(const PointId& id) {
    PointRow* known = cached(id);
    if (known == nullptr) known = load(id);
    return known != nullptr ? std::optional(*known) : std::nullopt;
}

void Points::set_customer(std::int64_t row, const PointId& id, std::int64_t customer, bool founder) {
    set_customer_.bind_all(customer, founder, row).run();
    if (PointRow* known = cached(id)) known->customer = customer;
}

void Points::forget() {
    young_.clear();
    old_.clear();
    next_row_ = database_.query_integer("SELECT max(row) FROM point") + 1;
}

PointRow* Points::cached(const PointId& id) {
    if (const auto known = young_.find(id); known != young_.end()) return &known->second;
    const auto known = old_.find(id);
    if (known == old_.end()) return nullptr;
    const PointRow point = known->second;
    return &remember(id, point);
}

PointRow& Points::remember(const PointId& id, const PointRow& point) {
    if (young_.size() >= kGeneration) {
        old_ = std::move(young_);
        young_ = {};
    }
    return young_.insert_or_assign(id, point).first->second;
}

PointRow* Points::load(const PointId& id) {
    const sqlite::Resetting guard(find_);
    if (!find_.bind_all(blob_of(id)).step()) return nullptr;
    return &remember(id, PointRow{.row = find_.integer(0),
                                  .customer = find_.integer(1),
                                  .first_seen = find_.integer(2),
                                  .point_class = static_cast<identity::PointClass>(find_.integer(3)),
                                  .has_display = find_.integer(4) != 0});
}

PointRow& Points::create(const PartyPoint& given, std::int64_t seen) {
    const std::int64_t row = next_row_++;
    insert_
        .bind_all(row, blob_of(given.id), std::string_view(given.point.scheme), std::string_view(given.point.scope),
                  std::string_view(given.point.value), static_cast<std::int64_t>(given.point_class),
                  std::string_view(given.display), seen, row)
        .run();
    return remember(given.id, PointRow{.row = row,
                                       .customer = row,
                                       .first_seen = seen,
                                       .point_class = given.point_class,
                                       .has_display = !given.display.empty()});
}

// Returns whether the class changed.
bool Points::refresh(PointRow& point, const PartyPoint& given, std::int64_t seen) {
    const bool earlier = seen < point.first_seen;
    const bool class_changed = given.point_class != point.point_class;
    const bool named = !point.has_display && !given.display.empty();
    if (!earlier && !class_changed && !named) return false;
    point.first_seen = std::min(point.first_seen, seen);
    point.point_class = given.point_class;
    point.has_display = point.has_display || named;
    refresh_
        .bind_all(point.first_seen, static_cast<std::int64_t>(point.point_class), std::string_view(given.display),
                  point.row)
        .run();
    return class_changed;
}

}  // namespace tandem::store
