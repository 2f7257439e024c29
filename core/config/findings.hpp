// Findings and checks for those who read a part of a configuration: connectors, packs, tools.
#pragma once

#include "core/config/diagnostics.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::config {

// Adds `findings` to `out`. What has no place, being about something that is not in the file, gets `place` and, without
// a path of its own, `path`; `whose` names it.
void append_placed(const Diagnostics& findings,
                   const Position& place,
                   const std::string& path,
                   const std::string& whose,
                   Diagnostics& out);

// A name or an address, without scheme and port: nullopt if good, else what is wrong. Fits Fields::check().
std::optional<std::string> check_host(std::string_view text);

}  // namespace tandem::config
