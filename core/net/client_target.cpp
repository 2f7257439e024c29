#include "core/net/client_target.hpp"

#include "core/base/text.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

namespace tandem::net {

namespace {

namespace urls = boost::urls;

constexpr std::size_t kMaxUrl = 8 * 1024;
constexpr std::size_t kMaxHost = 253;
constexpr std::size_t kMaxShownPath = 200;

Error bad_url(std::string_view why) {
    return rejected("the URL " + std::string(why), "url");
}

std::string text_of(urls::string_view text) {
    return {text.data(), text.size()};
}

Result<std::string> host_of(const urls::url_view_base& url) {
    if (url.host_type() == urls::host_type::ipv4 || url.host_type() == urls::host_type::ipv6) {
        return text_of(url.encoded_host_address());
    }
    if (url.host_type() != urls::host_type::name) return fail(bad_url("names no host"));
    std::string host = to_lower_ascii(text_of(url.encoded_host()));
    if (host.empty() || host.size() > kMaxHost) return fail(bad_url("names no host"));
    if (host.find('%') != std::string::npos) return fail(bad_url("has a host name with escapes"));
    return host;
}

Result<ClientTarget> target_of(const urls::url_view_base& url) {
    ClientTarget out;
    const auto scheme = url.scheme_id();
    if (scheme != urls::scheme::http && scheme != urls::scheme::https) {
        return fail(bad_url("must begin with http:// or https://"));
    }
    out.secure = scheme == urls::scheme::https;
    if (!url.has_authority()) return fail(bad_url("names no host"));
    if (url.has_userinfo()) return fail(bad_url("must not hold a user or a password; use a header"));
    auto host = host_of(url);
    if (!host) return fail(std::move(host.error()));
    out.host = std::move(*host);

    const std::uint16_t usual = out.secure ? 443 : 80;
    const bool explicit_port = url.has_port() && !url.port().empty();
    out.port = explicit_port ? url.port_number() : usual;
    if (out.port == 0) return fail(bad_url("has an impossible port"));
    out.authority = url.host_type() == urls::host_type::ipv6 ? "[" + out.host + "]" : out.host;
    if (out.port != usual) out.authority += ":" + std::to_string(out.port);

    out.target = text_of(url.encoded_path());
    if (out.target.empty()) out.target = "/";
    if (url.has_query()) out.target += "?" + text_of(url.encoded_query());
    return out;
}

// Of a text that is no URI (RFC 3986): the library's words are about its grammar.
std::string what_is_wrong(std::string_view url) {
    if (url.empty()) return "is empty";
    if (!url.starts_with("http://") && !url.starts_with("https://")) {
        return "is not valid: it must begin with http:// or https://";
    }
    for (std::size_t i = 0; i < url.size(); ++i) {
        const auto c = static_cast<unsigned char>(url[i]);
        const auto place = " at character " + std::to_string(i + 1);
        if (c == ' ') return "is not valid: a blank" + place;
        if (c < 0x20 || c == 0x7f) return "is not valid: a control character" + place;
        if (c >= 0x80) return "is not valid: a letter beyond ASCII" + place + ", which must be percent-encoded";
        if (std::string_view("\"<>\\^`{|}").contains(url[i]))
            return "is not valid: '" + std::string(1, url[i]) + "'" + place + " must be percent-encoded";
    }
    return "is not valid: look at its host, its port and at % without two digits behind it";
}

}  // namespace

Result<ClientTarget> ClientTarget::parse(std::string_view url) {
    if (url.size() > kMaxUrl) return fail(bad_url("is longer than 8 KiB"));
    const auto parsed = urls::parse_uri({url.data(), url.size()});
    if (!parsed) return fail(bad_url(what_is_wrong(url)));
    return target_of(*parsed);
}

Result<ClientTarget> ClientTarget::follow(std::string_view location) const {
    if (location.size() > kMaxUrl) return fail(bad_url("to go on with is longer than 8 KiB"));
    const std::string own = origin() + target;
    const auto base = urls::parse_uri(own);
    const auto reference = urls::parse_uri_reference({location.data(), location.size()});
    if (!base || !reference) return fail(bad_url("to go on with is not valid"));
    urls::url joined;
    if (const auto done = urls::resolve(*base, *reference, joined); !done) {
        return fail(bad_url("to go on with is not valid"));
    }
    return target_of(joined);
}

bool ClientTarget::same_origin(const ClientTarget& other) const {
    return secure == other.secure && host == other.host && port == other.port;
}

std::string ClientTarget::origin() const {
    return (secure ? "https://" : "http://") + authority;
}

std::string ClientTarget::shown(bool hide_path) const {
    std::string text = origin();
    if (hide_path) return text;
    const std::string_view path = std::string_view(target).substr(0, target.find('?'));
    text += path.substr(0, kMaxShownPath);
    if (path.size() > kMaxShownPath) text += "…";
    return text;
}

}  // namespace tandem::net
