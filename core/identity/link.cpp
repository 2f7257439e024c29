#include "core/identity/link.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace tandem::identity {
namespace {

using Index = std::size_t;
using Exclusive = std::pair<std::string_view, std::string_view>;  // scheme, scope

constexpr std::string_view kSharedPoint = "shared_point";
constexpr std::string_view kExclusiveConflict = "exclusive_conflict";
constexpr std::string_view kCut = "cut";
constexpr std::string_view kTooManyPoints = "too_many_points";

struct Link {
    Index a;
    Index b;
    int strength;
    std::int64_t first_seen;
};

std::pair<Index, Index> ordered(Index a, Index b) {
    return {std::min(a, b), std::max(a, b)};
}

// One run over one graph. Points are known by their rank among the sorted keys, so that nothing depends on input order.
class Partitioner {
public:
    Partitioner(std::span<const GraphPoint> points, std::span<const GraphEdge> edges, const LinkRules& rules)
        : rules_(rules), points_(points.begin(), points.end()) {
        std::ranges::sort(points_, {}, &GraphPoint::key);
        const auto repeated = std::ranges::unique(points_, {}, &GraphPoint::key);
        points_.erase(repeated.begin(), repeated.end());
        read_edges(edges);
        mark_shared();
        start_groups();
    }

    Partition run() {
        for (const auto& link : links_)
            join(link);
        Partition result;
        std::map<Index, std::vector<std::uint64_t>> clusters;  // by root; keys ascend because points do
        for (Index i = 0; i < points_.size(); ++i) {
            clusters[find(i)].push_back(key(i));
            if (shared_[i]) result.shared.push_back(key(i));
        }
        for (auto& [root, cluster] : clusters)
            result.clusters.push_back(std::move(cluster));
        std::ranges::sort(result.clusters);
        result.suppressed = std::move(suppressed_);
        std::ranges::sort(result.suppressed, {}, [](const Suppressed& s) { return std::tie(s.a, s.b); });
        for (const auto& [a, b] : suggested_)
            result.suggested.emplace_back(key(a), key(b));
        return result;
    }

private:
    struct Group {
        std::size_t size = 1;
        std::map<Exclusive, Index> exclusive;  // the one point of each exclusive scheme and scope
        std::set<Index> split_from;            // points an operator separated from a member
    };

    std::uint64_t key(Index i) const { return points_[i].key; }

    std::optional<Index> index_of(std::uint64_t key) const {
        const auto at = std::ranges::lower_bound(points_, key, {}, &GraphPoint::key);
        if (at == points_.end() || at->key != key) return std::nullopt;
        return static_cast<Index>(at - points_.begin());
    }

    bool exclusive(Index i) const {
        const auto& schemes = rules_.exclusive_schemes;
        return std::ranges::find(schemes, points_[i].scheme) != schemes.end();
    }
    Exclusive exclusive_name(Index i) const { return {points_[i].scheme, points_[i].scope}; }

    // Several pieces of evidence for one pair count as their strongest, seen since that one's first sight.
    void read_edges(std::span<const GraphEdge> edges) {
        std::map<std::pair<Index, Index>, std::pair<int, std::int64_t>> best;
        for (const auto& edge : edges) {
            const auto a = index_of(edge.a);
            const auto b = index_of(edge.b);
            if (!a || !b || *a == *b) continue;
            const auto pair = ordered(*a, *b);
            if (edge.cut) cuts_.insert(pair);
            const std::pair evidence{-edge.strength, edge.first_seen};
            const auto [known, added] = best.try_emplace(pair, evidence);
            if (!added) known->second = std::min(known->second, evidence);
        }
        for (const auto& [pair, evidence] : best) {
            if (cuts_.contains(pair)) continue;
            const int strength = -evidence.first;
            if (strength < rules_.auto_link_min_strength) {
                suggested_.push_back(pair);
            } else {
                links_.push_back({pair.first, pair.second, strength, evidence.second});
            }
        }
        std::ranges::sort(links_, {}, [](const Link& l) { return std::tuple(-l.strength, l.first_seen, l.a, l.b); });
    }

    // A point is shared by its class, or because qualifying evidence ties it to two ids of which a customer has one.
    void mark_shared() {
        shared_.assign(points_.size(), false);
        for (Index i = 0; i < points_.size(); ++i) {
            const auto c = points_[i].point_class;
            shared_[i] = c == PointClass::Trunk || c == PointClass::Shared || c == PointClass::Placeholder;
        }
        std::map<std::pair<Index, Exclusive>, Index> seen;
        const auto touch = [&](Index point, Index neighbour) {
            if (exclusive(point) || !exclusive(neighbour)) return;
            const auto [known, added] = seen.try_emplace({point, exclusive_name(neighbour)}, neighbour);
            if (!added && known->second != neighbour) shared_[point] = true;
        };
        for (const auto& link : links_) {
            touch(link.a, link.b);
            touch(link.b, link.a);
        }
    }

    void start_groups() {
        parent_.resize(points_.size());
        std::iota(parent_.begin(), parent_.end(), Index{0});
        groups_.resize(points_.size());
        for (Index i = 0; i < points_.size(); ++i) {
            if (exclusive(i)) groups_[i].exclusive.emplace(exclusive_name(i), i);
        }
        for (const auto& [a, b] : cuts_) {
            groups_[a].split_from.insert(b);
            groups_[b].split_from.insert(a);
        }
    }

    Index find(Index i) {
        while (parent_[i] != i) {
            parent_[i] = parent_[parent_[i]];
            i = parent_[i];
        }
        return i;
    }

    // Empty when the link may join its groups.
    std::string_view obstacle(const Link& link, Index a, Index b) {
        const bool by_operator = link.strength >= kOperatorStrength;
        if (!by_operator && (shared_[link.a] || shared_[link.b])) return kSharedPoint;
        if (a == b) return {};
        const auto conflicts = [&](const auto& entry) { return groups_[b].exclusive.contains(entry.first); };
        if (std::ranges::any_of(groups_[a].exclusive, conflicts)) return kExclusiveConflict;
        if (std::ranges::any_of(groups_[a].split_from, [&](Index other) { return find(other) == b; })) return kCut;
        const bool full = groups_[a].size + groups_[b].size > rules_.max_points_per_customer;
        return full && !by_operator ? kTooManyPoints : std::string_view();
    }

    void join(const Link& link) {
        auto a = find(link.a);
        auto b = find(link.b);
        if (const auto reason = obstacle(link, a, b); !reason.empty()) {
            suppressed_.push_back({key(link.a), key(link.b), reason});
            return;
        }
        if (a == b) return;
        if (groups_[a].size < groups_[b].size) std::swap(a, b);
        parent_[b] = a;
        groups_[a].size += groups_[b].size;
        groups_[a].exclusive.merge(groups_[b].exclusive);
        groups_[a].split_from.merge(groups_[b].split_from);
    }

    const LinkRules& rules_;
    std::vector<GraphPoint> points_;
    std::vector<Link> links_;  // qualifying evidence in the order of joining
    std::vector<std::pair<Index, Index>> suggested_;
    std::set<std::pair<Index, Index>> cuts_;
    std::vector<bool> shared_;
    std::vector<Index> parent_;
    std::vector<Group> groups_;  // valid at roots
    std::vector<Suppressed> suppressed_;
};

}  // namespace

Verification parse_verification(std::string_view text) {
    using enum Verification;
    constexpr std::pair<std::string_view, Verification> kWords[] = {
        {"vendor", Vendor},    {"ani_match", AniMatch},  {"pin", Pin},
        {"login", Login},      {"knowledge", Knowledge}, {"voice_biometric", VoiceBiometric},
        {"document", Document}};
    const auto* word = std::ranges::find(kWords, text, &std::pair<std::string_view, Verification>::first);
    return word == std::end(kWords) ? None : word->second;
}

int strength(Verification verification) {
    switch (verification) {
        case Verification::None:
            return 40;
        case Verification::Vendor:
        case Verification::AniMatch:
            return 60;
        default:
            return 90;
    }
}

Partition partition(std::span<const GraphPoint> points, std::span<const GraphEdge> edges, const LinkRules& rules) {
    return Partitioner(points, edges, rules).run();
}

}  // namespace tandem::identity
