// The region of telephone numbers without a prefix, from where people write it.
#pragma once

#include "core/config/diagnostics.hpp"
#include "core/config/node.hpp"
#include "core/mapping/pack.hpp"

#include <string>

namespace tandem::tool {

// Empty, or what is wrong with `region`; "" is taken as "none". Fits CLI::Option::check.
std::string region_problem(const std::string& region);

// A setting named `country` is the region of that account's numbers; else `fallback`. A wrong one is an error at its
// place in `written`, the node that the settings were read from.
std::string region_of(const mapping::Settings& settings,
                      const config::Node& written,
                      const std::string& fallback,
                      config::Diagnostics& diagnostics);

}  // namespace tandem::tool
