// Access tokens for protocols that are not HTTP (SASL XOAUTH2, OAUTHBEARER): client credentials or a refresh token
// (RFC 6749, 4.4 and 6) against a token end point. Kept in memory only, renewed at 80 % of their life, asked for by one
// request at a time however many wait, never logged. One object per identity, on one strand.
#pragma once

#include "core/async/wait.hpp"
#include "core/base/secret.hpp"
#include "core/base/time.hpp"
#include "core/net/http_client.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tandem::net {

struct OAuth2Options {
    std::string token_url;
    std::string client_id;
    Secret client_secret;
    std::string scope;
    Secret refresh_token;  // empty: the client's own credentials are enough
};

struct OAuth2Token {
    Secret text;
    std::chrono::seconds lifetime{0};
    Secret refresh_token;  // empty: the old one goes on
};

ClientRequest oauth2_request(const OAuth2Options& options);
// Failure: Auth (refused), Throttled, Transient.
Result<OAuth2Token> oauth2_token(const ClientResponse& response);

class OAuth2 {
public:
    // `http` and `clock` outlive it; `http` may be nullptr: then every call fails.
    OAuth2(OAuth2Options options, const HttpClient* http, const Clock& clock);

    // Failure: as of HttpClient::send() and oauth2_token().
    async::Task<Result<Secret>> token();
    // It was refused: the next call asks for another one.
    void forget(const Secret& refused);

private:
    async::Task<Result<Secret>> fetch();

    OAuth2Options options_;
    const HttpClient* const http_;
    const Clock& clock_;
    std::optional<Secret> token_;
    Instant renew_at_{};
    bool fetching_ = false;
    std::uint64_t fetches_ = 0;  // that have ended
    std::optional<Error> last_failure_;
    async::Event fetched_;
};

}  // namespace tandem::net
