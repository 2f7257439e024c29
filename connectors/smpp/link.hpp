// A TCP or TLS connection to a message centre: octets in both directions, nothing of SMPP.
#pragma once

#include "connectors/smpp/config.hpp"
#include "core/async/task.hpp"
#include "core/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace tandem::smpp {

class Link {
public:
    virtual ~Link() = default;

    // Appends what has come to `out`. Failure: the connection has ended.
    virtual async::Task<Result<void>> read(std::string& out) = 0;
    // `octets` must live until it returns.
    virtual async::Task<Result<void>> write(std::string_view octets) = 0;
    // Reads and writes end at once.
    virtual void close() = 0;
};

// Failure: Transient (no connection, no answer), Config (TLS files; a certificate that is not the centre's).
async::Task<Result<std::unique_ptr<Link>>> connect(const Config& config);

}  // namespace tandem::smpp
