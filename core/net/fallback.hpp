// What the server answers by itself, when no handler does. Private to core/net.
#pragma once

#include "core/net/http.hpp"
#include "core/net/router.hpp"

namespace tandem::net {

// 404, or 405 and OPTIONS with the methods that there are; "OPTIONS *" asks for those of the whole server.
HttpResponse no_route(const Router& router, const Router::Match& match, const HttpRequest& request);

// The handler threw, or was cancelled because it took too long: 503 then. Closes the connection.
HttpResponse handler_failure(bool cancelled);

}  // namespace tandem::net
