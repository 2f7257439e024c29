#include "core/mapping/url.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::mapping {

namespace {

// Calls take(name, value) with the undecoded halves of every parameter until it returns false.
template <class Take>
void for_each_parameter(std::string_view query, Take take) {
    std::size_t seen = 0;
    while (!query.empty() && seen++ < kMaxParameters) {
        const auto end = std::min(query.find('&'), query.size());
        const auto field = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (field.empty()) continue;
        const auto equals = std::min(field.find('='), field.size());
        const auto value = equals < field.size() ? field.substr(equals + 1) : std::string_view();
        if (!take(field, field.substr(0, equals), value)) return;
    }
}

// Where the port (with its colon) stands in an absolute URL; empty range when there is none.
std::pair<std::size_t, std::size_t> port_range(std::string_view url) {
    const auto origin = split_url(url).origin;
    const auto host = origin.find("://") + 3;
    const auto start =
        origin.find_last_of("@]") == std::string_view::npos ? host : std::max(host, origin.find_last_of("@]") + 1);
    const auto colon = origin.find(':', start);
    if (colon == std::string_view::npos) return {origin.size(), origin.size()};
    return {colon, origin.size()};
}

}  // namespace

UrlParts split_url(std::string_view url) {
    UrlParts parts;
    url = url.substr(0, url.find('#'));
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
        const auto end = std::min(url.find_first_of("/?", scheme + 3), url.size());
        parts.origin = url.substr(0, end);
        url.remove_prefix(end);
    }
    const auto mark = std::min(url.find('?'), url.size());
    parts.path = url.substr(0, mark);
    if (mark < url.size()) parts.query = url.substr(mark + 1);
    return parts;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> out;
    for_each_parameter(query, [&](std::string_view, std::string_view name, std::string_view value) {
        out.emplace_back(percent_decode(name, true), percent_decode(value, true));
        return true;
    });
    return out;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
    std::optional<std::string> found;
    for_each_parameter(query, [&](std::string_view, std::string_view key, std::string_view value) {
        if (percent_decode(key, true) != name) return true;
        found = percent_decode(value, true);
        return false;
    });
    return found;
}

std::string without_parameters(std::string_view url, std::span<const std::string> names) {
    const auto parts = split_url(url);
    if (names.empty() || parts.query.empty()) return std::string(url);
    std::string out(parts.origin);
    out += parts.path;
    char separator = '?';
    for_each_parameter(parts.query, [&](std::string_view field, std::string_view name, std::string_view) {
        if (std::ranges::find(names, percent_decode(name, true)) != names.end()) return true;
        out += separator;
        out += field;
        separator = '&';
        return true;
    });
    return out;
}

std::string with_default_port(std::string_view url) {
    const auto [begin, end] = port_range(url);
    std::string out(url);
    if (begin == end && !split_url(url).origin.empty()) out.insert(begin, url.starts_with("https:") ? ":443" : ":80");
    return out;
}

std::string without_port(std::string_view url) {
    const auto [begin, end] = port_range(url);
    std::string out(url);
    return out.erase(begin, end - begin);
}

}  // namespace tandem::mapping
