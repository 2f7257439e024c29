// Compares what a test names with what came out. Private to the layer.
#pragma once

#include "core/data/value.hpp"

#include <string>
#include <vector>

namespace tandem::mapping {

// Objects need only the members that `expected` has (null: must be absent), lists all elements in order. Differences
// become sentences with their path.
void compare_subset(data::Value expected,
                    data::Value actual,
                    const std::string& path,
                    std::vector<std::string>& differences);

}  // namespace tandem::mapping
