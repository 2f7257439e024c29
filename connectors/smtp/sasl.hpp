// Logins inside SMTP (RFC 4954): PLAIN (RFC 4616), LOGIN, OAUTHBEARER (RFC 7628) and XOAUTH2 of Google and Microsoft.
// Each answer is told what the server said before. Pure.
#pragma once

#include "core/base/result.hpp"
#include "core/base/secret.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::smtp {

enum class AuthMethod { Auto, Plain, Login, XOAuth2, OAuthBearer, None };

struct Credentials {
    AuthMethod method = AuthMethod::Auto;
    std::string user = {};
    Secret password = {};  // of an OAuth method the access token
    bool token = false;
};

class Sasl {
public:
    virtual ~Sasl() = default;
    virtual std::string_view mechanism() const = 0;
    // The initial response in octets; empty: the server begins.
    virtual Secret first() const = 0;
    // The answer to a challenge, both in octets.
    virtual Secret answer(std::string_view challenge) = 0;
};

// What both sides can. Config: nothing, or not what is wanted; the text says what the server offers.
Result<std::unique_ptr<Sasl>> choose_sasl(const Credentials& credentials,
                                          const std::vector<std::string>& offered,
                                          std::string_view host);

}  // namespace tandem::smtp
