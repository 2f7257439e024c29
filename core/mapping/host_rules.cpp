#include "core/mapping/host_rules.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::mapping {
namespace {

constexpr std::string_view kSecure = "https://";
constexpr std::string_view kPlain = "http://";

bool is_host(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    });
}

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool fits(std::string_view rule, const UrlOrigin& origin) {
    if (rule.empty()) return false;
    if (rule.contains("://")) return origin_of(rule) == origin;
    const auto wanted = to_lower_ascii(rule);
    if (!origin.secure) return false;
    if (!wanted.starts_with("*.")) return origin.host == wanted;
    return origin.host.size() > wanted.size() - 1 && origin.host.ends_with(std::string_view(wanted).substr(1));
}

}  // namespace

std::optional<UrlOrigin> origin_of(std::string_view url) {
    const auto begin = to_lower_ascii(url.substr(0, kSecure.size()));
    const bool secure = begin == kSecure;
    if (!secure && !begin.starts_with(kPlain)) return std::nullopt;
    url.remove_prefix(secure ? kSecure.size() : kPlain.size());
    const auto authority = to_lower_ascii(url.substr(0, url.find_first_of("/?#")));
    const auto colon = authority.find(':');
    UrlOrigin out{.secure = secure, .host = authority.substr(0, colon), .port = secure ? "443" : "80"};
    if (colon != std::string::npos) out.port = authority.substr(colon + 1);
    if (!is_host(out.host) || !is_port(out.port)) return std::nullopt;
    return out;
}

bool is_named(data::Value rules, const UrlOrigin& origin) {
    if (rules.is_string()) return fits(rules.as_string(), origin);
    if (!rules.is_array()) return false;
    return std::ranges::any_of(
        rules.items(), [&](const data::Value& rule) { return rule.is_string() && fits(rule.as_string(), origin); });
}

}  // namespace tandem::mapping
