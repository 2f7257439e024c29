#include "core/identity/point.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace tandem::identity {
namespace {

Result<std::vector<Point>> read_list(std::string_view name,
                                     std::span<const std::string> texts,
                                     std::string_view region) {
    std::vector<Point> points;
    points.reserve(texts.size());
    for (const auto& text : texts) {
        auto point = parse_point(text, region);
        if (!point) return fail(config_error(fmt::format("{}: {}", name, point.error().text)));
        points.push_back(std::move(*point));
    }
    std::ranges::sort(points);
    return points;
}

}  // namespace

Result<PointRules> read_point_rules(const PointRuleTexts& texts, std::string_view region) {
    auto trunks = read_list("trunks", texts.trunks, region);
    if (!trunks) return fail(std::move(trunks.error()));
    auto shared = read_list("shared", texts.shared, region);
    if (!shared) return fail(std::move(shared.error()));
    auto own = read_list("own", texts.own, region);
    if (!own) return fail(std::move(own.error()));
    return PointRules{std::move(*trunks), std::move(*shared), std::move(*own)};
}

PointClass class_of(const NormalPoint& point, const PointRules& rules) {
    const auto listed = [&](const std::vector<Point>& list) { return std::ranges::binary_search(list, point.point); };
    if (listed(rules.trunks) || listed(rules.own)) return PointClass::Trunk;
    return listed(rules.shared) ? PointClass::Shared : point.point_class;
}

}  // namespace tandem::identity
