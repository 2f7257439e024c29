#include "connectors/imap/link.hpp"

#include "core/async/timeout.hpp"
#include "core/async/wait.hpp"
#include "core/net/tls_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <memory>
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
    Task<Result<void>> start_tls(net::TlsContext context, std::string name) override {
        auto tls = net::TlsSession::client(std::move(context), name);
        if (!tls) co_return fail(std::move(tls.error()));
        tls_ = std::move(*tls);
        for (;;) {
            const auto done = tls_->shake_hands();
            // Also when it fails: the server is told why.
            const auto sent = co_await flush();
            if (!done) co_return fail(Error(done.error()).with_context(name));
            if (!sent || *done) co_return sent;
            const auto [error, size] = co_await socket_.async_read_some(asio::buffer(buffer_), kTuple);
            if (error) co_return fail(ended(error).with_context("TLS with " + name));
            tls_->feed({buffer_.data(), size});
        }
    }
    void close() override {
        ErrorCode ignored;
        socket_.close(ignored);
    }

private:
    // Reader and writer may both have something to send: one after the other.
    Task<Result<void>> flush() {
        while (sending_)
            co_await sent_.wait();
        for (std::string octets = tls_->take_output(); !octets.empty(); octets = tls_->take_output()) {
            const Sending sending(*this);
            if (auto sent = co_await send(octets); !sent) co_return sent;
        }
        co_return Result<void>();
    }
    Task<Result<void>> send(std::string_view octets) {
        const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(octets), kTuple);
        if (error) co_return fail(ended(error));
        co_return Result<void>();
    }
    class Sending {
    public:
        explicit Sending(TcpLink& link) : link_(link) { link_.sending_ = true; }
        ~Sending() {
            link_.sending_ = false;
            link_.sent_.notify_all();
        }
        Sending(const Sending&) = delete;
        Sending& operator=(const Sending&) = delete;

    private:
        TcpLink& link_;
    };

    tcp::socket socket_;
    std::unique_ptr<net::TlsSession> tls_;
    std::array<char, 4 * 1024> buffer_{};
    bool sending_ = false;
    async::Event sent_;
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
