// The HTTP/1.1 client: how connectors call vendors (messages, polls, tokens, media). Bounded in everything: time,
// sizes, requests at once, idle connections. It logs nothing, and its errors name scheme, host and path, never a query,
// a header or a body.
//
//   auto client = HttpClient::open(io.executor(), names, options);
//   auto response = co_await client->send({.method = "POST", .url = "https://…", .headers = {…}, .body = "…"});
//
// A response of any status is a success here; what 429 or 500 mean is the caller's to know. An error says whether the
// peer may have acted, and that is its kind (docs/errors.md has the whole table):
//   Transient       not one byte of the request was sent, or the request may be repeated anyway (GET, HEAD,
//   `repeatable`) UnknownOutcome  the request may have arrived and no complete answer came: never send it again blindly
//   Rejected        the request was not sent and never will be (URL, header, address, redirect), or the answer to a
//                   repeatable one is above a limit
//   Corrupt         the answer to a repeatable request is no HTTP
//   Config          the peer's certificate is not accepted
//   Full            more than `max_requests` at once
// Error::code tells the cause apart: url, header, address, busy, dns, connect, tls, tls_certificate, timeout, cut,
// too_large, malformed, redirect.
#pragma once

#include "core/async/offload.hpp"
#include "core/async/task.hpp"
#include "core/base/result.hpp"
#include "core/net/http.hpp"
#include "core/net/response_reader.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::net {

// Only GET and HEAD follow redirects; any other method gets the 3xx response itself. Never from https to http. On
// another origin only headers that cannot hold a credential go along (Accept, Accept-Language, Range, User-Agent).
struct RedirectPolicy {
    int limit = 0;             // 0: a 3xx response is returned as it is
    bool other_hosts = false;  // false: only the same host may be named (http to https is allowed)
};

struct ClientRequest {
    std::string method = "GET";
    std::string url = {};  // http or https, without user and password; a fragment is dropped
    // Host, Content-Length and Connection are the client's own; naming one of them, or a line break, is an error.
    std::vector<Header> headers = {};
    std::string body = {};

    // The peer does the same thing only once (an idempotency key), or does nothing at all (a token). Not said: GET and
    // HEAD are, others not; some vendors send a message for a GET. Decides what an error is, and whether a lost
    // connection from the pool is tried again.
    std::optional<bool> repeatable = {};
    bool hide_path = false;              // the path holds a secret (Telegram's /bot<token>/): errors name the host only
    bool public_addresses_only = false;  // for URLs that come from outside: public_address.hpp, after the name lookup
    RedirectPolicy redirects = {};
    std::optional<std::chrono::milliseconds> total = {};  // instead of HttpClientOptions::total
    std::optional<ResponseLimits> limits = {};            // instead of HttpClientOptions::limits
};

struct HttpClientOptions {
    std::chrono::milliseconds connect{10'000};  // name lookup, connect and TLS handshake together
    std::chrono::milliseconds total{60'000};    // the whole of send(), with redirects
    ResponseLimits limits = {};
    std::size_t max_requests = 256;     // at once
    std::size_t idle_per_origin = 8;    // 0: every connection is closed after its response
    std::size_t idle_connections = 64;  // of all origins together
    std::chrono::milliseconds idle_time{30'000};
    std::string user_agent = "Tandem";
    std::filesystem::path more_authorities = {};  // PEM, trusted besides the system's store
    // Instead of the system's name lookup: numeric addresses of a host. Blocks; runs on the names pool.
    std::function<Result<std::vector<std::string>>(const std::string& host)> lookup = {};
    // What `public_addresses_only` allows, instead of is_public_address(): an operator's exceptions.
    std::function<bool(std::string_view address)> address_allowed = {};
};

// A handle: copies share connections and limits. Any thread may copy it; send() may be called from any strand of the
// loop.
class HttpClient {
public:
    // `loop` is the executor of the loop that all callers run on; it outlives the client and every copy. `names` is
    // where names are looked up; it outlives every send() and is destroyed before the loop (docs/async.md). Blocks on
    // the disk. ErrorKind::Config when the certificate file cannot be read.
    static Result<HttpClient> open(async::Executor loop, const async::Pool& names, HttpClientOptions options);

    // Ends within the time limit, on the caller's strand. A cancelled task closes its connection and gets
    // boost::system::system_error(operation_aborted), as from every wait: what is not repeatable has then an unknown
    // outcome. A request body is sent before the response is read: a peer that answers early and stops reading is seen
    // when it closes the connection.
    async::Task<Result<ClientResponse>> send(ClientRequest request) const;

    std::size_t idle_connections() const;  // any thread
    // Closes them: a loop that is to end would wait for them. Any thread.
    void close_idle() const;

private:
    class Impl;
    explicit HttpClient(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace tandem::net
