// A TCP connection that can become a TLS one, from either side, and a listener: octets, nothing of SMTP.
#pragma once

#include "core/async/task.hpp"
#include "core/base/result.hpp"
#include "core/config/units.hpp"
#include "core/net/tls.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tandem::smtp {

class Link {
public:
    virtual ~Link() = default;

    // Appends what has come to `out`. Failure: the connection has ended.
    virtual async::Task<Result<void>> read(std::string& out) = 0;
    // `octets` must live until it returns.
    virtual async::Task<Result<void>> write(std::string_view octets) = 0;
    // While nobody reads or writes. `name`: whom the certificate must be for. Failure: Config (certificate), Transient.
    virtual async::Task<Result<void>> start_tls(net::TlsContext context, std::string name) = 0;
    // The server's side of the same.
    virtual async::Task<Result<void>> accept_tls(net::TlsContext context) = 0;
    // Inside TLS: the peer has shown a certificate, which was verified.
    virtual bool peer_certified() const = 0;
    virtual const std::string& peer() const = 0;  // numeric address
    // Reads and writes end at once.
    virtual void close() = 0;
};

// Failure: Transient, within `limit`.
async::Task<Result<std::unique_ptr<Link>>> connect(std::string host,
                                                   std::uint16_t port,
                                                   std::chrono::milliseconds limit);

class Listener {
public:
    virtual ~Listener() = default;
    // Failure: Cancelled (closed), Transient (no descriptors …).
    virtual async::Task<Result<std::unique_ptr<Link>>> accept() = 0;
    virtual std::uint16_t port() const = 0;
    virtual void close() = 0;
};

// Failure: Config.
Result<std::unique_ptr<Listener>> listen(async::Executor strand, const config::Address& address);

}  // namespace tandem::smtp
