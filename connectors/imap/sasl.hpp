// One login by SASL: what the client says to what the server says. XOAUTH2 is Google's and Microsoft's, OAUTHBEARER
// RFC 7628, PLAIN RFC 4616, SCRAM RFC 5802. Pure; one object for one login.
#pragma once

#include "core/base/result.hpp"
#include "core/base/scram.hpp"
#include "core/base/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::imap {

enum class Mechanism { ScramSha256, ScramSha1, Plain, XOAuth2, OAuthBearer };
std::string_view to_string(Mechanism mechanism);

class Sasl {
public:
    // `secret`: the password, or the access token. `nonce`: as of Scram.
    Sasl(Mechanism mechanism, std::string user, Secret secret, std::string nonce);

    Mechanism mechanism() const { return mechanism_; }
    std::string first() const;
    // To a challenge after first(). Failure: Auth, the server is not to be trusted.
    Result<std::string> answer(std::string_view challenge);
    // Whether the server's "OK" may be believed. Failure: Auth.
    Result<void> accepted() const;
    // What the server said against a token, before its "NO".
    const std::string& complaint() const { return complaint_; }

private:
    const Mechanism mechanism_;
    const std::string user_;
    const Secret secret_;
    std::optional<Scram> scram_;
    int step_ = 0;
    std::string complaint_;
};

}  // namespace tandem::imap
