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

enum class SchemeKind : std::uint8_t { Hmac, Digest, Jwt, Twilio, Token, Basic, None };
inline constexpr std::array<std::string_view, 7> kSchemeNames = {"hmac",  "digest", "jwt", "twilio",
                                                                 "token", "basic",  "none"};

struct SchemeInfo {
    SchemeKind kind;
    std::string_view name;
    std::string_view description;
    std::span<const SchemeParameter> parameters;  // beside scheme, when, secret and optional, which all have
};

// For `tandem list schemes`, the documentation and the compiler of packs.
std::span<const SchemeInfo> schemes();
const SchemeInfo* find_scheme(std::string_view name);

enum class Algorithm : std::uint8_t { Md5, Sha1, Sha256, Sha384, Sha512 };
inline constexpr std::array<std::string_view, 5> kAlgorithmNames = {"md5", "sha1", "sha256", "sha384", "sha512"};

// A header or a query parameter.
struct Place {
    bool in_query = false;
    std::string name;
};

// One part of the text that a signature covers.
struct MessagePart {
    enum class Kind : std::uint8_t {
        Text,
        Body,
        BodySha256,
        BodySha256Hex,
        Url,
        UrlSha256Hex,
        UrlWithoutQuery,
        Method,
        Header,
        Query,
        Secret,
        Expression,
        Sorted,
    };
    Kind kind = Kind::Body;
    std::string text{};                // the literal text, or the name of the header or parameter
    std::optional<Code> code{};        // Expression
    std::vector<MessagePart> parts{};  // Sorted
};

struct Claim {
    std::string name;
    MessagePart part;
};

// What a token of scheme jwt must say.
struct JwtRules {
    std::vector<Algorithm> algorithms;  // HMAC with these
    std::vector<Claim> claims;
    std::vector<std::string> require;  // claims that must be there, whatever they say
    std::int64_t max_age_seconds = 0;  // 0: any
};

// One entry of `verify`. A scheme reads the members that its parameters name.
struct Verification {
    SchemeKind kind = SchemeKind::Hmac;
    std::optional<Code> when;  // the entry does not exist for other requests
    std::string secret;        // name of the setting
    bool optional = false;
    std::optional<Place> place;
    std::optional<Code> field;  // where signature or token stand in the decoded body, instead of `place`
    Algorithm algorithm = Algorithm::Sha256;
    bool base64 = false;
    std::string prefix;
    std::string separator;  // the value is a list of signatures
    std::vector<MessagePart> message;
    std::optional<Place> timestamp;
    std::int64_t tolerance_seconds = 0;
    std::optional<Code> username;  // basic
    JwtRules jwt;
};

// What the expressions of an entry give for one request.
class Texts {
public:
    // nullopt when it is anything but a text.
    virtual std::optional<std::string_view> text(const Code& code) = 0;

protected:
    ~Texts() = default;
};

struct Credentials {
    std::span<const Secret> secrets;  // any of them may hold
    Texts* texts = nullptr;           // null: no expression gives a text
};

// False too when no secret is set or the request carries nothing to compare.
bool holds(const Verification& verification, const Request& request, const Credentials& credentials);

// What a vendor would add to the request.
struct Proof {
    enum class Where : std::uint8_t { Header, Query, Field };
    Where where = Where::Header;
    std::string name;  // of the header, the parameter or the field of the body
    std::string value;
};
// ErrorKind::Config when the scheme cannot sign: no secret, or a field that is more than a name.
Result<Proof> sign(const Verification& verification, const Request& request, const Credentials& credentials);

// sign() for the first entry of the pack that applies to the request and has its secret; nullptr if there is none.
const Verification* signing_entry(const BoundPack& pack, const Request& request);
Result<Proof> sign_as_vendor(const BoundPack& pack, const Verification& verification, const Request& request);

// The first header of that name, any case.
std::optional<std::string_view> find_header(std::span<const RequestHeader> headers, std::string_view name);
// Content type without parameters, lower case.
std::string media_type(std::string_view content_type);

}  // namespace tandem::mapping
