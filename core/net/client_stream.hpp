// A connection of the HTTP client: name lookup, address check, connect, TLS, bytes. Inside core/net. Everything here
// runs on the strand of the task that uses the connection; between two requests it may change to another strand.
#pragma once

#include "core/async/offload.hpp"
#include "core/async/task.hpp"
#include "core/base/result.hpp"
#include "core/net/client_target.hpp"
#include "core/net/tls.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::net {

using ClientClock = std::chrono::steady_clock;

// Closes a socket when its time is over: every wait on that socket ends then. For one task and its strand.
class Watchdog {
public:
    explicit Watchdog(async::Executor strand);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    // One socket at a time; it must live until release().
    void guard(boost::asio::ip::tcp::socket& socket, ClientClock::time_point limit);
    void release();
    bool fired() const;  // since the last guard()

private:
    struct State;
    std::shared_ptr<State> state_;
};

class ClientStream {
public:
    using Socket = boost::asio::ip::tcp::socket;
    struct Transfer {
        boost::system::error_code error;  // asio::error::eof: the peer has closed properly
        std::size_t size = 0;
    };

    virtual ~ClientStream() = default;

    // All throw boost::system::system_error(operation_aborted) when the task is cancelled.
    virtual async::Task<Transfer> read_some(std::span<char> room) = 0;
    virtual async::Task<Transfer> write(std::array<boost::asio::const_buffer, 2> buffers) = 0;
    virtual Socket& socket() = 0;
    // Of a write that failed after `size` bytes: the peer cannot have got any part of the request.
    virtual bool nothing_left(std::size_t size) const = 0;

    // Of an idle connection: neither closed by the peer nor has it sent anything.
    bool usable();
};

// Looks a host name up: numeric addresses in the order to try, or why there are none. Blocks; runs on the names pool.
using NameLookup = std::function<Result<std::vector<std::string>>(const std::string& host)>;
Result<std::vector<std::string>> system_lookup(const std::string& host);
using AddressCheck = std::function<bool(std::string_view address)>;

// What all connections of a client have in common.
struct ClientDialer {
    async::Executor loop;
    const async::Pool& names;
    NameLookup lookup;
    AddressCheck address_allowed;
    TlsContext tls;
    std::shared_ptr<std::atomic<int>> lookups = std::make_shared<std::atomic<int>>(0);  // not yet answered
};

// Nothing of a request has been sent when this fails: Transient (name, network, handshake, time), Config (certificate),
// Rejected (no address that is allowed). `watchdog` guards the connection when this returns.
async::Task<Result<std::unique_ptr<ClientStream>>> dial(const ClientDialer& dialer,
                                                        const ClientTarget& target,
                                                        bool checked,
                                                        ClientClock::time_point limit,
                                                        Watchdog& watchdog);

}  // namespace tandem::net
