#include "core/mapping/verify.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/mapping/url.hpp"
#include "core/mapping/verify_impl.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>

namespace tandem::mapping {

namespace {

constexpr SchemeParameter kHeader{"header", "header that carries the signature"};
constexpr SchemeParameter kQuery{"query", "query parameter that carries it, instead of a header"};
constexpr SchemeParameter kField{"field",
                                 "expression over the decoded body that gives it, instead of a header; a plain name is "
                                 "also removed from what is stored of the query string"};
constexpr SchemeParameter kTokenHeader{"header", "header that carries the token"};
constexpr SchemeParameter kTokenPrefix{"prefix", "text before the token, e.g. `Bearer `"};

constexpr std::array kHmacParameters = {
    SchemeParameter{"algorithm", "md5, sha1, sha256 (default), sha384 or sha512"},
    kHeader,
    kQuery,
    kField,
    SchemeParameter{"encoding", "hex (default, any case) or base64"},
    SchemeParameter{"prefix", "text before the signature, e.g. `sha256=`"},
    SchemeParameter{"separator", "the value is a list of signatures with this text between them; one must hold"},
    SchemeParameter{"message",
                    "parts that are signed, joined: `body` (default), `body_sha256` (32 raw bytes), `body_sha256_hex`, "
                    "`url`, `url_sha256_hex`, `url_without_query`, `method`, `header:Name`, `query:name`, `secret`, "
                    "`{ text: EXPRESSION }` over the decoded body, `{ sorted: [parts] }` (in order of bytes); anything "
                    "else stands for itself, `text:` before it makes sure"},
    SchemeParameter{"timestamp", "`header:Name` or `query:name` that holds Unix seconds"},
    SchemeParameter{"tolerance", "seconds that the timestamp may be away from the time of arrival"},
};
constexpr std::array kJwtParameters = {
    kTokenHeader,
    kQuery,
    kField,
    kTokenPrefix,
    SchemeParameter{"algorithms", "those allowed of HS256 (default), HS384 and HS512"},
    SchemeParameter{"claims",
                    "name: what the claim must be: `text:…`, `body_sha256_hex` (exactly when there is a body), "
                    "`url_sha256_hex` or `{ text: EXPRESSION }`"},
    SchemeParameter{"require", "names of claims that must be there besides"},
    SchemeParameter{"tolerance", "seconds of slack for `exp` and `nbf`, which count whenever they are there"},
    SchemeParameter{"max_age", "seconds since `iat`, which must then be there"},
};
constexpr std::array kTwilioParameters = {
    SchemeParameter{"header", "header that carries the signature, default X-Twilio-Signature"},
};
constexpr std::array kTokenParameters = {
    kTokenHeader,
    kQuery,
    kField,
    kTokenPrefix,
};
constexpr std::array kBasicParameters = {
    SchemeParameter{"username", "expression for the user name, e.g. `$settings.user`; absent: any name"},
};

constexpr std::array kSchemes = {
    SchemeInfo{SchemeKind::Hmac, kSchemeNames[0], "A keyed digest of the raw body or of a text made from the request",
               kHmacParameters},
    SchemeInfo{SchemeKind::Digest, kSchemeNames[1],
               "A digest without key of a text that the secret is a part of; keys as in hmac, `message` with `secret`",
               kHmacParameters},
    SchemeInfo{SchemeKind::Jwt, kSchemeNames[2], "A JSON Web Token, signed by HMAC, that speaks of the request",
               kJwtParameters},
    SchemeInfo{SchemeKind::Twilio, kSchemeNames[3],
               "Twilio's signature: HMAC-SHA1 of the public URL and the sorted form parameters; JSON bodies by "
               "`bodySHA256` in the URL; the URL is accepted with and without its port",
               kTwilioParameters},
    SchemeInfo{SchemeKind::Token, kSchemeNames[4], "A constant secret that the vendor repeats in every request",
               kTokenParameters},
    SchemeInfo{SchemeKind::Basic, kSchemeNames[5], "HTTP Basic authentication; the secret is the password",
               kBasicParameters},
    SchemeInfo{SchemeKind::None,
               kSchemeNames[6],
               "Holds always: says which requests, by `when`, the vendor does not sign; without `secret`",
               {}},
};

template <class Digest>
std::string_view bytes_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
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
    const auto given = given_proof(verification, request, credentials);
    if (!given) return false;
    bool any = false;
    for (const auto& secret : credentials.secrets) {
        if (!secret.empty()) any |= constant_time_equal(*given, secret.reveal());
    }
    return any;
}

std::string_view username_of(const Verification& verification, const Credentials& credentials) {
    if (!verification.username || credentials.texts == nullptr) return {};
    return credentials.texts->text(*verification.username).value_or("");
}

bool basic_holds(const Verification& verification, const Request& request, const Credentials& credentials) {
    const auto header = find_header(request.headers, "authorization");
    if (!header || header->size() < 6 || !iequals_ascii(header->substr(0, 6), "basic ")) return false;
    const auto pair = unbase64(trim_ascii(header->substr(6)));
    const auto colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos) return false;
    const auto user = std::string_view(*pair).substr(0, colon);
    const auto password = std::string_view(*pair).substr(colon + 1);
    const bool user_holds = !verification.username || constant_time_equal(user, username_of(verification, credentials));
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
        case SchemeKind::Digest:
            return digest_holds(verification, request, credentials);
        case SchemeKind::Jwt:
            return jwt_holds(verification, request, credentials);
        case SchemeKind::Twilio:
            return twilio_holds(verification, request, credentials);
        case SchemeKind::Token:
            return token_holds(verification, request, credentials);
        case SchemeKind::Basic:
            return basic_holds(verification, request, credentials);
        case SchemeKind::None:
            return true;
    }
    std::abort();
}

std::optional<std::string> value_at(const Place& place, const Request& request) {
    if (place.in_query) return query_value(split_url(request.url).query, place.name);
    auto header = find_header(request.headers, place.name);
    return header ? std::optional<std::string>(*header) : std::nullopt;
}

std::optional<std::string> given_proof(const Verification& verification,
                                       const Request& request,
                                       const Credentials& credentials) {
    constexpr std::size_t kMaxProof = 16 * 1024;
    std::optional<std::string> given;
    if (verification.place) {
        given = value_at(*verification.place, request);
    } else if (const auto text =
                   credentials.texts != nullptr ? credentials.texts->text(*verification.field) : std::nullopt) {
        given = *text;
    }
    if (!given || given->size() > kMaxProof || !given->starts_with(verification.prefix)) return std::nullopt;
    given->erase(0, verification.prefix.size());
    return given;
}

Result<Proof> proof_at(const Verification& verification, std::string value) {
    value.insert(0, verification.prefix);
    if (verification.place) {
        const auto where = verification.place->in_query ? Proof::Where::Query : Proof::Where::Header;
        return Proof{where, verification.place->name, std::move(value)};
    }
    const auto name = verification.field->expression.text();
    if (!is_plain_name(name)) {
        return fail(config_error("the signature stands at `" + std::string(name) + "`: write it there"));
    }
    return Proof{Proof::Where::Field, std::string(name), std::move(value)};
}

namespace {

Result<Proof> sign_with(const Verification& verification,
                        const Request& request,
                        const Credentials& credentials,
                        const Secret& secret) {
    std::optional<std::string> value;
    switch (verification.kind) {
        case SchemeKind::Hmac:
        case SchemeKind::Digest:
            value = digest_signature(verification, request, credentials, secret);
            break;
        case SchemeKind::Jwt:
            value = jwt_token(verification, request, credentials, secret);
            break;
        case SchemeKind::Twilio: {
            const auto text = std::string(request.url) + twilio_parameters(request);
            value = base64(bytes_of(hmac_sha1(secret.reveal(), text)));
            break;
        }
        case SchemeKind::Token:
            value = std::string(secret.reveal());
            break;
        case SchemeKind::Basic: {
            const auto user = verification.username ? username_of(verification, credentials) : "user";
            const auto pair = std::string(user) + ":" + std::string(secret.reveal());
            return Proof{Proof::Where::Header, "Authorization", "Basic " + base64(pair)};
        }
        case SchemeKind::None:
            break;
    }
    if (!value) return fail(config_error("an expression of the signed text gives no text"));
    return proof_at(verification, std::move(*value));
}

}  // namespace

Result<Proof> sign(const Verification& verification, const Request& request, const Credentials& credentials) {
    if (verification.kind == SchemeKind::None) return fail(config_error("scheme none signs nothing"));
    if (credentials.secrets.empty()) return fail(config_error("setting '" + verification.secret + "' is not set"));
    return sign_with(verification, request, credentials, credentials.secrets.front());
}

bool is_plain_name(std::string_view text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !text.empty() && letter(text[0]) &&
           std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
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
