// The route table: method and path to handler. Built once, then read by all threads.
#pragma once

#include "core/net/http.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::net {

class Router {
public:
    // Throws std::invalid_argument when the pattern does not start with '/' or two routes are the same.
    void add(Route route);

    struct Match {
        const Route* route = nullptr;  // nullptr: answer with `allow` (405) or, when that is empty, 404
        PathParameters parameters;
        std::string allow;  // methods of the path for the Allow header; filled when route is nullptr
    };
    // `path` is still percent-encoded. Literal segments win over parameters. HEAD finds the GET route.
    Match find(std::string_view method, std::string_view path) const;

    // The methods of all routes, for the Allow header of "OPTIONS *".
    std::string allow() const;

    // In the order they were added: /openapi.json is checked against them.
    const std::vector<Route>& routes() const { return routes_; }

private:
    struct Pattern {
        std::vector<std::string> segments;  // "{name}" is kept with its braces
    };
    std::vector<Route> routes_;
    std::vector<Pattern> patterns_;  // same index
};

}  // namespace tandem::net
