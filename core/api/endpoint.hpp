// The route table of the API: one row per operation. Requests are checked against the row, /openapi.json is written
// from it, so what is documented is what is served.
#pragma once

#include "core/api/problem.hpp"
#include "core/api/query.hpp"
#include "core/api/tokens.hpp"
#include "core/net/http.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::api {

// One request after all checks.
struct Call {
    const net::HttpRequest& request;
    const std::vector<std::pair<std::string, std::string>>& path;  // values of {segments}
    const Query& query;
    const Principal& principal;  // empty for public endpoints

    std::string_view segment(std::string_view name) const;
};

enum class Access {
    Public,
    Token,   // bearer token with the row's scope; checked before the handler runs
    Custom,  // the handler decides (the agent page: token, key or cookie)
};

struct Endpoint {
    std::string_view method;  // GET also answers HEAD
    std::string_view pattern;
    std::string_view id;  // operationId
    std::string_view summary;
    Access access = Access::Token;
    Scope scope = Scope::Read;
    std::vector<Parameter> parameters = {};
    bool tolerant = false;                 // unknown query parameters are let pass
    bool on_loop = false;                  // never blocks: answered at once, also when the pool is busy
    std::vector<Parameter> headers = {};   // request headers the handler reads; it checks them itself
    std::string_view request_type = {};    // of the body; empty: none is read. JSON is checked, others by the handler
    std::string_view request_schema = {};  // name in openapi_schemas.json
    std::string_view response_type = "application/json";
    std::string_view response_schema = {};  // name in openapi_schemas.json
    std::vector<int> statuses = {200};      // answers of that type and schema; 3xx: without content
    std::vector<int> problems = {};         // besides those that follow from the row (openapi.cpp)
    // Runs on a pool thread, may block on the store.
    std::function<Answer(const Call&)> handle = {};
    // How a problem is shown to this endpoint's callers; problem+json when absent.
    std::function<net::HttpReply(const Problem&, const net::HttpRequest&)> show_problem = {};
};

net::HttpResponse json_response(std::string body, int status = 200);

}  // namespace tandem::api
