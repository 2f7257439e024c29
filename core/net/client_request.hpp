// The bytes of an outgoing request's head, and which requests may go out at all; inside core/net.
#pragma once

#include "core/net/client_target.hpp"
#include "core/net/http_client.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::net {

// What would not arrive as it was meant: a method or header name that is no token, a line break in a value, a header
// that is the client's own. ErrorKind::Rejected; values are never repeated.
std::optional<Error> request_problem(const ClientRequest& request);

std::string request_head(const ClientRequest& request,
                         const ClientTarget& target,
                         std::string_view user_agent,
                         bool keep_alive);

bool is_safe_method(std::string_view method);  // GET and HEAD

// The response sends the client elsewhere, and this request may follow.
bool is_redirect(const ClientRequest& request, const ClientResponse& response);
// Where to, or ErrorKind::Rejected (code "redirect") when the policy forbids it. Drops the headers of `request` that
// may hold credentials when another origin is meant.
Result<ClientTarget> follow_redirect(ClientRequest& request, const ClientTarget& from, const ClientResponse& response);

}  // namespace tandem::net
