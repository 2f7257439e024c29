// The `poll` cases of a pack's tests: where a poll stands, the request that would go out, and what a page of the vendor
// means. Private to the layer.
#pragma once

#include "core/base/time.hpp"
#include "core/config/node.hpp"
#include "core/mapping/pack.hpp"

#include <string>
#include <vector>

namespace tandem::mapping {

// Sentences about what is not as the case says. Secrets of `pack` show in them: they are those of the test.
std::vector<std::string> run_poll_case(const BoundPack& pack, const config::Node& node, Instant now);

}  // namespace tandem::mapping
