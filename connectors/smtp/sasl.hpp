// Logins inside SMTP (RFC 4954): SCRAM (RFC 5802, 7677), PLAIN (RFC 4616), LOGIN, OAUTHBEARER (RFC 7628) and XOAUTH2 of
// Google and Microsoft. Pure; one object for one login.
#pragma once

#include "core/base/result.hpp"
#include "core/base/secret.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::smtp {

enum class AuthMethod { Auto, Scram, Plain, Login, XOAuth2, OAuthBearer, None };

struct Credentials {
    AuthMethod method = AuthMethod::Auto;
    std::string user = {};
    Secret password = {};  // of an OAuth method the access token
    bool token = false;
    std::string nonce = {};  // of SCRAM: printable, without comma, fresh for every login
};

class Sasl {
public:
    virtual ~Sasl() = default;
    virtual std::string_view mechanism() const = 0;
    // The initial response in octets; empty: the server begins.
    virtual Secret first() const = 0;
    // The answer to a challenge, both in octets. Failure: Auth, the server is not to be trusted.
    virtual Result<Secret> answer(std::string_view challenge) = 0;
    // Whether the server's welcome may be believed. Failure: Auth.
    virtual Result<void> accepted() const { return {}; }
};

// What both sides can. Config: nothing, or not what is wanted; the text says what the server offers.
Result<std::unique_ptr<Sasl>> choose_sasl(const Credentials& credentials,
                                          const std::vector<std::string>& offered,
                                          std::string_view host);

}  // namespace tandem::smtp
