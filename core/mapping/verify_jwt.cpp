// Scheme jwt (RFC 7519 with the HMAC algorithms of RFC 7518). Nothing of a token is believed before its signature
// holds, but for the name of its algorithm, which must be one that the pack allows.
#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "core/mapping/scalar_text.hpp"
#include "core/mapping/verify_impl.hpp"

#include <algorithm>
#include <array>

namespace tandem::mapping {

using data::Value;

namespace {

struct Token {
    std::string_view header, claims, signature;
    std::string_view signed_text;  // the first two as they came
};

bool is_base64url(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

std::optional<Token> split(std::string_view text) {
    const auto first = text.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const auto second = text.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    const Token out{text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1),
                    text.substr(0, second)};
    const bool good = is_base64url(out.header) && is_base64url(out.claims) && is_base64url(out.signature);
    return good ? std::optional(out) : std::nullopt;
}

std::optional<Value> read_object(std::string_view part, data::Arena& arena) {
    const auto text = unbase64(part);
    if (!text) return std::nullopt;
    auto value = data::parse_json(arena.copy(*text), arena);
    if (!value || !value->is_object()) return std::nullopt;
    return *value;
}

std::string_view jwt_name(Algorithm algorithm) {
    return algorithm == Algorithm::Sha512 ? "HS512" : algorithm == Algorithm::Sha384 ? "HS384" : "HS256";
}

std::optional<Algorithm> allowed_algorithm(const Verification& verification, Value header) {
    if (header.find("crit") != nullptr) return std::nullopt;
    const auto name = header.string_at("alg");
    if (!name) return std::nullopt;
    const auto found = std::ranges::find(verification.jwt.algorithms, *name, jwt_name);
    return found == verification.jwt.algorithms.end() ? std::nullopt : std::optional(*found);
}

bool signature_holds(const Token& token, Algorithm algorithm, const Credentials& credentials) {
    const auto given = unbase64(token.signature);
    if (!given) return false;
    bool any = false;
    for (const auto& secret : credentials.secrets) {
        if (secret.empty()) continue;
        any |= constant_time_equal(*given, keyed_digest(algorithm, secret.reveal(), token.signed_text));
    }
    return any;
}

double seconds_of(Instant at) {
    return std::chrono::duration<double>(at.time_since_epoch()).count();
}

// Absent gives `fallback`, anything but a number nullopt.
std::optional<double> time_claim(Value claims, std::string_view name, double fallback) {
    const auto* value = claims.find(name);
    if (value == nullptr) return fallback;
    switch (value->kind()) {
        case data::Kind::Int:
            return static_cast<double>(value->as_int());
        case data::Kind::Uint:
            return static_cast<double>(value->as_uint());
        case data::Kind::Double:
            return value->as_double();
        default:
            return std::nullopt;
    }
}

bool times_hold(const Verification& verification, const Request& request, Value claims) {
    const auto now = seconds_of(request.received_at);
    const auto slack = static_cast<double>(verification.tolerance_seconds);
    const auto expires = time_claim(claims, "exp", now + 1);
    const auto begins = time_claim(claims, "nbf", now);
    if (!expires || !begins || now >= *expires + slack || now < *begins - slack) return false;
    if (verification.jwt.max_age_seconds == 0) return true;
    const auto issued = claims.find("iat") != nullptr ? time_claim(claims, "iat", 0) : std::nullopt;
    const auto age = static_cast<double>(verification.jwt.max_age_seconds);
    return issued && now - *issued <= age + slack && *issued - now <= slack;
}

bool claim_holds(const Claim& claim, const Request& request, const Credentials& credentials, Value claims) {
    const auto* value = claims.find(claim.name);
    // A request without a body has no hash of it, and a hash speaks of a body that was taken away.
    if (claim.part.kind == MessagePart::Kind::BodySha256Hex && request.body.empty()) return value == nullptr;
    if (value == nullptr || !(value->is_string() || value->is_number())) return false;
    const auto expected = part_text(claim.part, request, credentials, {});
    return expected && constant_time_equal(ScalarText(*value).view(), *expected);
}

}  // namespace

bool jwt_holds(const Verification& verification, const Request& request, const Credentials& credentials) {
    const auto given = given_proof(verification, request, credentials);
    if (!given) return false;
    const auto token = split(*given);
    if (!token) return false;
    data::Arena arena(1024);
    const auto header = read_object(token->header, arena);
    if (!header) return false;
    const auto algorithm = allowed_algorithm(verification, *header);
    if (!algorithm || !signature_holds(*token, *algorithm, credentials)) return false;
    const auto claims = read_object(token->claims, arena);
    if (!claims || !times_hold(verification, request, *claims)) return false;
    return std::ranges::all_of(verification.jwt.require,
                               [&](const auto& name) { return claims->find(name) != nullptr; }) &&
           std::ranges::all_of(verification.jwt.claims,
                               [&](const auto& claim) { return claim_holds(claim, request, credentials, *claims); });
}

std::optional<std::string> jwt_token(const Verification& verification,
                                     const Request& request,
                                     const Credentials& credentials,
                                     const Secret& secret) {
    constexpr std::int64_t kLife = 60;
    data::Arena arena(1024);
    data::ArenaList<data::Member> claims(arena);
    for (const auto& claim : verification.jwt.claims) {
        if (claim.part.kind == MessagePart::Kind::BodySha256Hex && request.body.empty()) continue;
        const auto text = part_text(claim.part, request, credentials, {});
        if (!text) return std::nullopt;
        claims.push_back({claim.name, data::make_string(arena, *text)});
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(request.received_at).time_since_epoch().count();
    constexpr std::array<std::string_view, 3> kTimes = {"iat", "nbf", "exp"};
    claims.push_back({kTimes[0], Value::integer(now)});
    claims.push_back({kTimes[1], Value::integer(now)});
    claims.push_back({kTimes[2], Value::integer(now + kLife)});
    for (const auto& name : verification.jwt.require) {
        const auto known = [&](const data::Member& member) { return member.key == name; };
        if (std::ranges::none_of(claims.items(), known)) claims.push_back({name, Value::string("1")});
    }
    const auto algorithm = verification.jwt.algorithms.front();
    const auto header =
        data::make_object(arena, {{"alg", Value::string(jwt_name(algorithm))}, {"typ", Value::string("JWT")}});
    auto token = base64url(data::to_json(header)) + "." + base64url(data::to_json(Value::object(claims.items())));
    token += "." + base64url(keyed_digest(algorithm, secret.reveal(), token));
    return token;
}

}  // namespace tandem::mapping
