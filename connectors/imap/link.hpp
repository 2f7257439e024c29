// A TCP connection that can become a TLS one: octets in both directions, nothing of IMAP. Small while it is idle.
#pragma once

#include "core/async/task.hpp"
#include "core/base/result.hpp"
#include "core/net/tls.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tandem::imap {

class Link {
public:
    virtual ~Link() = default;

    // Appends what has come to `out`. Failure: the connection has ended.
    virtual async::Task<Result<void>> read(std::string& out) = 0;
    // `octets` must live until it returns.
    virtual async::Task<Result<void>> write(std::string_view octets) = 0;
    // While nobody reads or writes. `name`: whom the certificate must be for. Failure: Config (certificate), Transient.
    virtual async::Task<Result<void>> start_tls(net::TlsContext context, std::string name) = 0;
    // Reads and writes end at once.
    virtual void close() = 0;
};

// Failure: Transient, within 15 seconds.
async::Task<Result<std::unique_ptr<Link>>> connect(std::string host, std::uint16_t port);

}  // namespace tandem::imap
