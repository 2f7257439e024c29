#include "core/identity/link.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace tandem::identity {
namespace {

struct Graph {
    std::vector<GraphPoint> points;
    std::vector<GraphEdge> edges;
};

// Up to 14 points with keys from `first_key`, dense enough that conflicts, ties, cuts and shared points are usual.
Graph random_graph(std::mt19937& random, std::uint64_t first_key) {
    constexpr std::string_view kSchemes[] = {"tel", "mailto", "crm", "account", "webchat", "crm"};
    constexpr int kStrengths[] = {40, 60, 60, 80, 90, 100};
    constexpr std::string_view kScopes[] = {"a", "a", "b"};
    const auto pick = [&](const auto& list) { return list[random() % std::size(list)]; };
    Graph graph;
    const std::size_t count = 2 + random() % 13;
    for (std::size_t i = 0; i < count; ++i) {
        const auto point_class = random() % 12 == 0 ? PointClass::Trunk : PointClass::Personal;
        graph.points.push_back({first_key + i, pick(kSchemes), pick(kScopes), point_class});
    }
    for (std::size_t i = random() % (3 * count); i > 0; --i) {
        const auto end = [&] { return first_key + random() % count; };
        const bool cut = random() % 15 == 0;
        graph.edges.push_back({end(), end(), pick(kStrengths), static_cast<std::int64_t>(random() % 6), cut});
    }
    return graph;
}

void expect_same(const Partition& a, const Partition& b, unsigned seed) {
    const auto reasons = [](const Partition& p) {
        std::map<std::pair<std::uint64_t, std::uint64_t>, std::string_view> map;
        for (const auto& s : p.suppressed)
            map[{s.a, s.b}] = s.reason;
        return map;
    };
    ASSERT_EQ(a.clusters, b.clusters) << "seed " << seed;
    ASSERT_EQ(a.shared, b.shared) << "seed " << seed;
    ASSERT_EQ(a.suggested, b.suggested) << "seed " << seed;
    ASSERT_EQ(reasons(a), reasons(b)) << "seed " << seed;
}

LinkRules small_customers() {
    LinkRules rules;
    rules.max_points_per_customer = 5;
    return rules;
}

TEST(LinkProperty, TheOrderOfEvidenceDoesNotMatter) {
    for (unsigned seed = 0; seed < 400; ++seed) {
        std::mt19937 random(seed);
        auto graph = random_graph(random, 1);
        const auto expected = partition(graph.points, graph.edges, small_customers());
        for (int i = 0; i < 10; ++i) {
            std::ranges::shuffle(graph.points, random);
            std::ranges::shuffle(graph.edges, random);
            for (auto& edge : graph.edges) {
                if (random() % 2 == 0) std::swap(edge.a, edge.b);
            }
            expect_same(partition(graph.points, graph.edges, small_customers()), expected, seed);
        }
    }
}

template <class T>
std::vector<T> both(std::vector<T> a, const std::vector<T>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

TEST(LinkProperty, SeparateGraphsDoNotInfluenceEachOther) {
    for (unsigned seed = 0; seed < 400; ++seed) {
        std::mt19937 random(seed);
        const auto left = random_graph(random, 1);
        const auto right = random_graph(random, 100);
        const auto a = partition(left.points, left.edges, small_customers());
        const auto b = partition(right.points, right.edges, small_customers());
        Partition expected{both(a.clusters, b.clusters), both(a.shared, b.shared), both(a.suppressed, b.suppressed),
                           both(a.suggested, b.suggested)};
        expect_same(partition(both(right.points, left.points), both(left.edges, right.edges), small_customers()),
                    expected, seed);
    }
}

// What a customer may never be, whatever the evidence.
void check_invariants(const Graph& graph, const Partition& result, unsigned seed) {
    std::map<std::uint64_t, std::size_t> cluster_of;
    for (std::size_t i = 0; i < result.clusters.size(); ++i) {
        for (const auto key : result.clusters[i])
            EXPECT_TRUE(cluster_of.emplace(key, i).second) << "seed " << seed;
        EXPECT_TRUE(std::ranges::is_sorted(result.clusters[i]));
    }
    EXPECT_EQ(cluster_of.size(), graph.points.size()) << "seed " << seed;
    std::map<std::tuple<std::size_t, std::string_view, std::string_view>, int> exclusive;
    for (const auto& point : graph.points) {
        if (point.scheme != "crm" && point.scheme != "account") continue;
        const int count = ++exclusive[{cluster_of[point.key], point.scheme, point.scope}];
        EXPECT_EQ(count, 1) << "seed " << seed << ": two cards in one customer";
    }
    for (const auto& edge : graph.edges) {
        if (edge.cut && edge.a != edge.b) {
            EXPECT_NE(cluster_of[edge.a], cluster_of[edge.b]) << "seed " << seed << ": a cut pair is together";
        }
    }
}

TEST(LinkProperty, NoCustomerHoldsTwoCardsOrACutPair) {
    for (unsigned seed = 0; seed < 1000; ++seed) {
        std::mt19937 random(seed);
        const auto graph = random_graph(random, 1);
        check_invariants(graph, partition(graph.points, graph.edges, {}), seed);
    }
}

}  // namespace
}  // namespace tandem::identity
