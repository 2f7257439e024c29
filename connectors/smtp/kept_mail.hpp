// The address of a file in a mail that the sink took: the mail lies in the journal as it came, for as long as that
// keeps it. Pure.
#pragma once

#include "core/base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::smtp {

struct KeptPart {
    Instant received_at{};
    std::string digest;  // of the mail's octets
    std::string part;    // as "2.1"
};

std::string digest_of(std::string_view octets);
// What the envelope calls the mail: "<microseconds>-<digest>".
std::string kept_name(Instant received_at, std::string_view octets);
// "mail:kept/<name>/<part>"; nullopt: it is none.
std::optional<KeptPart> parse_kept_url(std::string_view url);

}  // namespace tandem::smtp
