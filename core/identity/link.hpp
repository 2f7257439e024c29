// Linking rules: which contact points are one customer. A pure function of the evidence, so the order in which evidence
// arrived never matters (docs/architecture.md, "Identity").
#pragma once

#include "core/base/time.hpp"
#include "core/identity/point.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::identity {

// How sure a party's point is; strength of evidence in one interaction is that of the weaker of two points.
enum class Verification { None, Vendor, AniMatch, Pin, Login, Knowledge, VoiceBiometric, Document };
Verification parse_verification(std::string_view text);  // unknown words count as None
int strength(Verification verification);                 // none 40, vendor and ani_match 60, the rest 90

inline constexpr int kOperatorStrength = 100;

struct GraphPoint {
    std::uint64_t key;  // the caller's name for the point
    std::string_view scheme;
    std::string_view scope;
    PointClass point_class = PointClass::Personal;
};

struct GraphEdge {
    std::uint64_t a;
    std::uint64_t b;
    int strength;
    std::int64_t first_seen;
    bool cut = false;  // an operator split these two: wins over any evidence until removed
};

struct LinkRules {
    int auto_link_min_strength = 60;
    std::vector<std::string> exclusive_schemes = {"account", "crm"};  // one value per customer and scope
    std::size_t max_points_per_customer = 64;
};

struct Suppressed {
    std::uint64_t a;
    std::uint64_t b;
    std::string_view reason;  // shared_point, exclusive_conflict, cut, too_many_points ...
};

struct Partition {
    std::vector<std::vector<std::uint64_t>> clusters;  // every point once; each cluster and the list sorted
    std::vector<std::uint64_t> shared;                 // ambiguous points: they join nothing
    std::vector<Suppressed> suppressed;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> suggested;  // edges below the minimum strength
};

// The canonical partition of a component (or any graph).
Partition partition(std::span<const GraphPoint> points, std::span<const GraphEdge> edges, const LinkRules& rules);

}  // namespace tandem::identity
