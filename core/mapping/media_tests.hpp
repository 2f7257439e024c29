// Runs the cases under `media:` of a pack's test file. Private to the layer.
#pragma once

#include "core/config/node.hpp"
#include "core/mapping/pack.hpp"

#include <string>
#include <vector>

namespace tandem::mapping {

// A sentence for everything that is not as expected.
std::vector<std::string> run_media_case(const BoundPack& pack, const config::Node& node);

}  // namespace tandem::mapping
