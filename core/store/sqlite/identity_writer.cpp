#include "core/store/sqlite/identity_writer.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace tandem::store {
namespace {

constexpr std::size_t kPairedPoints = 8;  // of one party; the rest is tied to the strongest point only
constexpr std::string_view kByEvidence = "evidence";

// Names a point in the graph: part of its id, so that ties fall alike whatever the order of rows.
std::uint64_t graph_key(const PointId& id) {
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < sizeof(key); ++i)
        key = key << 8 | id.bytes[i];
    return key;
}

bool older(const GraphNode* a, const GraphNode* b) {
    return std::tie(a->first_seen, a->id) < std::tie(b->first_seen, b->id);
}

std::vector<std::vector<GraphNode*>> clusters_of(Component& component, const identity::LinkRules& rules) {
    std::unordered_map<std::uint64_t, GraphNode*> by_key;
    std::unordered_map<std::uint64_t, std::uint64_t> key_of_row;
    std::vector<identity::GraphPoint> points;
    for (GraphNode& node : component.nodes) {
        const std::uint64_t key = graph_key(node.id);
        by_key[key] = &node;
        key_of_row[static_cast<std::uint64_t>(node.row)] = key;
        points.push_back({key, node.scheme, node.scope, node.point_class});
    }
    for (identity::GraphEdge& edge : component.edges) {
        edge.a = key_of_row[edge.a];
        edge.b = key_of_row[edge.b];
    }
    std::vector<std::vector<GraphNode*>> out;
    for (const auto& keys : identity::partition(points, component.edges, rules).clusters) {
        auto& cluster = out.emplace_back();
        for (const std::uint64_t key : keys)
            cluster.push_back(by_key[key]);
        std::ranges::sort(cluster, older);
    }
    return out;
}

}  // namespace

IdentityWriter::IdentityWriter(sqlite::Database& database, const identity::LinkRules& rules, FeedWriter& feed)
    : points_(database),
      edges_(database, rules),
      feed_(feed),
      rules_(rules),
      log_(database.prepare("INSERT INTO identity_log(at, kind, actor, customer, other, points) VALUES(?,?,?,?,?,?)")),
      customer_id_(database.prepare("SELECT founder.id FROM point JOIN point AS founder ON founder.row = point.customer"
                                    " WHERE point.row = ?")) {}

PointRow IdentityWriter::observe(const std::vector<PartyPoint>& points, Instant seen, Instant now) {
    if (points.empty()) return {};
    fresh_.clear();
    bool changed = false;
    if (points.size() == 1) {
        const PointRow only = ensure(points.front(), seen, changed);
        if (!changed) return only;
    }
    std::vector<std::int64_t> rows;
    for (const PartyPoint& point : points)
        rows.push_back(ensure(point, seen, changed).row);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t j = i + 1; j < rows.size() && (i == 0 || j < kPairedPoints); ++j) {
            if (rows[i] == rows[j]) continue;
            const int strength =
                std::min(identity::strength(points[i].verification), identity::strength(points[j].verification));
            changed = edges_.add(rows[i], rows[j], strength, to_micros(seen)) || changed;
        }
    }
    if (changed) recompute(rows, kByEvidence, now);
    return points_.find(points.front().id).value_or(PointRow{});
}

CustomerId IdentityWriter::link(const PartyPoint& a, const PartyPoint& b, std::string_view actor, Instant now) {
    fresh_.clear();
    bool changed = false;
    const std::int64_t first = ensure(a, now, changed).row;
    const std::int64_t second = a.id == b.id ? first : ensure(b, now, changed).row;
    if (first != second) changed = edges_.confirm(first, second, to_micros(now)) || changed;
    if (changed) recompute({first, second}, actor, now);
    return customer_after(first);
}

CustomerId IdentityWriter::unlink(const PointId& a, const PointId& b, std::string_view actor, Instant now) {
    fresh_.clear();
    const auto first = points_.find(a);
    const auto second = points_.find(b);
    if (!first || !second) throw sqlite::Failure(not_found("no such contact point"));
    if (first->row != second->row && edges_.cut(first->row, second->row, to_micros(now))) {
        recompute({first->row, second->row}, actor, now);
    }
    return customer_after(first->row);
}

PointRow IdentityWriter::ensure(const PartyPoint& given, Instant seen, bool& recompute) {
    const auto found = points_.find_or_create(given, seen);
    if (found.fresh) {
        fresh_.insert(found.point.row);
        ++feed_.counts().points;
        ++feed_.counts().customers;
    }
    recompute = recompute || found.class_changed;
    return found.point;
}

void IdentityWriter::recompute(const std::vector<std::int64_t>& seeds, std::string_view actor, Instant now) {
    Component component = edges_.component(seeds);
    auto clusters = clusters_of(component, rules_);
    for (auto& cluster : clusters)
        settle_cluster(cluster, actor, now);
}

// `cluster` is sorted, oldest first.
void IdentityWriter::settle_cluster(std::vector<GraphNode*>& cluster, std::string_view actor, Instant now) {
    const auto visible = [&](const GraphNode* node) {
        return node->founder && node->customer == node->row && !fresh_.contains(node->row);
    };
    const auto known = std::ranges::find_if(cluster, visible);
    GraphNode& survivor = known != cluster.end() ? **known : *cluster.front();
    const bool was_customer = survivor.customer == survivor.row;
    const std::int64_t left = was_customer ? 0 : survivor.customer;
    std::vector<GraphNode*> merged;
    for (GraphNode* node : cluster) {
        if (node == &survivor || node->customer != node->row) continue;
        --feed_.counts().customers;
        if (visible(node)) merged.push_back(node);
    }
    move_points(cluster, survivor);
    for (GraphNode* loser : merged) {
        feed_.append(FeedKind::CustomerMerged, loser->row, survivor.row, 0, now);
        log("merged", actor, survivor.row, loser->row, cluster, now);
    }
    if (!was_customer) {
        ++feed_.counts().customers;
        feed_.append(FeedKind::CustomerSplit, survivor.row, left, 0, now);
        log("split", actor, left, survivor.row, cluster, now);
    }
}

void IdentityWriter::move_points(const std::vector<GraphNode*>& cluster, const GraphNode& survivor) {
    const std::int64_t row = survivor.row;
    for (GraphNode* node : cluster) {
        const bool founder = node->row == row || (node->founder && !fresh_.contains(node->row));
        if (node->customer != row || node->founder != founder) points_.set_customer(node->row, node->id, row, founder);
    }
}

void IdentityWriter::log(std::string_view kind,
                         std::string_view actor,
                         std::int64_t customer,
                         std::int64_t other,
                         const std::vector<GraphNode*>& points,
                         Instant now) {
    std::string rows;
    for (const GraphNode* node : points)
        rows += (rows.empty() ? "" : " ") + std::to_string(node->row);
    log_.bind_all(to_micros(now), kind, actor, customer, other, std::string_view(rows)).run();
}

CustomerId IdentityWriter::customer_after(std::int64_t row) {
    const sqlite::Resetting guard(customer_id_);
    if (!customer_id_.bind_all(row).step()) throw sqlite::Failure(corrupt("a contact point has no customer"));
    return customer_id(id_of<PointId>(customer_id_.blob(0)));
}

}  // namespace tandem::store
