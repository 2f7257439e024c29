// Verification of requests: one table of schemes, each able to check a request and to sign one (tests beside packs,
// demonstrations). Over the exact raw bytes and the public URL; every comparison takes constant time.
#pragma once

#include "core/base/secret.hpp"
#include "core/mapping/pack.hpp"
#include "core/mapping/template.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mapping {

struct SchemeParameter {
    std::string_view name;
    std::string_view help;
};

enum class SchemeKind : std::uint8_t { Hmac, Twilio, Token, Basic };
inline constexpr std::array<std::string_view, 4> kSchemeNames = {"hmac", "twilio", "token", "basic"};

struct SchemeInfo {
    SchemeKind kind;
    std::string_view name;
    std::string_view description;
    std::span<const SchemeParameter> parameters;  // beside scheme, secret and optional, which all have
};

// For `tandem list schemes`, the documentation and the compiler of packs.
std::span<const SchemeInfo> schemes();
const SchemeInfo* find_scheme(std::string_view name);

enum class Algorithm : std::uint8_t { Sha1, Sha256, Sha512 };

// A header or a query parameter.
struct Place {
    bool in_query = false;
    std::string name;
};

// One part of the text that a signature covers.
struct MessagePart {
    enum class Kind : std::uint8_t { Text, Body, BodySha256, Url, UrlWithoutQuery, Method, Header, Query };
    Kind kind = Kind::Body;
    std::string text;  // the literal text, or the name of the header or parameter
};

// One entry of `verify`. A scheme reads the members that its parameters name.
struct Verification {
    SchemeKind kind = SchemeKind::Hmac;
    std::string secret;  // name of the setting
    bool optional = false;
    std::optional<Place> place;
    Algorithm algorithm = Algorithm::Sha256;
    bool base64 = false;
    std::string prefix;
    std::vector<MessagePart> message;
    std::optional<Place> timestamp;
    std::int64_t tolerance_seconds = 0;
    std::optional<Code> field;     // token: where the secret stands in the decoded body
    std::optional<Code> username;  // basic
};

struct Credentials {
    std::span<const Secret> secrets;  // any of them may hold
    std::string_view field;           // value of Verification::field, empty if none
    std::string_view username;        // value of Verification::username
};

// False too when no secret is set or the request carries nothing to compare.
bool holds(const Verification& verification, const Request& request, const Credentials& credentials);

// What a vendor would add to the request. ErrorKind::Config when the scheme cannot sign (no secret, token in the body).
struct Proof {
    Place place;
    std::string value;
};
Result<Proof> sign(const Verification& verification, const Request& request, const Credentials& credentials);

// The first header of that name, any case.
std::optional<std::string_view> find_header(std::span<const RequestHeader> headers, std::string_view name);
// Content type without parameters, lower case.
std::string media_type(std::string_view content_type);

}  // namespace tandem::mapping
