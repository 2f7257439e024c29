// Which hosts a pack's credentials may go to. Private to the layer.
#pragma once

#include "core/data/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::mapping {

struct UrlOrigin {
    bool secure = false;
    std::string host;  // lower case
    std::string port;  // the scheme's own if the URL names none

    friend bool operator==(const UrlOrigin&, const UrlOrigin&) = default;
};

// Strict on purpose: what two readers of URLs could understand differently (user names, backslashes, escapes, brackets,
// other letters) has no origin.
std::optional<UrlOrigin> origin_of(std::string_view url);

// `rules` is a text or a list of texts: "api.example.com" and "*.example.com" (hosts below it) stand for https on any
// port, "http://10.0.0.5:3000/…" for exactly that scheme, host and port. Null and empty texts stand for nothing.
bool is_named(data::Value rules, const UrlOrigin& origin);

}  // namespace tandem::mapping
