// The `send` cases of a pack's tests: a message in, the request that would go out, and what the vendor's answers mean.
// Private to the layer.
#pragma once

#include "core/config/node.hpp"
#include "core/mapping/pack.hpp"

#include <string>
#include <vector>

namespace tandem::mapping {

// Sentences about what is not as the case says. Secrets of `pack` show in them: they are those of the test.
std::vector<std::string> run_send_case(const BoundPack& pack, const config::Node& node, Instant now);

}  // namespace tandem::mapping
