#include "core/store/sqlite/edges.hpp"

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

namespace tandem::store {

Edges::Edges(sqlite::Database& database, const identity::LinkRules& rules)
    : rules_(rules),
      find_(database.prepare("SELECT strength, first_seen, cut FROM edge WHERE a = ? AND b = ?")),
      put_(database.prepare("INSERT INTO edge VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE SET"
                            " strength = excluded.strength, first_seen = excluded.first_seen, cut = excluded.cut")),
      load_(
          database.prepare("SELECT id, scheme, scope, class, first_seen, customer, founder FROM point WHERE row = ?")),
      points_(database.prepare("SELECT row FROM point WHERE customer = ?")),
      edges_(database.prepare("SELECT a, b, strength, first_seen, cut FROM edge WHERE a = ?1"
                              " UNION ALL SELECT a, b, strength, first_seen, cut FROM edge WHERE b = ?1")) {}

bool Edges::add(std::int64_t a, std::int64_t b, int strength, std::int64_t seen) {
    std::tie(a, b) = std::pair(std::min(a, b), std::max(a, b));
    auto known = find(a, b);
    if (known && (known->strength > strength || (known->strength == strength && known->first_seen <= seen))) {
        return false;
    }
    put(a, b, {.strength = strength, .first_seen = seen, .cut = known && known->cut});
    return strength >= rules_.auto_link_min_strength && !(known && known->cut);
}

bool Edges::confirm(std::int64_t a, std::int64_t b, std::int64_t seen) {
    std::tie(a, b) = std::pair(std::min(a, b), std::max(a, b));
    const auto known = find(a, b);
    if (known && !known->cut && known->strength >= identity::kOperatorStrength) return false;
    put(a, b, {.strength = identity::kOperatorStrength, .first_seen = seen, .cut = false});
    return true;
}

bool Edges::cut(std::int64_t a, std::int64_t b, std::int64_t seen) {
    std::tie(a, b) = std::pair(std::min(a, b), std::max(a, b));
    auto evidence = find(a, b).value_or(Evidence{.first_seen = seen});
    if (evidence.cut) return false;
    evidence.cut = true;
    put(a, b, evidence);
    return true;
}

Component Edges::component(const std::vector<std::int64_t>& seeds) {
    Component out;
    std::unordered_set<std::int64_t> seen;
    std::unordered_set<std::int64_t> customers;
    std::vector<std::int64_t> waiting;
    std::set<std::pair<std::uint64_t, std::uint64_t>> taken;
    const auto visit = [&](std::int64_t row) {
        if (seen.insert(row).second) waiting.push_back(row);
    };
    for (const std::int64_t seed : seeds)
        visit(seed);
    while (!waiting.empty()) {
        const GraphNode& node = out.nodes.emplace_back(load(waiting.back()));
        waiting.pop_back();
        if (customers.insert(node.customer).second) {
            for (const std::int64_t row : points_of(node.customer))
                visit(row);
        }
        for (const identity::GraphEdge& edge : edges_of(node.row)) {
            if (edge.strength < enough_to_pass(node.point_class) && !edge.cut) continue;
            if (taken.emplace(edge.a, edge.b).second) out.edges.push_back(edge);
            visit(static_cast<std::int64_t>(edge.a));
            visit(static_cast<std::int64_t>(edge.b));
        }
    }
    return out;
}

int Edges::enough_to_pass(identity::PointClass point_class) const {
    using enum identity::PointClass;
    const bool joins = point_class == Personal || point_class == Strong || point_class == Ephemeral;
    return joins ? rules_.auto_link_min_strength : identity::kOperatorStrength;
}

std::vector<std::int64_t> Edges::points_of(std::int64_t customer) {
    std::vector<std::int64_t> out;
    const sqlite::Resetting guard(points_);
    points_.bind_all(customer);
    while (points_.step())
        out.push_back(points_.integer(0));
    return out;
}

std::optional<Edges::Evidence> Edges::find(std::int64_t a, std::int64_t b) {
    const sqlite::Resetting guard(find_);
    if (!find_.bind_all(a, b).step()) return std::nullopt;
    return Evidence{static_cast<int>(find_.integer(0)), find_.integer(1), find_.integer(2) != 0};
}

void Edges::put(std::int64_t a, std::int64_t b, const Evidence& evidence) {
    put_.bind_all(a, b, evidence.strength, evidence.first_seen, evidence.cut).run();
}

GraphNode Edges::load(std::int64_t row) {
    const sqlite::Resetting guard(load_);
    if (!load_.bind_all(row).step()) throw sqlite::Failure(corrupt("a contact point of an edge is missing"));
    return {.row = row,
            .id = id_of<PointId>(load_.blob(0)),
            .scheme = std::string(load_.text(1)),
            .scope = std::string(load_.text(2)),
            .point_class = static_cast<identity::PointClass>(load_.integer(3)),
            .first_seen = load_.integer(4),
            .customer = load_.integer(5),
            .founder = load_.integer(6) != 0};
}

std::vector<identity::GraphEdge> Edges::edges_of(std::int64_t row) {
    std::vector<identity::GraphEdge> out;
    const sqlite::Resetting guard(edges_);
    edges_.bind_all(row);
    while (edges_.step()) {
        out.push_back({.a = static_cast<std::uint64_t>(edges_.integer(0)),
                       .b = static_cast<std::uint64_t>(edges_.integer(1)),
                       .strength = static_cast<int>(edges_.integer(2)),
                       .first_seen = edges_.integer(3),
                       .cut = edges_.integer(4) != 0});
    }
    return out;
}

}  // namespace tandem::store
