// Received fields (RFC 5321, 4.4). Private to core/mail.
#pragma once

#include "core/base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::mail {

struct Hop {
    std::string by;    // the server that wrote the line, "" if it does not say
    std::string from;  // what it was called by
    std::optional<Instant> at;
};

Hop read_received(std::string_view value);

}  // namespace tandem::mail
