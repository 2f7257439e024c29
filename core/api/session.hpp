// The agent page's session: what a browser keeps instead of the token. A cookie value is "payload.signature"; the
// payload names the token by its fingerprint, so the session ends when the token is revoked. Thread-safe, no state.
#pragma once

#include "core/base/secret.hpp"
#include "core/base/time.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::api {

struct Session {
    std::string id;           // random; what CSRF tokens are bound to
    std::string fingerprint;  // of the token it was made from
    Instant expires{};
};

class SessionSigner {
public:
    // An empty key is replaced by a random one: sessions then end with the process.
    explicit SessionSigner(Secret key);

    Session open(std::string_view fingerprint, Instant expires) const;
    std::string seal(const Session& session) const;
    // Nullopt for everything that this key has not signed or that has expired.
    std::optional<Session> read(std::string_view cookie, Instant now) const;

    // What a form must carry to act in that session.
    std::string form_token(std::string_view session_id) const;
    bool form_token_valid(std::string_view session_id, std::string_view given) const;

private:
    std::string sign(std::string_view purpose, std::string_view text) const;

    Secret key_;
};

// The value of one cookie of a Cookie header, or nullopt.
std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name);

}  // namespace tandem::api
