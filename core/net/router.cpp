#include "core/net/router.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tandem::net {

namespace {

constexpr std::size_t kMaxSegments = 16;

struct Segments {
    std::array<std::string_view, kMaxSegments> at;
    std::size_t count = 0;
    bool too_many = false;
};

Segments split(std::string_view path) {
    Segments segments;
    std::size_t start = 1;  // after the leading '/'
    while (start <= path.size()) {
        if (segments.count == kMaxSegments) {
            segments.too_many = true;
            break;
        }
        const auto slash = std::min(path.find('/', start), path.size());
        segments.at[segments.count++] = path.substr(start, slash - start);
        start = slash + 1;
    }
    return segments;
}

bool is_parameter(std::string_view segment) {
    return segment.starts_with('{') && segment.ends_with('}');
}

bool matches(const std::vector<std::string>& pattern, const Segments& path) {
    if (pattern.size() != path.count) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_parameter(pattern[i]) ? path.at[i].empty() : pattern[i] != path.at[i]) return false;
    }
    return true;
}

// How specific a pattern is: the earlier the literal, the better.
unsigned literal_score(const std::vector<std::string>& pattern) {
    unsigned score = 0;
    for (const auto& segment : pattern)
        score = score * 2 + (is_parameter(segment) ? 0 : 1);
    return score;
}

bool takes(const Route& route, std::string_view method) {
    return route.method == "*" || route.method == method || (method == "HEAD" && route.method == "GET");
}

void add_method(std::vector<std::string>& methods, const std::string& method) {
    if (std::ranges::find(methods, method) == methods.end()) methods.push_back(method);
}

void add_methods(std::vector<std::string>& methods, const Route& route) {
    add_method(methods, route.method);
    if (route.method == "GET") add_method(methods, "HEAD");
}

std::string allow_header(std::vector<std::string> methods) {
    std::string text;
    if (!methods.empty()) add_method(methods, "OPTIONS");
    for (const auto& name : methods)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

}  // namespace

void Router::add(Route route) {
    if (!route.pattern.starts_with('/')) throw std::invalid_argument("route without leading '/': " + route.pattern);
    const Segments parts = split(route.pattern);
    if (parts.too_many) throw std::invalid_argument("route with too many segments: " + route.pattern);
    for (const Route& known : routes_) {
        if (known.pattern == route.pattern && known.method == route.method) {
            throw std::invalid_argument("two routes for " + route.method + " " + route.pattern);
        }
    }
    patterns_.push_back({std::vector<std::string>(parts.at.begin(), parts.at.begin() + parts.count)});
    routes_.push_back(std::move(route));
}

std::string Router::allow() const {
    std::vector<std::string> methods;
    for (const Route& route : routes_) {
        if (route.method != "*") add_methods(methods, route);
    }
    return allow_header(std::move(methods));
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
    Match match;
    if (!path.starts_with('/')) return match;
    const Segments parts = split(path);
    if (parts.too_many) return match;

    std::size_t best = routes_.size();
    std::vector<std::string> methods;
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        if (!matches(patterns_[i].segments, parts)) continue;
        if (!takes(routes_[i], method)) {
            add_methods(methods, routes_[i]);
        } else if (best == routes_.size() ||
                   literal_score(patterns_[i].segments) > literal_score(patterns_[best].segments)) {
            best = i;
        }
    }
    if (best == routes_.size()) {
        match.allow = allow_header(std::move(methods));
        return match;
    }
    match.route = &routes_[best];
    const auto& segments = patterns_[best].segments;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (!is_parameter(segments[i])) continue;
        match.parameters.emplace_back(segments[i].substr(1, segments[i].size() - 2),
                                      percent_decode(parts.at[i], false));
    }
    return match;
}

}  // namespace tandem::net
