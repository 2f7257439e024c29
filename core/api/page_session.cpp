#include "core/api/page_session.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <utility>

namespace tandem::api {
namespace {

// Browsers keep __Host- cookies only when they are Secure, for this host alone and for the whole of it, so that no
// neighbouring host can plant one.
constexpr std::string_view kSecureCookie = "__Host-tandem_pop";
constexpr std::string_view kPlainCookie = "tandem_pop";

bool is_secure(const Services& services, const net::HttpRequest& request) {
    return request.secure || services.options.public_url.starts_with("https://");
}

// Inside a console's frame the page is a third party: only SameSite=None is sent there, which needs https. Partitioned
// keeps it working where third-party cookies are blocked.
std::string cookie_header(const Services& services, bool secure, const Session& session) {
    std::string cookie(secure ? kSecureCookie : kPlainCookie);
    cookie += "=" + services.sessions.seal(session) +
              "; Path=/; HttpOnly; Max-Age=" + std::to_string(services.options.session_lifetime.count());
    return cookie + (secure ? "; Secure; SameSite=None; Partitioned" : "; SameSite=Lax");
}

// A proxy's own Basic credentials do not stand in the way of the cookie.
bool carries_bearer(const net::HttpRequest& request) {
    const auto* header = request.header("Authorization");
    return header != nullptr && iequals_ascii(std::string_view(*header).substr(0, 7), "bearer ");
}

Session new_session(Services& services, std::string_view fingerprint) {
    return services.sessions.open(fingerprint, services.clock.now() + services.options.session_lifetime);
}

std::string target_without_key(const net::HttpRequest& request) {
    std::string kept;
    auto rest = request.query();
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        const auto pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (percent_decode(pair.substr(0, pair.find('=')), false) == "key") continue;
        kept += (kept.empty() ? "?" : "&") + std::string(pair);
    }
    return "pop" + kept;
}

}  // namespace

std::expected<Visitor, Problem> visitor(Services& services, const net::HttpRequest& request) {
    Visitor visitor;
    if (carries_bearer(request)) {
        auto principal = bearer(services, request);
        if (!principal) return refuse(principal.error());
        visitor.session_id = "bearer " + principal->fingerprint;
        visitor.principal = std::move(*principal);
    } else {
        const bool secure = is_secure(services, request);
        const auto* header = request.header("Cookie");
        const auto cookies = header != nullptr ? std::string_view(*header) : std::string_view();
        const auto cookie = find_cookie(cookies, secure ? kSecureCookie : kPlainCookie);
        const auto now = services.clock.now();
        auto session = cookie ? services.sessions.read(*cookie, now) : std::nullopt;
        auto principal = session ? services.tokens.by_fingerprint(session->fingerprint) : std::nullopt;
        if (!principal) return refuse(unauthorized("the page needs a key"));
        // A long shift must not end in the middle of a call: half-way through, the session is prolonged.
        if (session->expires - now < services.options.session_lifetime / 2) {
            session->expires = now + services.options.session_lifetime;
            visitor.set_cookie = cookie_header(services, secure, *session);
        }
        visitor.session_id = session->id;
        visitor.principal = std::move(*principal);
    }
    if (!visitor.principal.scopes.has(Scope::Pop)) return refuse(missing_scope(to_string(Scope::Pop)));
    return visitor;
}

Answer exchange_key(Services& services, const net::HttpRequest& request, std::string_view key) {
    const auto principal = services.tokens.verify(key);
    if (!principal) return refuse(unauthorized("the key is not known"));
    if (!principal->scopes.has(Scope::Pop)) return refuse(missing_scope(to_string(Scope::Pop)));
    const bool secure = is_secure(services, request);
    net::HttpResponse response;
    response.status = 303;
    response.headers = {{"Location", target_without_key(request)},
                        {"Set-Cookie", cookie_header(services, secure, new_session(services, principal->fingerprint))},
                        {"Cache-Control", "no-store"},
                        {"Referrer-Policy", "no-referrer"}};
    return response;
}

}  // namespace tandem::api
