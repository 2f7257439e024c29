// Access tokens for logins (RFC 6749, 4.4 and 6), renewed when four fifths of their life are over, asked for by one
// login at a time, kept in memory only. One per instance, on its strand.
#pragma once

#include "connectors/smtp/config.hpp"
#include "core/async/wait.hpp"
#include "core/net/http_client.hpp"

#include <chrono>

namespace tandem::smtp {

class TokenSource {
public:
    // Both outlive it; `http` may be nullptr: then every call fails.
    TokenSource(OAuthConfig config, const net::HttpClient* http, const Clock& clock)
        : config_(std::move(config)), http_(http), clock_(clock) {}

    // Failure: Auth (refused), Config, Transient.
    async::Task<Result<Secret>> token();
    // The mail server did not like it.
    void forget(const Secret& token);

private:
    async::Task<Result<Secret>> fetch();
    std::string form() const;
    Result<Secret> read(const net::ClientResponse& response);

    OAuthConfig config_;
    const net::HttpClient* const http_;
    const Clock& clock_;
    Secret token_;
    Instant renew_at_{};
    bool fetching_ = false;
    async::Event fetched_;
};

}  // namespace tandem::smtp
