// Who belongs together, on the writer's side: evidence comes in, the touched component is partitioned anew by the pure
// rules of core/identity, and points move between customers. Interactions hang on points and are never touched.
//
// A cluster keeps the customer that is oldest among those founded by its points; a part that holds no such founder (a
// split) becomes the customer of its own oldest point. Customers are counted and announced only once they have been
// visible: a point that joins in the very interaction that brought it never was one.
#pragma once

#include "core/store/sqlite/edges.hpp"
#include "core/store/sqlite/feed_writer.hpp"
#include "core/store/sqlite/points.hpp"

#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace tandem::store {

class IdentityWriter {
public:
    IdentityWriter(sqlite::Database& database, const identity::LinkRules& rules, FeedWriter& feed);

    // The points of one party: made if new, their evidence added, the component recomputed if that changed anything.
    // Returns the first as it is then, with row 0 if there is none.
    PointRow observe(const std::vector<PartyPoint>& points, Instant seen, Instant now);

    CustomerId link(const PartyPoint& a, const PartyPoint& b, std::string_view actor, Instant now);
    // Throws Failure (NotFound) if one of the points does not exist.
    CustomerId unlink(const PointId& a, const PointId& b, std::string_view actor, Instant now);

    void forget() { points_.forget(); }

private:
    PointRow ensure(const PartyPoint& given, Instant seen, bool& recompute);
    void recompute(const std::vector<std::int64_t>& seeds, std::string_view actor, Instant now);
    void settle_cluster(std::vector<GraphNode*>& cluster, std::string_view actor, Instant now);
    void move_points(const std::vector<GraphNode*>& cluster, const GraphNode& survivor);
    void log(std::string_view kind,
             std::string_view actor,
             std::int64_t customer,
             std::int64_t other,
             const std::vector<GraphNode*>& points,
             Instant now);
    CustomerId customer_after(std::int64_t row);

    Points points_;
    Edges edges_;
    FeedWriter& feed_;
    const identity::LinkRules& rules_;
    sqlite::Statement log_, customer_id_;
    std::unordered_set<std::int64_t> fresh_;  // points that the present interaction has brought
};

}  // namespace tandem::store
