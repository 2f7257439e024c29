// Who may see the agent's page: a bearer token, or the cookie that a key in the address was exchanged for.
#pragma once

#include "core/api/services.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::api {

struct Visitor {
    Principal principal;
    std::string session_id;                 // what form tokens are bound to
    std::optional<std::string> set_cookie;  // the session was renewed
};

// 401 when the request carries nothing valid, 403 when the token lacks scope `pop`.
std::expected<Visitor, Problem> visitor(Services& services, const net::HttpRequest& request);

// Exchanges the key for a cookie and leads to the same address without it. 401 for an unknown key.
Answer exchange_key(Services& services, const net::HttpRequest& request, std::string_view key);

}  // namespace tandem::api
