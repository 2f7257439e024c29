#include "connectors/smpp/link.hpp"

#include "core/async/timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>

namespace tandem::smpp {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using async::Task;
using ErrorCode = boost::system::error_code;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kConnectLimit{15};

Error ended(const ErrorCode& error) {
    return transient(error == asio::error::eof ? "the peer closed the connection" : error.message());
}

template <class Stream>
class LinkOn final : public Link {
public:
    template <class... Arguments>
    explicit LinkOn(Arguments&&... arguments) : stream_(std::forward<Arguments>(arguments)...) {}

    Task<Result<void>> read(std::string& out) override {
        const auto [error, size] = co_await stream_.async_read_some(asio::buffer(buffer_), kTuple);
        if (error) co_return fail(ended(error));
        out.append(buffer_.data(), size);
        co_return Result<void>();
    }
    Task<Result<void>> write(std::string_view octets) override {
        const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(octets), kTuple);
        if (error) co_return fail(ended(error));
        co_return Result<void>();
    }
    void close() override {
        ErrorCode ignored;
        stream_.lowest_layer().close(ignored);
    }

    Stream& stream() { return stream_; }

private:
    Stream stream_;
    std::array<char, 16 * 1024> buffer_{};
};

struct TlsStream : ssl::stream<tcp::socket> {
    TlsStream(tcp::socket socket, std::shared_ptr<ssl::context> given)
        : ssl::stream<tcp::socket>(std::move(socket), *given), context(std::move(given)) {}
    std::shared_ptr<ssl::context> context;
};

Task<Result<tcp::socket>> open_socket(const Config& config) {
    const auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    const auto [no_name, found] = co_await resolver.async_resolve(config.host, std::to_string(config.port), kTuple);
    if (no_name) co_return fail(transient(config.host + ": " + no_name.message()));
    tcp::socket socket(executor);
    const auto [refused, endpoint] = co_await asio::async_connect(socket, found, kTuple);
    if (refused) co_return fail(transient(config.host + ":" + std::to_string(config.port) + ": " + refused.message()));
    ErrorCode ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    co_return Result<tcp::socket>(std::move(socket));
}

Result<std::shared_ptr<ssl::context>> tls_context(const Config& config) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    context->set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    context->set_verify_mode(ssl::verify_peer);
    ErrorCode error;
    if (config.tls_ca.empty()) {
        context->set_default_verify_paths(error);
    } else {
        context->load_verify_file(config.tls_ca.string(), error);
    }
    if (error) return fail(config_error("tls_ca " + config.tls_ca.string() + ": " + error.message()));
    return context;
}

Task<Result<std::unique_ptr<Link>>> open_tls(const Config& config, tcp::socket socket) {
    auto context = tls_context(config);
    if (!context) co_return fail(std::move(context.error()));
    const std::string name = config.tls_name.empty() ? config.host : config.tls_name;
    auto link = std::make_unique<LinkOn<TlsStream>>(std::move(socket), std::move(*context));
    link->stream().set_verify_callback(ssl::host_name_verification(name));
    SSL_set_tlsext_host_name(link->stream().native_handle(), name.c_str());
    const auto [error] = co_await link->stream().async_handshake(ssl::stream_base::client, kTuple);
    // A wrong certificate is no weather: somebody has to look at it.
    if (error.category() == asio::error::get_ssl_category())
        co_return fail(config_error("TLS with " + name + ": " + error.message()));
    if (error) co_return fail(transient("TLS with " + name + ": " + error.message()));
    co_return Result<std::unique_ptr<Link>>(std::move(link));
}

Task<Result<std::unique_ptr<Link>>> open_link(const Config& config) {
    auto socket = co_await open_socket(config);
    if (!socket) co_return fail(std::move(socket.error()));
    if (config.tls) co_return co_await open_tls(config, std::move(*socket));
    co_return Result<std::unique_ptr<Link>>(std::make_unique<LinkOn<tcp::socket>>(std::move(*socket)));
}

}  // namespace

Task<Result<std::unique_ptr<Link>>> connect(const Config& config) {
    auto link = co_await async::with_timeout(open_link(config), kConnectLimit);
    if (!link) co_return fail(transient(config.host + ": no connection within 15 s"));
    co_return std::move(*link);
}

}  // namespace tandem::smpp
