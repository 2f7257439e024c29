#include "core/net/fallback.hpp"

namespace tandem::net {

HttpResponse no_route(const Router& router, const Router::Match& match, const HttpRequest& request) {
    const bool asterisk = request.method == "OPTIONS" && request.target == "*";
    const std::string allow = asterisk ? router.allow() : match.allow;
    if (allow.empty() && !asterisk) return problem(404, "there is nothing at this path");
    HttpResponse response =
        request.method == "OPTIONS" ? HttpResponse{.status = 204} : problem(405, "this path takes other methods");
    response.headers.push_back({"Allow", allow});
    return response;
}

HttpResponse handler_failure(bool cancelled) {
    HttpResponse response = cancelled ? problem(503, "the request could not be finished in time")
                                      : problem(500, "the request could not be handled; see the log");
    if (cancelled) response.headers.push_back({"Retry-After", "5"});
    response.close = true;
    return response;
}

}  // namespace tandem::net
