// One accepted connection, inside core/net: reads requests, calls the route's handler, writes responses, until either
// side has had enough. Its coroutine runs on the connection's strand.
//
// Time limits cost nothing per request: the connection only writes its current deadline into an atomic, and the
// server's sweeper, which comes by a few times per limit, calls deadline_passed() on the strand of those that are late.
#pragma once

#include "core/async/task.hpp"
#include "core/net/http_server.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

namespace tandem::net {

struct ServerCounters {
    std::atomic<std::uint64_t> accepted{0}, refused{0}, requests{0}, bad_requests{0}, timeouts{0}, handler_errors{0};
    std::atomic<std::size_t> active{0};
};

// What connections share; outlives them.
struct ServerShared {
    ServerOptions options;
    Router router;
    obs::Log log;
    ServerCounters counters;
    std::atomic<bool> stopping{false};
};

using Socket = boost::asio::ip::tcp::socket;
using SteadyTime = std::chrono::steady_clock::time_point;

class Connection : public std::enable_shared_from_this<Connection> {
public:
    virtual ~Connection() = default;

    // Runs until the connection is closed; never throws.
    virtual async::Task<void> run() = 0;

    // Any thread.
    bool is_late(SteadyTime now) const {
        return now.time_since_epoch().count() > deadline_.load(std::memory_order_relaxed);
    }

    // The rest on the strand only.
    void deadline_passed();
    void begin_stop();  // closes it when idle, cancels it when streaming
    void abort();       // cancels the handler and closes the socket

    boost::asio::cancellation_slot slot() { return signal_.slot(); }
    const async::Executor& strand() const { return strand_; }

protected:
    // Fresh: accepted, nothing received. Lingering: the last answer is sent, the peer may still be sending.
    enum class Phase { Handshake, Fresh, Idle, Header, Body, Handling, Writing, Streaming, Lingering };

    Connection(async::Executor strand, std::shared_ptr<ServerShared> shared)
        : strand_(std::move(strand)), shared_(std::move(shared)) {}

    virtual Socket& socket() = 0;
    void enter(Phase phase, std::chrono::milliseconds limit);
    void no_deadline() { deadline_.store(INT64_MAX, std::memory_order_relaxed); }

    async::Executor strand_;
    std::shared_ptr<ServerShared> shared_;
    boost::asio::cancellation_signal signal_;
    std::atomic<std::int64_t> deadline_{INT64_MAX};
    Phase phase_ = Phase::Handshake;
    bool late_ = false;  // deadline_passed() ended the current phase
    bool aborted_ = false;
};

std::shared_ptr<Connection> make_plain_connection(Socket socket, std::shared_ptr<ServerShared> shared);
std::shared_ptr<Connection> make_tls_connection(Socket socket,
                                                TlsContext context,
                                                std::shared_ptr<ServerShared> shared);

}  // namespace tandem::net
