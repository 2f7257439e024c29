#include "core/net/client_request.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>

namespace tandem::net {

namespace {

constexpr std::size_t kMaxHeaders = 200;
constexpr std::size_t kMaxHeadBytes = 64 * 1024;

constexpr std::array<std::string_view, 10> kOurs{
    "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade", "Expect",
    "TE",   "Trailer",        "Proxy-Connection"};
constexpr std::array<std::string_view, 4> kHarmless{"Accept", "Accept-Language", "Range", "User-Agent"};

bool one_of(std::string_view name, const auto& names) {
    return std::ranges::any_of(names, [name](std::string_view other) { return iequals_ascii(name, other); });
}

// RFC 9110, 5.6.2
bool is_token(std::string_view text) {
    static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kMarks.contains(c);
    });
}

bool is_value(std::string_view text) {
    return std::ranges::none_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7f;
    });
}

Error redirect_error(std::string text) {
    return rejected("the peer redirects " + std::move(text), "redirect");
}

}  // namespace

bool is_safe_method(std::string_view method) {
    return method == "GET" || method == "HEAD";
}

std::optional<Error> request_problem(const ClientRequest& request) {
    if (!is_token(request.method) || request.method == "CONNECT") {
        return rejected("the method is not one that can be sent", "header");
    }
    if (request.headers.size() > kMaxHeaders) return rejected("there are more than 200 headers", "header");
    std::size_t size = 0;
    for (std::size_t i = 0; i < request.headers.size(); ++i) {
        const Header& header = request.headers[i];
        const std::string which = "header " + std::to_string(i + 1);
        if (!is_token(header.name)) return rejected("the name of " + which + " is not a header name", "header");
        if (!is_value(header.value)) {
            return rejected("the value of header " + header.name + " has control characters", "header");
        }
        if (one_of(header.name, kOurs))
            return rejected("the header " + header.name + " is set by the client", "header");
        size += header.name.size() + header.value.size() + 4;
    }
    if (size > kMaxHeadBytes) return rejected("the headers are longer than 64 KiB", "header");
    return std::nullopt;
}

std::string request_head(const ClientRequest& request,
                         const ClientTarget& target,
                         std::string_view user_agent,
                         bool keep_alive) {
    std::string head;
    const auto line = [&head](std::string_view name, std::string_view value) {
        head.append(name).append(": ").append(value).append("\r\n");
    };
    head.append(request.method).append(" ").append(target.target).append(" HTTP/1.1\r\n");
    line("Host", target.authority);
    const auto named = [&](std::string_view name) {
        return std::ranges::any_of(request.headers, [&](const Header& h) { return iequals_ascii(h.name, name); });
    };
    if (!user_agent.empty() && !named("User-Agent")) line("User-Agent", user_agent);
    for (const Header& header : request.headers)
        line(header.name, header.value);
    // A method with a meaning for a body says so when there is none (RFC 9110, 8.6).
    const bool says_length =
        !is_safe_method(request.method) && request.method != "DELETE" && request.method != "OPTIONS";
    if (says_length || !request.body.empty()) line("Content-Length", std::to_string(request.body.size()));
    if (!keep_alive) line("Connection", "close");
    head += "\r\n";
    return head;
}

bool is_redirect(const ClientRequest& request, const ClientResponse& response) {
    static constexpr std::array kStatuses{301, 302, 303, 307, 308};
    return request.redirects.limit > 0 && is_safe_method(request.method) &&
           std::ranges::find(kStatuses, response.status) != kStatuses.end() && response.header("Location") != nullptr;
}

Result<ClientTarget> follow_redirect(ClientRequest& request, const ClientTarget& from, const ClientResponse& response) {
    auto to = from.follow(*response.header("Location"));
    if (!to) return fail(redirect_error("to a place that cannot be followed: " + to.error().text));
    if (from.secure && !to->secure) return fail(redirect_error("from https to http"));
    const bool same_host = from.host == to->host;
    if (!same_host && !request.redirects.other_hosts) return fail(redirect_error("to another host, " + to->host));
    if (!from.same_origin(*to)) {
        std::erase_if(request.headers, [](const Header& header) { return !one_of(header.name, kHarmless); });
        request.body.clear();
    }
    return to;
}

}  // namespace tandem::net
