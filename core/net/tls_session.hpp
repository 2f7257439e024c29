// One side of a TLS connection without sockets: octets of the wire in and out. For protocols with thousands of idle
// connections: it keeps no buffers of its own, where asio's stream keeps four of 17 KB. Not thread-safe.
#pragma once

#include "core/base/result.hpp"
#include "core/net/tls.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace tandem::net {

class TlsSession {
public:
    // `host`: whom the certificate must be for. Failure: Config.
    static Result<std::unique_ptr<TlsSession>> client(TlsContext context, const std::string& host);
    // Failure: Config.
    static Result<std::unique_ptr<TlsSession>> server(TlsContext context);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    // What came over the wire; then shake_hands() or read() make something of it.
    void feed(std::string_view octets);
    // What has to go over the wire, after any of the calls below.
    std::string take_output();

    // True when it is done, false when more is needed. Failure: Config (the certificate), Transient.
    Result<bool> shake_hands();
    // The peer has shown a certificate, and it was verified.
    bool peer_certified() const;
    // Appends what can be read by now, perhaps nothing. Failure: the peer has closed the connection, or it is broken.
    Result<void> read(std::string& out);
    // All of it. Failure: the connection is broken.
    Result<void> write(std::string_view text);

private:
    struct Native;
    static Result<std::unique_ptr<Native>> attach(const TlsContext& context);
    TlsSession(TlsContext context, std::unique_ptr<Native> native);

    const TlsContext context_;
    const std::unique_ptr<Native> native_;
};

}  // namespace tandem::net
