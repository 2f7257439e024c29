// Times as vendors write them: Unix times and strptime-like patterns with a zone. Private to the layer.
#pragma once

#include "core/base/time.hpp"

#include <optional>
#include <string_view>

namespace tandem::mapping {

// The instant of `text` in the pattern (the letters are listed with the function `time`). `zone` counts when the
// pattern has no %z: an IANA name, an offset such as +03:00, or empty for UTC. nullopt if the text does not match or
// names no real time; `problem` then says what is wrong when it is the pattern or the zone.
std::optional<Instant> parse_pattern(std::string_view text,
                                     std::string_view pattern,
                                     std::string_view zone,
                                     std::string_view& problem);

}  // namespace tandem::mapping
