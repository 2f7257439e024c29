// Calls to the vendor with the credentials that the pack asks for. A token of OAuth2 is kept in memory only, renewed a
// little before its end, asked for by one request at a time however many wait for it, and never logged.
//
// One per instance, on its strand.
#pragma once

#include "core/async/wait.hpp"
#include "core/connector/caller.hpp"
#include "core/net/http_client.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::http {

class VendorClient {
public:
    // All outlive this. `http` may be nullptr: then every call fails.
    VendorClient(const net::HttpClient* http, const connector::Caller* caller, const Clock& clock)
        : http_(http), caller_(caller), clock_(clock) {}

    // A response of any status is a success. `repeatable`: the vendor does it only once, or does nothing at all; then a
    // 401 is answered by one more try with a fresh token. Failure: as of net::HttpClient::send(), and Auth when there
    // is no token to be had.
    async::Task<Result<net::ClientResponse>> send(connector::WireRequest request,
                                                  bool repeatable,
                                                  std::chrono::milliseconds timeout);

    // The same for a file at an address that a vendor or a customer wrote: only at places of the public internet,
    // through a few redirects, which credentials do not follow to another host; a body above `max_bytes` is Rejected.
    async::Task<Result<net::ClientResponse>> download(connector::WireRequest request,
                                                      std::chrono::milliseconds timeout,
                                                      std::uint64_t max_bytes);

    // `text` without the instance's secrets, the token and the one before, and `also`, for the journal; nullopt: none
    // occurs.
    std::optional<std::string> without_secrets(std::string_view text, std::vector<Secret> also) const;

private:
    struct Terms {
        bool repeatable = false;
        std::chrono::milliseconds timeout{0};
        std::optional<std::uint64_t> max_bytes{};  // of a download
    };

    async::Task<Result<net::ClientResponse>> send_on(connector::WireRequest request, Terms terms);
    async::Task<Result<net::ClientResponse>> send_once(const connector::WireRequest& request,
                                                       const Secret* token,
                                                       Terms terms);
    async::Task<Result<Secret>> token();
    async::Task<Result<connector::Token>> fetch();
    void forget(const Secret& used);

    const net::HttpClient* const http_;
    const connector::Caller* const caller_;
    const Clock& clock_;

    std::optional<Secret> token_;
    std::optional<Secret> previous_;  // answers to requests with it may still come
    Instant renew_at_{};
    bool fetching_ = false;
    std::uint64_t fetches_ = 0;          // that have ended
    std::optional<Error> last_failure_;  // of the last of them
    async::Event fetched_;
};

}  // namespace tandem::http
