#include "core/mapping/subset.hpp"

#include "core/data/json.hpp"

#include <fmt/format.h>

namespace tandem::mapping {

using data::Value;

void compare_subset(Value expected, Value actual, const std::string& path, std::vector<std::string>& differences) {
    if (expected.is_object() && actual.is_object()) {
        for (const auto& [key, value] : expected.members())
            compare_subset(value, actual.get(key), fmt::format("{}.{}", path, key), differences);
        return;
    }
    if (expected.is_array() && actual.is_array() && expected.size() == actual.size()) {
        for (std::size_t i = 0; i < expected.size(); ++i)
            compare_subset(expected.items()[i], actual.items()[i], fmt::format("{}[{}]", path, i), differences);
        return;
    }
    if (expected == actual) return;
    differences.push_back(fmt::format("{}: expected {}, got {}", path, data::to_json(expected), data::to_json(actual)));
}

}  // namespace tandem::mapping
