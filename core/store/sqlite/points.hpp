// Contact points on the writer's side: rows, and a cache so that a known point costs no query.
#pragma once

#include "core/sqlite/database.hpp"
#include "core/store/sqlite/schema.hpp"
#include "core/store/store.hpp"

#include <cstdint>
#include <unordered_map>

namespace tandem::store {

struct PointRow {
    std::int64_t row = 0;
    std::int64_t customer = 0;    // row of the founding point
    std::int64_t first_seen = 0;  // microseconds; of the earliest interaction, whichever came first
    identity::PointClass point_class = identity::PointClass::Personal;
    bool has_display = false;
};

class Points {
public:
    explicit Points(sqlite::Database& database);

    struct Found {
        PointRow point;
        bool fresh = false;          // made by this call, as a customer of its own
        bool class_changed = false;  // its evidence counts differently now
    };
    Found find_or_create(const PartyPoint& given, Instant seen);
    std::optional<PointRow> find(const PointId& id);

    void set_customer(std::int64_t row, const PointId& id, std::int64_t customer, bool founder);
    void forget();  // after a rollback or somebody else's write

private:
    // Two generations stand in for "least recently used": what the young one does not hold when it is full is dropped
    // with the old one.
    using Cache = std::unordered_map<PointId, PointRow>;
    static constexpr std::size_t kGeneration = 131'072;

    PointRow* cached(const PointId& id);
    PointRow& remember(const PointId& id, const PointRow& point);
    PointRow* load(const PointId& id);
    PointRow& create(const PartyPoint& given, std::int64_t seen);
    bool refresh(PointRow& point, const PartyPoint& given, std::int64_t seen);

    sqlite::Statement find_, insert_, refresh_, set_customer_;
    Cache young_;
    Cache old_;
    std::int64_t next_row_;
    sqlite::Database& database_;
};

}  // namespace tandem::store
