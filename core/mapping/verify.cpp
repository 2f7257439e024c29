#include "core/mapping/verify.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/mapping/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <map>
#include <set>

namespace tandem::mapping {

namespace {

constexpr std::array kHmacParameters = {
    SchemeParameter{"algorithm", "sha1, sha256 (default) or sha512"},
    SchemeParameter{"header", "header that carries the signature"},
    SchemeParameter{"query", "query parameter that carries it, instead of a header"},
    SchemeParameter{"encoding", "hex (default, any case) or base64"},
    SchemeParameter{"prefix", "text before the signature, e.g. `sha256=`"},
    SchemeParameter{"message",
                    "parts that are signed, joined: `body` (default), `body_sha256` (32 raw bytes), `url`, "
                    "`url_without_query`, `method`, `header:Name`, `query:name`; anything else stands for itself, "
                    "`text:` before it makes sure"},
    SchemeParameter{"timestamp", "`header:Name` or `query:name` that holds Unix seconds"},
    SchemeParameter{"tolerance", "seconds that the timestamp may be away from the time of arrival"},
};
constexpr std::array kTwilioParameters = {
    SchemeParameter{"header", "header that carries the signature, default X-Twilio-Signature"},
};
constexpr std::array kTokenParameters = {
    SchemeParameter{"header", "header that carries the token"},
    SchemeParameter{"query", "query parameter that carries it, instead of a header"},
    SchemeParameter{"field", "expression over the decoded body that gives it, instead of a header"},
    SchemeParameter{"prefix", "text before the token, e.g. `Bearer `"},
};
constexpr std::array kBasicParameters = {
    SchemeParameter{"username", "expression for the user name, e.g. `$settings.user`; absent: any name"},
};

constexpr std::array kSchemes = {
    SchemeInfo{SchemeKind::Hmac, kSchemeNames[0], "A keyed digest of the raw body or of a text made from the request",
               kHmacParameters},
    SchemeInfo{SchemeKind::Twilio, kSchemeNames[1],
               "Twilio's signature: HMAC-SHA1 of the public URL and the sorted form parameters; JSON bodies by "
               "`bodySHA256` in the URL; the URL is accepted with and without its port",
               kTwilioParameters},
    SchemeInfo{SchemeKind::Token, kSchemeNames[2], "A constant secret that the vendor repeats in every request",
               kTokenParameters},
    SchemeInfo{SchemeKind::Basic, kSchemeNames[3], "HTTP Basic authentication; the secret is the password",
               kBasicParameters},
};

std::optional<std::string> value_at(const Place& place, const Request& request) {
    if (place.in_query) return query_value(split_url(request.url).query, place.name);
    auto header = find_header(request.headers, place.name);
    return header ? std::optional<std::string>(*header) : std::nullopt;
}

template <class Digest>
std::string_view bytes_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string digest(Algorithm algorithm, std::string_view key, std::string_view message) {
    switch (algorithm) {
        case Algorithm::Sha1:
            return std::string(bytes_of(hmac_sha1(key, message)));
        case Algorithm::Sha256:
            return std::string(bytes_of(hmac_sha256(key, message)));
        case Algorithm::Sha512:
            return std::string(bytes_of(hmac_sha512(key, message)));
    }
    std::abort();
}

std::string encode(const std::string& bytes, bool as_base64) {
    if (as_base64) return base64(bytes);
    return hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string part_text(const MessagePart& part, const Request& request) {
    switch (part.kind) {
        case MessagePart::Kind::Text:
            return part.text;
        case MessagePart::Kind::Body:
            return std::string(request.body);
        case MessagePart::Kind::BodySha256:
            return std::string(bytes_of(sha256(request.body)));
        case MessagePart::Kind::Url:
            return std::string(request.url);
        case MessagePart::Kind::UrlWithoutQuery: {
            const auto parts = split_url(request.url);
            return std::string(parts.origin) + std::string(parts.path);
        }
        case MessagePart::Kind::Method:
            return std::string(request.method);
        case MessagePart::Kind::Header:
            return value_at({false, part.text}, request).value_or("");
        case MessagePart::Kind::Query:
            return value_at({true, part.text}, request).value_or("");
    }
    std::abort();
}

std::string signed_text(const Verification& verification, const Request& request) {
    std::string text;
    for (const auto& part : verification.message)
        text += part_text(part, request);
    return text;
}

bool fresh(const Verification& verification, const Request& request) {
    if (!verification.timestamp || verification.tolerance_seconds <= 0) return true;
    const auto text = value_at(*verification.timestamp, request);
    if (!text) return false;
    std::int64_t seconds = 0;
    const auto* end = text->data() + text->size();
    if (auto parsed = std::from_chars(text->data(), end, seconds); parsed.ec != std::errc{} || parsed.ptr != end) {
        return false;
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(request.received_at).time_since_epoch().count();
    return seconds >= now - verification.tolerance_seconds && seconds <= now + verification.tolerance_seconds;
}

std::string hmac_signature(const Verification& verification, const Request& request, const Secret& secret) {
    auto bytes = digest(verification.algorithm, secret.reveal(), signed_text(verification, request));
    return encode(bytes, verification.base64);
}

bool hmac_holds(const Verification& verification, const Request& request, const Credentials& credentials) {
    auto given = value_at(*verification.place, request);
    if (!given || !given->starts_with(verification.prefix) || !fresh(verification, request)) return false;
    given->erase(0, verification.prefix.size());
    if (!verification.base64) *given = to_lower_ascii(*given);
    const auto message = signed_text(verification, request);
    bool any = false;
    for (const auto& secret : credentials.secrets) {
        if (secret.empty()) continue;
        const auto expected = encode(digest(verification.algorithm, secret.reveal(), message), verification.base64);
        any |= constant_time_equal(*given, expected);
    }
    return any;
}

// Form parameters as Twilio signs them: names in order of bytes, the distinct values of a name in order, the name
// before each value.
std::string sorted_parameters(std::string_view body) {
    std::map<std::string, std::set<std::string>> sorted;
    for (auto& [name, value] : parse_query(body))
        sorted[std::move(name)].insert(std::move(value));
    std::string out;
    for (const auto& [name, values] : sorted) {
        for (const auto& value : values)
            (out += name) += value;
    }
    return out;
}

std::string twilio_parameters(const Request& request) {
    if (request.method == "GET" || query_value(split_url(request.url).query, "bodySHA256")) return {};
    return sorted_parameters(request.body);
}

bool twilio_body_holds(const Request& request) {
    if (request.method == "GET") return true;
    if (auto digest = query_value(split_url(request.url).query, "bodySHA256")) {
        return constant_time_equal(*digest, hex(sha256(request.body)));
    }
    const auto type = media_type(find_header(request.headers, "content-type").value_or(""));
    return type.empty() || type == "application/x-www-form-urlencoded";
}

bool twilio_holds(const Verification& verification, const Request& request, const Credentials& credentials) {
    const auto given = value_at(*verification.place, request);
    if (!given || !twilio_body_holds(request)) return false;
    const auto parameters = twilio_parameters(request);
    const std::string urls[] = {std::string(request.url), without_port(request.url), with_default_port(request.url)};
    bool any = false;
    for (const auto& secret : credentials.secrets) {
        if (secret.empty()) continue;
        for (const auto& url : urls) {
            const auto expected = base64(bytes_of(hmac_sha1(secret.reveal(), url + parameters)));
            any |= constant_time_equal(*given, expected);
        }
    }
    return any;
}

bool token_holds(const Verification& verification, const Request& request, const Credentials& credentials) {
    auto given =
        verification.field ? std::optional<std::string>(credentials.field) : value_at(*verification.place, request);
    if (!given || !given->starts_with(verification.prefix)) return false;
    given->erase(0, verification.prefix.size());
    bool any = false;
    for (const auto& secret : credentials.secrets) {
        if (!secret.empty()) any |= constant_time_equal(*given, secret.reveal());
    }
    return any;
}

bool basic_holds(const Verification& verification, const Request& request, const Credentials& credentials) {
    const auto header = find_header(request.headers, "authorization");
    if (!header || header->size() < 6 || !iequals_ascii(header->substr(0, 6), "basic ")) return false;
    const auto pair = unbase64(trim_ascii(header->substr(6)));
    const auto colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos) return false;
    const auto user = std::string_view(*pair).substr(0, colon);
    const auto password = std::string_view(*pair).substr(colon + 1);
    const bool user_holds = !verification.username || constant_time_equal(user, credentials.username);
    bool any = false;
    for (const auto& secret : credentials.secrets) {
        if (!secret.empty()) any |= constant_time_equal(password, secret.reveal());
    }
    return any && user_holds;
}

}  // namespace

std::span<const SchemeInfo> schemes() {
    return kSchemes;
}

const SchemeInfo* find_scheme(std::string_view name) {
    const auto* found = std::ranges::find(kSchemes, name, &SchemeInfo::name);
    return found == kSchemes.end() ? nullptr : found;
}

bool holds(const Verification& verification, const Request& request, const Credentials& credentials) {
    switch (verification.kind) {
        case SchemeKind::Hmac:
            return hmac_holds(verification, request, credentials);
        case SchemeKind::Twilio:
            return twilio_holds(verification, request, credentials);
        case SchemeKind::Token:
            return token_holds(verification, request, credentials);
        case SchemeKind::Basic:
            return basic_holds(verification, request, credentials);
    }
    std::abort();
}

Result<Proof> sign(const Verification& verification, const Request& request, const Credentials& credentials) {
    if (credentials.secrets.empty()) return fail(config_error("setting '" + verification.secret + "' is not set"));
    const auto& secret = credentials.secrets.front();
    switch (verification.kind) {
        case SchemeKind::Hmac:
            return Proof{*verification.place, verification.prefix + hmac_signature(verification, request, secret)};
        case SchemeKind::Twilio: {
            const auto text = std::string(request.url) + twilio_parameters(request);
            return Proof{*verification.place, base64(bytes_of(hmac_sha1(secret.reveal(), text)))};
        }
        case SchemeKind::Token:
            if (verification.field) return fail(config_error("the token stands in the body: write it there"));
            return Proof{*verification.place, verification.prefix + std::string(secret.reveal())};
        case SchemeKind::Basic: {
            const auto pair = std::string(credentials.username) + ":" + std::string(secret.reveal());
            return Proof{{false, "Authorization"}, "Basic " + base64(pair)};
        }
    }
    std::abort();
}

std::optional<std::string_view> find_header(std::span<const RequestHeader> headers, std::string_view name) {
    for (const auto& header : headers) {
        if (iequals_ascii(header.name, name)) return header.value;
    }
    return std::nullopt;
}

std::string media_type(std::string_view content_type) {
    return to_lower_ascii(trim_ascii(content_type.substr(0, content_type.find(';'))));
}

}  // namespace tandem::mapping
