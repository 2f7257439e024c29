// How much of a mail a parser may be shown that has no limits of its own (GMime builds an object for every header field
// and part: 3 million fields of three bytes cost 1.5 GB). Private to core/mail.
#pragma once

#include "core/mail/limits.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

// Bytes of `mail` within the limits; adds to `problems` when that is not all. It may count more parts than there are,
// never fewer.
std::size_t within_limits(std::string_view mail, const Limits& limits, std::vector<std::string>& problems);

}  // namespace tandem::mail
