// The HTTP/1.1 server: listeners, one coroutine per connection, a route table. Written for hostile peers: every phase
// has a total deadline (not one per read), every size a limit. Behind it stand request_reader.hpp (bytes to requests),
// response_writer.hpp and connection.hpp.
//
//   auto server = HttpServer::open(io, files, options, std::move(router), log);
//   (*server)->start();                            // on any thread; requests are served while io.run() runs
//   co_await (*server)->stop(std::chrono::seconds(10));
#pragma once

#include "core/async/io.hpp"
#include "core/async/offload.hpp"
#include "core/base/result.hpp"
#include "core/net/request_reader.hpp"
#include "core/net/router.hpp"
#include "core/net/tls.hpp"
#include "core/obs/log.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tandem::net {

struct ListenAddress {
    std::string address;     // numeric IPv4 or IPv6; "::" takes both
    std::uint16_t port = 0;  // 0: the system chooses, see HttpServer::ports()
    bool tls = false;
};

// "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses). ErrorKind::Config when it is none of these.
Result<ListenAddress> parse_listen(std::string_view text);

struct ServerTimeouts {
    std::chrono::milliseconds header{10'000};   // from the first byte to the end of the header; TLS handshake too
    std::chrono::milliseconds body{60'000};     // from the end of the header to the end of the body
    std::chrono::milliseconds idle{75'000};     // between two requests of a kept connection
    std::chrono::milliseconds handler{60'000};  // then the handler is cancelled and the client gets 503
    std::chrono::milliseconds write{30'000};    // one response, or one chunk of a streaming one
    std::chrono::milliseconds linger{2'000};    // reading on after a refused request, so that the client sees why
};

struct ServerOptions {
    std::vector<ListenAddress> listen;
    std::optional<TlsFiles> tls;                  // needed when a listener says tls
    std::chrono::milliseconds tls_watch{10'000};  // how often the files are looked at
    RequestLimits limits;
    ServerTimeouts timeouts;
    std::size_t max_connections = 10'000;  // further ones get 503 and are closed
};

struct ServerStats {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;   // connections above max_connections
    std::uint64_t requests = 0;  // complete ones
    std::uint64_t bad_requests = 0;
    std::uint64_t timeouts = 0;  // connections closed or requests answered 408 for slowness
    std::uint64_t handler_errors = 0;
    std::size_t active = 0;  // open connections
};

class HttpServer {
public:
    // Binds and reads certificates; accepts nothing yet. ErrorKind::Config with the address or file in question.
    // `files` is where certificates are read again; both it and `io` must outlive the server.
    static Result<std::unique_ptr<HttpServer>> open(
        async::Io& io, async::Pool& files, ServerOptions options, Router router, obs::Log log);
    // After stop(), or when io has ended, or before start().
    ~HttpServer();

    // Any thread; once.
    void start();

    // Stops accepting, closes idle connections, cancels streaming responses, lets running requests end within `limit`,
    // then cancels them too and waits for them. On an io thread. Idempotent.
    async::Task<void> stop(std::chrono::milliseconds limit);

    // Reads the certificate files now; open connections keep their old certificate. On failure the old one stays in
    // use. Any thread's task. Success without TLS.
    async::Task<Result<void>> reload_tls();

    // Bound ports, in the order of ServerOptions::listen.
    const std::vector<std::uint16_t>& ports() const;
    ServerStats stats() const;  // any thread

private:
    class Impl;
    explicit HttpServer(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace tandem::net
