#include "core/net/client_stream.hpp"

#include "core/async/wait.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <netdb.h>
#include <optional>
#include <poll.h>
#include <sys/socket.h>

namespace tandem::net {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using Tcp = asio::ip::tcp;
using async::Task;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr int kMaxLookups = 256;          // a name server that hangs must not collect work without end
constexpr std::size_t kMaxAddresses = 8;  // of one name that are tried

// A cancelled wait shows as an error code here; the task must not take it for a failure of the peer.
Task<void> throw_if_cancelled() {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
        throw boost::system::system_error(asio::error::operation_aborted);
    }
}

class PlainStream final : public ClientStream {
public:
    explicit PlainStream(Tcp::socket socket) : stream_(std::move(socket)) {}

    Task<Transfer> read_some(std::span<char> room) override {
        auto [error, size] = co_await stream_.async_read_some(asio::buffer(room.data(), room.size()), kTuple);
        if (error) co_await throw_if_cancelled();
        co_return Transfer{error, size};
    }
    Task<Transfer> write(std::array<asio::const_buffer, 2> buffers) override {
        auto [error, size] = co_await asio::async_write(stream_, buffers, kTuple);
        if (error) co_await throw_if_cancelled();
        co_return Transfer{error, size};
    }
    Socket& socket() override { return stream_; }
    bool nothing_left(std::size_t size) const override { return size == 0; }

private:
    Tcp::socket stream_;
};

class TlsStream final : public ClientStream {
public:
    TlsStream(Tcp::socket socket, TlsContext context)
        : context_(std::move(context)), stream_(std::move(socket), *context_) {}

    Task<ErrorCode> handshake(const std::string& host) {
        if (!expect_tls_host(stream_.native_handle(), host)) co_return asio::error::invalid_argument;
        auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::client, kTuple);
        if (error) co_await throw_if_cancelled();
        co_return error;
    }
    std::string certificate_problem() { return tls_certificate_problem(stream_.native_handle()); }

    Task<Transfer> read_some(std::span<char> room) override {
        auto [error, size] = co_await stream_.async_read_some(asio::buffer(room.data(), room.size()), kTuple);
        if (error) co_await throw_if_cancelled();
        co_return Transfer{error, size};
    }
    Task<Transfer> write(std::array<asio::const_buffer, 2> buffers) override {
        auto [error, size] = co_await asio::async_write(stream_, buffers, kTuple);
        if (error) co_await throw_if_cancelled();
        co_return Transfer{error, size};
    }
    Socket& socket() override { return stream_.next_layer(); }
    // What is counted are bytes of complete writes; whole records of an incomplete one may have arrived.
    bool nothing_left(std::size_t) const override { return false; }

private:
    TlsContext context_;
    asio::ssl::stream<Tcp::socket> stream_;
};

struct Lookup {
    async::Event done;
    std::optional<Result<std::vector<std::string>>> result;
};

// A lookup cannot be interrupted: one that is late is left alone, its result falls on the floor.
void begin_lookup(const ClientDialer& dialer,
                  std::string host,
                  async::Executor strand,
                  std::shared_ptr<Lookup> lookup) {
    ++*dialer.lookups;
    asio::post(dialer.names.executor(), [look = dialer.lookup, running = dialer.lookups, host = std::move(host),
                                         strand = std::move(strand), lookup = std::move(lookup)]() mutable {
        auto result = look(host);
        --*running;
        auto where = strand;
        asio::post(where, [lookup = std::move(lookup), result = std::move(result)]() mutable {
            lookup->result = std::move(result);
            lookup->done.notify_all();
        });
    });
}

Error name_error(const std::string& host, const std::string& why) {
    Error error = transient("the name " + host + " cannot be looked up: " + why);
    error.code = "dns";
    return error;
}

Error late(std::string_view what) {
    Error error = transient("no " + std::string(what) + " within the time limit");
    error.code = "timeout";
    return error;
}

Task<Result<std::vector<std::string>>> addresses_of(const ClientDialer& dialer,
                                                    const std::string& host,
                                                    ClientClock::time_point limit) {
    ErrorCode not_numeric;
    asio::ip::make_address(host, not_numeric);
    if (!not_numeric) co_return std::vector<std::string>{host};
    if (*dialer.lookups >= kMaxLookups) co_return fail(name_error(host, "too many names are being looked up"));

    auto lookup = std::make_shared<Lookup>();
    begin_lookup(dialer, host, co_await asio::this_coro::executor, lookup);
    while (!lookup->result) {
        if (!co_await lookup->done.wait_until(limit)) co_return fail(late("answer of the name server"));
    }
    if (!*lookup->result) co_return fail(name_error(host, lookup->result->error().text));
    if ((*lookup->result)->empty()) co_return fail(name_error(host, "it has no address"));
    co_return std::move(**lookup->result);
}

Result<std::vector<asio::ip::address>> allowed(const std::vector<std::string>& addresses, const AddressCheck* check) {
    std::vector<asio::ip::address> out;
    for (const std::string& text : addresses) {
        ErrorCode error;
        const auto address = asio::ip::make_address(text, error);
        if (error || (check != nullptr && !(*check)(text))) continue;
        if (out.size() < kMaxAddresses) out.push_back(address);
    }
    if (!out.empty()) return out;
    return fail(rejected("the host has no address on the public internet; others are not allowed here", "address"));
}

// Tries one address after the other; each gets an equal share of the time that is left, so that one that does not
// answer (a broken IPv6 route) leaves time for the next.
Task<Result<Tcp::socket>> connect_one_of(const ClientDialer& dialer,
                                         std::vector<asio::ip::address> addresses,
                                         std::uint16_t port,
                                         ClientClock::time_point limit,
                                         Watchdog& watchdog) {
    Error last = late("connection");
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto now = ClientClock::now();
        if (now >= limit) break;
        Tcp::socket socket(dialer.loop);
        watchdog.guard(socket, now + (limit - now) / static_cast<std::int64_t>(addresses.size() - i));
        auto [error] = co_await socket.async_connect(Tcp::endpoint(addresses[i], port), kTuple);
        const bool was_late = watchdog.fired();
        watchdog.release();
        if (!error && !was_late) {
            ErrorCode ignored;
            socket.set_option(Tcp::no_delay(true), ignored);
            co_return socket;
        }
        co_await throw_if_cancelled();
        last = was_late ? late("connection") : transient("cannot connect: " + error.message());
        if (!was_late) last.code = "connect";
    }
    co_return fail(std::move(last));
}

Task<Result<std::unique_ptr<ClientStream>>> secured(
    Tcp::socket socket, TlsContext context, std::string host, ClientClock::time_point limit, Watchdog& watchdog) {
    auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(context));
    watchdog.guard(stream->socket(), limit);
    const ErrorCode error = co_await stream->handshake(host);
    const bool was_late = watchdog.fired();
    watchdog.release();
    if (was_late) co_return fail(late("end of the TLS handshake"));
    if (!error) co_return std::unique_ptr<ClientStream>(std::move(stream));
    if (const std::string problem = stream->certificate_problem(); !problem.empty()) {
        Error refused = config_error("the certificate of the peer is not accepted: " + problem);
        refused.code = "tls_certificate";
        co_return fail(std::move(refused));
    }
    Error failed = transient("the TLS handshake failed: " + error.message());
    failed.code = "tls";
    co_return fail(std::move(failed));
}

}  // namespace

struct Watchdog::State {
    explicit State(async::Executor strand) : timer(std::move(strand)) {}
    asio::steady_timer timer;
    Tcp::socket* socket = nullptr;
    bool fired = false;
};

Watchdog::Watchdog(async::Executor strand) : state_(std::make_shared<State>(std::move(strand))) {}

Watchdog::~Watchdog() {
    release();
}

void Watchdog::guard(Tcp::socket& socket, ClientClock::time_point limit) {
    state_->socket = &socket;
    state_->fired = false;
    state_->timer.expires_at(limit);
    state_->timer.async_wait([state = state_](const ErrorCode& error) {
        // A wait that had already ended when the limit was moved comes here without an error.
        if (error || state->socket == nullptr || state->timer.expiry() > ClientClock::now()) return;
        state->fired = true;
        ErrorCode ignored;
        state->socket->close(ignored);
    });
}

void Watchdog::release() {
    state_->socket = nullptr;
    state_->timer.cancel();
}

bool Watchdog::fired() const {
    return state_->fired;
}

bool ClientStream::usable() {
    pollfd state{.fd = socket().native_handle(), .events = POLLIN | POLLRDHUP, .revents = 0};
    return ::poll(&state, 1, 0) == 0;
}

Result<std::vector<std::string>> system_lookup(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
        return fail(transient(::gai_strerror(error)));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    std::vector<std::string> addresses;
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
        char text[NI_MAXHOST] = {};
        if (::getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof(text), nullptr, 0, NI_NUMERICHOST) == 0) {
            addresses.emplace_back(text);
        }
    }
    return addresses;
}

Task<Result<std::unique_ptr<ClientStream>>> dial(const ClientDialer& dialer,
                                                 const ClientTarget& target,
                                                 bool checked,
                                                 ClientClock::time_point limit,
                                                 Watchdog& watchdog) {
    auto addresses = co_await addresses_of(dialer, target.host, limit);
    if (!addresses) co_return fail(std::move(addresses.error()));
    auto candidates = allowed(*addresses, checked ? &dialer.address_allowed : nullptr);
    if (!candidates) co_return fail(std::move(candidates.error()));
    auto socket = co_await connect_one_of(dialer, std::move(*candidates), target.port, limit, watchdog);
    if (!socket) co_return fail(std::move(socket.error()));
    if (!target.secure) co_return std::make_unique<PlainStream>(std::move(*socket));
    co_return co_await secured(std::move(*socket), dialer.tls, target.host, limit, watchdog);
}

}  // namespace tandem::net
