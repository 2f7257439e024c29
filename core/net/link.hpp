// A TCP connection that can become a TLS one, from either side, and a listener: octets, for protocols that are no HTTP.
// Small while it is idle. Everything of one link or listener runs on one strand.
#pragma once

#include "core/async/task.hpp"
#include "core/base/result.hpp"
#include "core/net/tls.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tandem::net {

class Link {
public:
    virtual ~Link() = default;

    // Appends what has come to `out`. One reader at a time. Failure: Transient, the connection has ended.
    virtual async::Task<Result<void>> read(std::string& out) = 0;
    // `octets` must live until it returns. One writer at a time, beside the reader. Failure: as of read().
    virtual async::Task<Result<void>> write(std::string_view octets) = 0;
    // While nobody reads or writes. `name`: whom the certificate must be for. Failure: Config (certificate), Transient.
    virtual async::Task<Result<void>> start_tls(TlsContext context, std::string name) = 0;
    // The server's side of the same.
    virtual async::Task<Result<void>> accept_tls(TlsContext context) = 0;
    // Inside TLS: the peer has shown a certificate, which was verified.
    virtual bool peer_certified() const = 0;
    virtual const std::string& peer() const = 0;  // numeric address
    // Reads hand out what has arrived here, then end as if the other side had closed.
    virtual void end_reading() = 0;
    // Reads and writes end at once; what has arrived and was not read is lost.
    virtual void close() = 0;
};

struct LinkTarget {
    std::string host;
    std::uint16_t port = 0;
    TlsContext tls{};                // TLS from the first octet; nullptr: without
    std::string certificate_name{};  // whom the certificate must be for
    std::chrono::milliseconds limit = std::chrono::seconds(15);
};

// On the caller's strand. Failure: Config (certificate), Transient; within `limit`.
async::Task<Result<std::unique_ptr<Link>>> connect(LinkTarget target);

class Listener {
public:
    virtual ~Listener() = default;
    // Failure: Cancelled (closed), Transient (no descriptors …).
    virtual async::Task<Result<std::unique_ptr<Link>>> accept() = 0;
    virtual std::uint16_t port() const = 0;
    virtual void close() = 0;
};

// `host`: a numeric address; empty: all of them. Port 0: a free one. Failure: Config.
Result<std::unique_ptr<Listener>> listen(async::Executor strand, const std::string& host, std::uint16_t port);

}  // namespace tandem::net
