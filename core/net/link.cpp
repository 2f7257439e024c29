#include "core/net/link.hpp"

#include "core/async/timeout.hpp"
#include "core/async/under_way.hpp"
#include "core/async/wait.hpp"
#include "core/net/tls_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

namespace tandem::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using async::Task;
using ErrorCode = boost::system::error_code;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

Error ended(const ErrorCode& error) {
    return transient(error == asio::error::eof ? "the other side closed the connection" : error.message());
}

// An idle connection says nothing for minutes: the system looks whether the other end is there.
void keep_watch(tcp::socket& socket) {
    ErrorCode ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    static constexpr std::array<std::pair<int, int>, 3> kTimes{
        {{TCP_KEEPIDLE, 60}, {TCP_KEEPINTVL, 15}, {TCP_USER_TIMEOUT, 90'000}}};
    for (const auto& [option, value] : kTimes)
        ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof(value));
}

std::string peer_of(const tcp::socket& socket) {
    ErrorCode ignored;
    auto address = socket.remote_endpoint(ignored).address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address.to_string();
}

class TcpLink final : public Link {
public:
    explicit TcpLink(tcp::socket socket) : socket_(std::move(socket)), peer_(peer_of(socket_)) { keep_watch(socket_); }

    Task<Result<void>> read(std::string& out) override {
        for (;;) {
            if (tls_ != nullptr) {
                const std::size_t before = out.size();
                const auto read = tls_->read(out);
                if (auto sent = co_await flush(); !sent) co_return sent;
                // What came before the end counts.
                if (out.size() > before || !read) co_return out.size() > before ? Result<void>() : read;
            }
            const auto [error, size] = co_await socket_.async_read_some(asio::buffer(buffer_), kTuple);
            if (error) co_return fail(ended(error));
            if (tls_ != nullptr) {
                tls_->feed({buffer_.data(), size});
                continue;
            }
            out.append(buffer_.data(), size);
            co_return Result<void>();
        }
    }
    Task<Result<void>> write(std::string_view octets) override {
        if (tls_ == nullptr) co_return co_await send(octets);
        if (auto written = tls_->write(octets); !written) co_return written;
        co_return co_await flush();
    }
    Task<Result<void>> start_tls(TlsContext context, std::string name) override {
        auto tls = TlsSession::client(std::move(context), name);
        if (!tls) co_return fail(std::move(tls.error()));
        tls_ = std::move(*tls);
        co_return co_await shake_hands("TLS with " + name);
    }
    Task<Result<void>> accept_tls(TlsContext context) override {
        auto tls = TlsSession::server(std::move(context));
        if (!tls) co_return fail(std::move(tls.error()));
        tls_ = std::move(*tls);
        co_return co_await shake_hands("TLS");
    }
    bool peer_certified() const override { return tls_ != nullptr && tls_->peer_certified(); }
    const std::string& peer() const override { return peer_; }
    void end_reading() override {
        ErrorCode ignored;
        socket_.shutdown(tcp::socket::shutdown_receive, ignored);
    }
    void close() override {
        ErrorCode ignored;
        socket_.close(ignored);
    }

private:
    Task<Result<void>> shake_hands(std::string what) {
        for (;;) {
            const auto done = tls_->shake_hands();
            // Also when it fails: the other side is told why.
            const auto sent = co_await flush();
            if (!done) co_return fail(Error(done.error()).with_context(what));
            if (!sent || *done) co_return sent;
            const auto [error, size] = co_await socket_.async_read_some(asio::buffer(buffer_), kTuple);
            if (error) co_return fail(ended(error).with_context(what));
            tls_->feed({buffer_.data(), size});
        }
    }
    // Reader and writer may both have something to send: one after the other.
    Task<Result<void>> flush() {
        while (sending_)
            co_await sent_.wait();
        for (std::string octets = tls_->take_output(); !octets.empty(); octets = tls_->take_output()) {
            const async::UnderWay sending(sending_, sent_);
            if (auto sent = co_await send(octets); !sent) co_return sent;
        }
        co_return Result<void>();
    }
    Task<Result<void>> send(std::string_view octets) {
        const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(octets), kTuple);
        if (error) co_return fail(ended(error));
        co_return Result<void>();
    }

    tcp::socket socket_;
    const std::string peer_;
    std::unique_ptr<TlsSession> tls_;
    std::array<char, 4 * 1024> buffer_{};
    bool sending_ = false;
    async::Event sent_;
};

Task<Result<std::unique_ptr<Link>>> open_link(LinkTarget target) {
    const auto executor = co_await asio::this_coro::executor;
    const std::string port = std::to_string(target.port);
    tcp::resolver resolver(executor);
    const auto [no_name, found] = co_await resolver.async_resolve(target.host, port, kTuple);
    if (no_name) co_return fail(transient(target.host + ": " + no_name.message()));
    tcp::socket socket(executor);
    const auto [refused, endpoint] = co_await asio::async_connect(socket, found, kTuple);
    if (refused) co_return fail(transient(target.host + ":" + port + ": " + refused.message()));
    std::unique_ptr<Link> link = std::make_unique<TcpLink>(std::move(socket));
    if (target.tls != nullptr) {
        auto secured = co_await link->start_tls(std::move(target.tls), std::move(target.certificate_name));
        if (!secured) co_return fail(std::move(secured.error()));
    }
    co_return Result<std::unique_ptr<Link>>(std::move(link));
}

class TcpListener final : public Listener {
public:
    explicit TcpListener(tcp::acceptor acceptor) : acceptor_(std::move(acceptor)) {}

    Task<Result<std::unique_ptr<Link>>> accept() override {
        auto [error, socket] = co_await acceptor_.async_accept(kTuple);
        if (error == asio::error::operation_aborted || !acceptor_.is_open()) co_return fail(cancelled());
        if (error) co_return fail(transient(error.message()));
        co_return Result<std::unique_ptr<Link>>(std::make_unique<TcpLink>(std::move(socket)));
    }
    std::uint16_t port() const override {
        ErrorCode ignored;
        return acceptor_.local_endpoint(ignored).port();
    }
    void close() override {
        ErrorCode ignored;
        acceptor_.close(ignored);
    }

private:
    tcp::acceptor acceptor_;
};

}  // namespace

Task<Result<std::unique_ptr<Link>>> connect(LinkTarget target) {
    const std::string name = target.host + ":" + std::to_string(target.port);
    const auto limit = target.limit;
    const std::string what = target.tls == nullptr ? ": no connection within " : ": no connection with TLS within ";
    auto link = co_await async::with_timeout(open_link(std::move(target)), limit);
    if (!link) co_return fail(transient(name + what + std::to_string(limit.count()) + " ms"));
    co_return std::move(*link);
}

Result<std::unique_ptr<Listener>> listen(async::Executor strand, const std::string& host, std::uint16_t port) {
    ErrorCode error;
    const auto ip = host.empty() ? asio::ip::address(asio::ip::address_v6::any()) : asio::ip::make_address(host, error);
    tcp::acceptor acceptor(strand);
    const tcp::endpoint endpoint(ip, port);
    if (!error) acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error && ip.is_v6()) acceptor.set_option(asio::ip::v6_only(false), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        const std::string at = (host.contains(':') ? "[" + host + "]" : host) + ":" + std::to_string(port);
        return fail(config_error("cannot listen on " + at + ": " + error.message()));
    }
    return std::make_unique<TcpListener>(std::move(acceptor));
}

}  // namespace tandem::net
