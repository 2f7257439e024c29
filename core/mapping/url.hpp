// The parts of a URL and of a query string that packs look at. Works on the text as it was received: signatures cover
// it, so nothing is re-encoded. Private to the layer.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::mapping {

struct UrlParts {
    std::string_view origin;  // "https://host:port", empty for a bare path
    std::string_view path;
    std::string_view query;  // without '?'
};
UrlParts split_url(std::string_view url);

// Decoded names and values in the order of the text; '+' is a space. At most `kMaxParameters`.
inline constexpr std::size_t kMaxParameters = 10'000;
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);
// The first value of that name.
std::optional<std::string> query_value(std::string_view query, std::string_view name);
// The URL without the parameters of those names; the rest stays byte for byte.
std::string without_parameters(std::string_view url, std::span<const std::string> names);
// The same URL with `:port` (443 or 80 by scheme) added, or with its port removed.
std::string with_default_port(std::string_view url);
std::string without_port(std::string_view url);

}  // namespace tandem::mapping
