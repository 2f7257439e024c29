#include "connectors/imap/link.hpp"

#include "core/async/timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>
#include <utility>

namespace tandem::imap {

namespace asio = boost::asio;
using asio::ip::tcp;
using async::Task;
using ErrorCode = boost::system::error_code;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kConnectLimit{15};

Error ended(const ErrorCode& error) {
    return transient(error == asio::error::eof ? "the server closed the connection" : error.message());
}

class TcpLink final : public Link {
public:
    explicit TcpLink(tcp::socket socket) : socket_(std::move(socket)) {}

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
    void close() override {
        ErrorCode ignored;
        socket_.close(ignored);
    }

private:
    tcp::socket socket_;
    net::TlsContext context_;
    std::optional<asio::ssl::stream<tcp::socket&>> tls_;
    std::array<char, 4 * 1024> buffer_{};
};

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

Task<Result<std::unique_ptr<Link>>> open_link(std::string host, std::uint16_t port) {
    const auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    const auto [no_name, found] = co_await resolver.async_resolve(host, std::to_string(port), kTuple);
    if (no_name) co_return fail(transient(host + ": " + no_name.message()));
    tcp::socket socket(executor);
    const auto [refused, endpoint] = co_await asio::async_connect(socket, found, kTuple);
    if (refused) co_return fail(transient(host + ":" + std::to_string(port) + ": " + refused.message()));
    keep_watch(socket);
    co_return Result<std::unique_ptr<Link>>(std::make_unique<TcpLink>(std::move(socket)));
}

}  // namespace

Task<Result<std::unique_ptr<Link>>> connect(std::string host, std::uint16_t port) {
    const std::string name = host;
    auto link = co_await async::with_timeout(open_link(std::move(host), port), kConnectLimit);
    if (!link) co_return fail(transient(name + ": no connection within 15 s"));
    co_return std::move(*link);
}

}  // namespace tandem::imap
