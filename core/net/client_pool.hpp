// Idle connections of the HTTP client, by origin; inside core/net. Any thread.
#pragma once

#include "core/net/client_stream.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace tandem::net {

struct ClientPoolLimits {
    std::size_t per_origin;
    std::size_t all;
    std::chrono::milliseconds idle_time;
};

class ClientPool : public std::enable_shared_from_this<ClientPool> {
public:
    ClientPool(async::Executor loop, ClientPoolLimits limits);

    // The connection that was used last, or nullptr. One that the peer has closed is not returned.
    std::unique_ptr<ClientStream> take(const std::string& origin);
    // Keeps it, closing the oldest ones above the limits.
    void put(std::string origin, std::unique_ptr<ClientStream> stream);
    void close_idle();
    std::size_t size() const;

private:
    struct Idle {
        std::string origin;
        std::unique_ptr<ClientStream> stream;
        ClientClock::time_point until;
    };
    void close_above_limits(const std::string& origin);
    void arm();
    void sweep();

    const ClientPoolLimits limits_;
    mutable std::mutex mutex_;
    std::list<Idle> idle_;  // the oldest first
    boost::asio::steady_timer timer_;
    bool armed_ = false;
};

}  // namespace tandem::net
