// Evidence that two contact points are one person: one row per pair, the strongest and earliest evidence wins, an
// operator's cut stays until an operator removes it. Every write is a join, so the order of evidence does not matter.
#pragma once

#include "core/identity/link.hpp"
#include "core/sqlite/database.hpp"
#include "core/store/sqlite/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tandem::store {

struct GraphNode {
    std::int64_t row = 0;
    PointId id;
    std::string scheme;
    std::string scope;
    identity::PointClass point_class = identity::PointClass::Personal;
    std::int64_t first_seen = 0;
    std::int64_t customer = 0;
    bool founder = false;  // its own id as a customer has been visible outside
};

struct Component {
    std::vector<GraphNode> nodes;
    std::vector<identity::GraphEdge> edges;  // by row
};

class Edges {
public:
    Edges(sqlite::Database& database, const identity::LinkRules& rules);

    // True if the evidence is new and may change who is together (its strength suffices, or the pair is cut).
    bool add(std::int64_t a, std::int64_t b, int strength, std::int64_t seen);
    // Operator actions; true if something changed.
    bool confirm(std::int64_t a, std::int64_t b, std::int64_t seen);
    bool cut(std::int64_t a, std::int64_t b, std::int64_t seen);

    // Everything that `seeds` could be together with: all qualifying evidence, also suppressed, and cuts. Points that
    // join nothing by their class (trunks, shared mailboxes) are not passed through except by an operator's edge.
    // Whoever is together now is covered whole, also when the rules have changed since.
    Component component(const std::vector<std::int64_t>& seeds);

private:
    struct Evidence {
        int strength = 0;
        std::int64_t first_seen = 0;
        bool cut = false;
    };
    std::optional<Evidence> find(std::int64_t a, std::int64_t b);
    void put(std::int64_t a, std::int64_t b, const Evidence& evidence);
    GraphNode load(std::int64_t row);
    int enough_to_pass(identity::PointClass point_class) const;
    std::vector<std::int64_t> points_of(std::int64_t customer);
    std::vector<identity::GraphEdge> edges_of(std::int64_t row);

    const identity::LinkRules& rules_;
    sqlite::Statement find_, put_, load_, points_, edges_;
};

}  // namespace tandem::store
