// Values of HTTP and MIME headers that carry parameters: Content-Type (RFC 9110, 8.3), Content-Disposition (RFC 6266).
// Private to core/data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::data {

struct HeaderValue {
    std::string value;                                            // lower case, e.g. "text/csv"
    std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case, values unquoted

    std::string_view parameter(std::string_view name) const;  // "" if there is none
};

// Takes what it can understand; headers of vendors are not always well-formed.
HeaderValue parse_header_value(std::string_view text);

}  // namespace tandem::data
