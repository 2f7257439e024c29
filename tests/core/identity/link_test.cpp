#include "core/identity/link.hpp"

#include "core/data/json.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace tandem::identity {
namespace {

using Names = std::set<std::string>;

// A graph with names for people; keys are the ranks of the names, so both sort alike.
struct NamedGraph {
    std::vector<std::string> names;  // sorted
    std::vector<GraphPoint> points;
    std::vector<GraphEdge> edges;

    std::uint64_t key(std::string_view name) const {
        return static_cast<std::uint64_t>(std::ranges::lower_bound(names, name) - names.begin());
    }
    std::string name(std::uint64_t key) const { return names.at(key); }
    std::string pair(std::uint64_t a, std::uint64_t b) const {
        return std::min(name(a), name(b)) + " " + std::max(name(a), name(b));
    }
};

struct Outcome {
    std::set<Names> clusters;
    Names shared, suppressed, suggested;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::string text_of(const Outcome& outcome) {
    std::string text;
    for (const auto& cluster : outcome.clusters) {
        text += "[";
        for (const auto& name : cluster)
            text += " " + name;
        text += " ]";
    }
    const auto list = [&](const char* what, const Names& names) {
        text += std::string(" ") + what + ":";
        for (const auto& name : names)
            text += " (" + name + ")";
    };
    list("shared", outcome.shared);
    list("suppressed", outcome.suppressed);
    list("suggested", outcome.suggested);
    return text;
}

void PrintTo(const Outcome& outcome, std::ostream* out) {
    *out << text_of(outcome);
}

Outcome run(const NamedGraph& graph, const LinkRules& rules = {}) {
    const auto result = partition(graph.points, graph.edges, rules);
    Outcome outcome;
    for (const auto& cluster : result.clusters) {
        Names names;
        for (const auto key : cluster)
            names.insert(graph.name(key));
        outcome.clusters.insert(std::move(names));
    }
    for (const auto key : result.shared)
        outcome.shared.insert(graph.name(key));
    for (const auto& s : result.suppressed)
        outcome.suppressed.insert(graph.pair(s.a, s.b) + " " + std::string(s.reason));
    for (const auto& [a, b] : result.suggested)
        outcome.suggested.insert(graph.pair(a, b));
    EXPECT_EQ(outcome.suppressed.size(), result.suppressed.size()) << "a link is listed twice";
    return outcome;
}

// "t1": scheme by the first letter; "c1@shop": with a scope.
NamedGraph graph_of(const std::vector<std::string>& names,
                    const std::vector<std::tuple<std::string, std::string, int>>& links) {
    static const std::map<char, std::string_view> kSchemes = {
        {'t', "tel"}, {'m', "mailto"}, {'c', "crm"}, {'u', "account"}, {'v', "webchat"}};
    NamedGraph graph{names, {}, {}};
    std::ranges::sort(graph.names);
    for (const auto& name : graph.names) {
        graph.points.push_back({graph.key(name), kSchemes.at(name[0]), "main", PointClass::Personal});
    }
    std::int64_t seen = 0;
    for (const auto& [a, b, strength] : links)
        graph.edges.push_back({graph.key(a), graph.key(b), strength, ++seen});
    return graph;
}

void cut(NamedGraph& graph, std::string_view a, std::string_view b) {
    graph.edges.push_back({graph.key(a), graph.key(b), 0, 0, true});
}

TEST(Link, JoinsThroughQualifyingEvidence) {
    const auto outcome =
        run(graph_of({"t1", "m1", "m2", "c1"}, {{"t1", "c1", 80}, {"m1", "c1", 60}, {"m2", "c1", 59}}));
    EXPECT_EQ(outcome, (Outcome{{{"c1", "m1", "t1"}, {"m2"}}, {}, {}, {"c1 m2"}}));
}

TEST(Link, AFamilyTelephoneJoinsNothingUnlessAnOperatorSaysSo) {
    auto graph = graph_of({"t1", "c1", "c2"}, {{"t1", "c1", 80}, {"t1", "c2", 90}});
    EXPECT_EQ(run(graph),
              (Outcome{{{"c1"}, {"c2"}, {"t1"}}, {"t1"}, {"c1 t1 shared_point", "c2 t1 shared_point"}, {}}));
    graph.edges[0].strength = kOperatorStrength;
    EXPECT_EQ(run(graph), (Outcome{{{"c1", "t1"}, {"c2"}}, {"t1"}, {"c2 t1 shared_point"}, {}}));
}

TEST(Link, PointsOfSharedClassesJoinNothing) {
    for (const auto point_class : {PointClass::Trunk, PointClass::Shared, PointClass::Placeholder}) {
        auto graph = graph_of({"t1", "m1"}, {{"t1", "m1", 90}});
        graph.points[1].point_class = point_class;
        EXPECT_EQ(run(graph), (Outcome{{{"m1"}, {"t1"}}, {"t1"}, {"m1 t1 shared_point"}, {}}));
    }
}

TEST(Link, TheWeakestLinkBetweenTwoCardsGivesWay) {
    const auto graph = graph_of({"c1", "t1", "v1", "c2"}, {{"c1", "t1", 80}, {"t1", "v1", 60}, {"v1", "c2", 90}});
    EXPECT_EQ(run(graph), (Outcome{{{"c1", "t1"}, {"c2", "v1"}}, {}, {"t1 v1 exclusive_conflict"}, {}}));
    LinkRules lenient;
    lenient.exclusive_schemes.clear();
    EXPECT_EQ(run(graph, lenient).clusters.size(), 1U);
}

TEST(Link, ACutSeparatesForGood) {
    auto graph = graph_of({"t1", "m1", "c1"}, {{"t1", "m1", 60}, {"m1", "c1", 80}});
    cut(graph, "t1", "m1");
    EXPECT_EQ(run(graph), (Outcome{{{"c1", "m1"}, {"t1"}}, {}, {}, {}}));
    graph.edges.push_back({graph.key("m1"), graph.key("t1"), 90, 50});
    EXPECT_EQ(run(graph), (Outcome{{{"c1", "m1"}, {"t1"}}, {}, {}, {}})) << "later evidence of the same two points";
    graph.edges.push_back({graph.key("c1"), graph.key("t1"), 60, 60});
    EXPECT_EQ(run(graph), (Outcome{{{"c1", "m1"}, {"t1"}}, {}, {"c1 t1 cut"}, {}})) << "a way round";
}

TEST(Link, StopsAtTheCapButObeysOperators) {
    LinkRules rules;
    rules.max_points_per_customer = 3;
    auto graph = graph_of({"m1", "m2", "m3", "m4"}, {{"m1", "m2", 90}, {"m2", "m3", 80}, {"m3", "m4", 60}});
    EXPECT_EQ(run(graph, rules), (Outcome{{{"m1", "m2", "m3"}, {"m4"}}, {}, {"m3 m4 too_many_points"}, {}}));
    graph.edges[2].strength = kOperatorStrength;
    graph.edges[0].strength = kOperatorStrength;
    graph.edges[1].strength = kOperatorStrength;
    EXPECT_EQ(run(graph, rules).clusters.size(), 1U);
}

TEST(Link, CountsRepeatedEvidenceOnceAndIgnoresStrangers) {
    auto graph = graph_of({"t1", "m1"}, {{"t1", "m1", 40}, {"m1", "t1", 90}, {"t1", "t1", 90}});
    graph.edges.push_back({graph.key("t1"), 77, 90, 1});
    EXPECT_EQ(run(graph), (Outcome{{{"m1", "t1"}}, {}, {}, {}}));
    EXPECT_EQ(partition({}, {}, {}).clusters.size(), 0U);
}

TEST(Link, KnowsTheStrengthOfEveryVerification) {
    const std::pair<std::string_view, int> kWords[] = {
        {"none", 40},      {"vendor", 60},   {"ani_match", 60},       {"pin", 90}, {"login", 90},
        {"knowledge", 90}, {"document", 90}, {"voice_biometric", 90}, {"", 40},    {"sworn", 40}};
    for (const auto& [word, expected] : kWords)
        EXPECT_EQ(strength(parse_verification(word)), expected) << word;
}

PointClass class_in(data::Value node) {
    return parse_point_class(node.string_at("class").value_or("personal")).value();
}

NamedGraph read_graph(data::Value json) {
    NamedGraph graph;
    const auto text = [](data::Value value, std::string_view field) { return value.string_at(field).value_or(""); };
    for (const auto node : json.get("nodes").items())
        graph.names.emplace_back(text(node, "id"));
    std::ranges::sort(graph.names);
    for (const auto node : json.get("nodes").items()) {
        graph.points.push_back(
            {graph.key(text(node, "id")), text(node, "scheme"), text(node, "scope"), class_in(node)});
    }
    for (const auto edge : json.get("edges").items()) {
        graph.edges.push_back({graph.key(text(edge, "a")), graph.key(text(edge, "b")),
                               static_cast<int>(edge.get("strength").as_int()), edge.get("first_seen").as_int()});
    }
    for (const auto pair : json.get("cut").items())
        cut(graph, pair.items()[0].as_string(), pair.items()[1].as_string());
    return graph;
}

Outcome read_outcome(data::Value json) {
    Outcome outcome;
    for (const auto cluster : json.get("clusters").items()) {
        Names names;
        for (const auto name : cluster.items())
            names.emplace(name.as_string());
        outcome.clusters.insert(std::move(names));
    }
    const auto pair = [](data::Value items) {
        const std::string a(items.items()[0].as_string()), b(items.items()[1].as_string());
        return std::min(a, b) + " " + std::max(a, b);
    };
    for (const auto name : json.get("shared").items())
        outcome.shared.emplace(name.as_string());
    for (const auto s : json.get("suppressed").items()) {
        outcome.suppressed.insert(pair(s) + " " + std::string(s.items()[2].as_string()));
    }
    for (const auto s : json.get("suggested").items())
        outcome.suggested.insert(pair(s));
    return outcome;
}

TEST(LinkFixtures, GiveTheExpectedCustomersInWhateverOrder) {
    const auto folder = testing::fixtures("schema");
    if (!folder) return;
    const auto text = testing::read_file(*folder / "identity/link-graphs.json");
    data::Arena arena;
    const auto json = data::parse_json(text, arena);
    ASSERT_TRUE(json) << json.error().text;
    LinkRules rules;
    rules.auto_link_min_strength = static_cast<int>(json->get("rules").get("min_strength").as_int());
    std::mt19937 random(1);
    EXPECT_GE(json->get("cases").size(), 56U);
    for (const auto item : json->get("cases").items()) {
        auto graph = read_graph(item);
        const auto expected = read_outcome(item.get("expect"));
        for (int i = 0; i < 60; ++i) {
            ASSERT_EQ(run(graph, rules), expected) << item.get("name").as_string() << ", shuffle " << i;
            std::ranges::shuffle(graph.points, random);
            std::ranges::shuffle(graph.edges, random);
            for (auto& edge : graph.edges) {
                if (random() % 2 == 0) std::swap(edge.a, edge.b);
            }
        }
    }
}

}  // namespace
}  // namespace tandem::identity
