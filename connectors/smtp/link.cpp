#include "connectors/smtp/link.hpp"

#include "core/async/timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <optional>
#include <utility>

namespace tandem::smtp {

namespace asio = boost::asio;
using asio::ip::tcp;
using async::Task;
using ErrorCode = boost::system::error_code;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

Error ended(const ErrorCode& error) {
    return transient(error == asio::error::eof ? "the other side closed the connection" : error.message());
}

class TcpLink final : public Link {
public:
    explicit TcpLink(tcp::socket socket) : socket_(std::move(socket)) {
        ErrorCode ignored;
        socket_.set_option(tcp::no_delay(true), ignored);
        auto address = socket_.remote_endpoint(ignored).address();
        if (address.is_v6() && address.to_v6().is_v4_mapped())
            address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
        peer_ = address.to_string();
    }

    Task<Result<void>> read(std::string& out) override {
        const auto room = asio::buffer(buffer_);
        const auto [error, size] =
            tls_ ? co_await tls_->async_read_some(room, kTuple) : co_await socket_.async_read_some(room, kTuple);
        if (error) co_return fail(ended(error));
        out.append(buffer_.data(), size);
        co_return Result<void>();
    }
    Task<Result<void>> write(std::string_view octets) override {
        const auto buffer = asio::buffer(octets);
        const auto [error, size] = tls_ ? co_await asio::async_write(*tls_, buffer, kTuple)
                                        : co_await asio::async_write(socket_, buffer, kTuple);
        if (error) co_return fail(ended(error));
        co_return Result<void>();
    }
    Task<Result<void>> start_tls(net::TlsContext context, std::string name) override {
        context_ = std::move(context);
        tls_.emplace(socket_, *context_);
        if (!net::expect_tls_host(tls_->native_handle(), name)) co_return fail(config_error("no TLS for " + name));
        const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::client, kTuple);
        if (!error) co_return Result<void>();
        // A wrong certificate is no weather: somebody has to look at it.
        const std::string problem = net::tls_certificate_problem(tls_->native_handle());
        if (!problem.empty()) co_return fail(config_error("the certificate of " + name + " is refused: " + problem));
        co_return fail(transient("TLS with " + name + ": " + error.message()));
    }
    Task<Result<void>> accept_tls(net::TlsContext context) override {
        context_ = std::move(context);
        tls_.emplace(socket_, *context_);
        const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, kTuple);
        if (error) co_return fail(transient("TLS: " + error.message()));
        co_return Result<void>();
    }
    bool peer_certified() const override { return tls_ && net::tls_peer_certified(tls_->native_handle()); }
    const std::string& peer() const override { return peer_; }
    void close() override {
        ErrorCode ignored;
        socket_.close(ignored);
    }

private:
    tcp::socket socket_;
    std::string peer_;
    net::TlsContext context_;
    // native_handle() of a const stream does not exist.
    mutable std::optional<asio::ssl::stream<tcp::socket&>> tls_;
    std::array<char, 16 * 1024> buffer_{};
};

Task<Result<std::unique_ptr<Link>>> open_link(std::string host, std::uint16_t port) {
    const auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    const auto [no_name, found] = co_await resolver.async_resolve(host, std::to_string(port), kTuple);
    if (no_name) co_return fail(transient(host + ": " + no_name.message()));
    tcp::socket socket(executor);
    const auto [refused, endpoint] = co_await asio::async_connect(socket, found, kTuple);
    if (refused) co_return fail(transient(host + ":" + std::to_string(port) + ": " + refused.message()));
    co_return Result<std::unique_ptr<Link>>(std::make_unique<TcpLink>(std::move(socket)));
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

Task<Result<std::unique_ptr<Link>>> connect(std::string host, std::uint16_t port, std::chrono::milliseconds limit) {
    const std::string name = host;
    auto link = co_await async::with_timeout(open_link(std::move(host), port), limit);
    if (!link) co_return fail(transient(name + ": no connection in time"));
    co_return std::move(*link);
}

Result<std::unique_ptr<Listener>> listen(async::Executor strand, const config::Address& address) {
    const auto failed = [&](const ErrorCode& error) {
        return fail(config_error("cannot listen on " + config::to_text(address) + ": " + error.message()));
    };
    ErrorCode error;
    const auto ip = address.host.empty() ? asio::ip::address(asio::ip::address_v6::any())
                                         : asio::ip::make_address(address.host, error);
    if (error) return failed(error);
    const tcp::endpoint endpoint(ip, address.port);
    tcp::acceptor acceptor(strand);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error && ip.is_v6()) acceptor.set_option(asio::ip::v6_only(false), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return failed(error);
    return std::make_unique<TcpListener>(std::move(acceptor));
}

}  // namespace tandem::smtp
