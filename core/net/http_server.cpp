#include "core/net/http_server.hpp"

#include "core/async/run_on.hpp"
#include "core/async/task_group.hpp"
#include "core/async/wait.hpp"
#include "core/net/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <list>

namespace tandem::net {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using Acceptor = asio::ip::tcp::acceptor;
using async::Task;

namespace {

struct Listener {
    Acceptor acceptor;
    bool tls;
};

std::string text_of(const ListenAddress& address) {
    const bool v6 = address.address.contains(':');
    return (v6 ? "[" + address.address + "]" : address.address) + ":" + std::to_string(address.port);
}

Result<Acceptor> bind(const async::Executor& strand, const ListenAddress& address) {
    const auto failed = [&](const ErrorCode& error) {
        return fail(config_error("cannot listen on " + text_of(address) + ": " + error.message()));
    };
    ErrorCode error;
    const auto ip = asio::ip::make_address(address.address, error);
    if (error) return failed(error);
    const asio::ip::tcp::endpoint endpoint(ip, address.port);
    Acceptor acceptor(strand);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error && ip.is_v6()) acceptor.set_option(asio::ip::v6_only(false), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return failed(error);
    return acceptor;
}

}  // namespace

Result<ListenAddress> parse_listen(std::string_view text) {
    const auto wrong = [&] {
        return fail(config_error("\"" + std::string(text) +
                                 "\" is not an address to listen on, e.g. 127.0.0.1:8080 or [::1]:8080"));
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return wrong();
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    ListenAddress address;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
    if (error != std::errc() || end != digits.data() + digits.size()) return wrong();
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    address.address = host.empty() ? "::" : std::string(host);
    ErrorCode unreadable;
    const auto ip = asio::ip::make_address(address.address, unreadable);
    if (unreadable || (ip.is_v6() && !bracketed && !host.empty())) return wrong();
    return address;
}

// All members run on strand_ unless they say otherwise.
class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(async::Io& io, async::Pool& files, std::shared_ptr<ServerShared> shared)
        : io_(io),
          files_(files),
          strand_(io.strand()),
          shared_(std::move(shared)),
          group_(strand_, [this](const std::exception_ptr& error) { report(error); }) {}

    Result<void> bind_all();
    void start();
    Task<void> stop(std::chrono::milliseconds limit);
    Task<Result<void>> reload();

    const async::Executor& strand() const { return strand_; }
    const std::vector<std::uint16_t>& ports() const { return ports_; }
    const ServerCounters& counters() const { return shared_->counters; }

private:
    Task<void> accept(Listener& listener);
    Task<void> sweep();
    Task<void> watch_certificate();
    void admit(Socket socket, bool tls);
    void refuse(Socket socket, bool tls);
    void report(const std::exception_ptr& error) const;
    std::chrono::milliseconds sweep_interval() const;

    async::Io& io_;
    async::Pool& files_;
    async::Executor strand_;
    std::shared_ptr<ServerShared> shared_;
    TlsContext tls_;
    std::string tls_seen_;  // fingerprint of the files that the watch has dealt with
    std::vector<Listener> listeners_;
    std::vector<std::uint16_t> ports_;
    std::list<std::shared_ptr<Connection>> connections_;
    async::Event connection_left_;
    async::TaskGroup group_;  // accepting, sweeping, watching the certificate
};

Result<void> HttpServer::Impl::bind_all() {
    const ServerOptions& options = shared_->options;
    for (const ListenAddress& address : options.listen) {
        if (address.tls && !options.tls)
            return fail(config_error("TLS on " + text_of(address) + " needs a certificate"));
        auto acceptor = bind(strand_, address);
        if (!acceptor) return fail(std::move(acceptor.error()));
        ErrorCode ignored;
        ports_.push_back(acceptor->local_endpoint(ignored).port());
        listeners_.push_back({std::move(*acceptor), address.tls});
    }
    if (!options.tls) return {};
    tls_seen_ = tls_fingerprint(*options.tls);  // before loading: what changes meanwhile is a change
    auto context = load_tls(*options.tls);
    if (!context) return fail(std::move(context.error()));
    tls_ = std::move(*context);
    return {};
}

void HttpServer::Impl::start() {
    asio::post(strand_, [self = shared_from_this()] {
        for (Listener& listener : self->listeners_)
            self->group_.spawn(self->accept(listener));
        self->group_.spawn(self->sweep());
        if (self->tls_) self->group_.spawn(self->watch_certificate());
    });
}

Task<void> HttpServer::Impl::accept(Listener& listener) {
    for (;;) {
        auto [error, socket] =
            co_await listener.acceptor.async_accept(io_.strand(), asio::as_tuple(asio::use_awaitable));
        if (error == asio::error::operation_aborted || shared_->stopping) co_return;
        if (error) {
            // Out of descriptors or a peer that left the queue: without a pause this would spin.
            shared_->log.warn("accept failed", {{"error", error.message()}});
            co_await async::sleep_for(std::chrono::milliseconds(100));
            continue;
        }
        ++shared_->counters.accepted;
        if (connections_.size() >= shared_->options.max_connections) {
            refuse(std::move(socket), listener.tls);
        } else {
            admit(std::move(socket), listener.tls);
        }
    }
}

void HttpServer::Impl::admit(Socket socket, bool tls) {
    auto connection =
        tls ? make_tls_connection(std::move(socket), tls_, shared_) : make_plain_connection(std::move(socket), shared_);
    auto place = connections_.insert(connections_.end(), connection);
    shared_->counters.active = connections_.size();
    auto finished = [self = shared_from_this(), place](const std::exception_ptr& error) {
        if (error) self->report(error);
        self->connections_.erase(place);
        self->shared_->counters.active = self->connections_.size();
        self->connection_left_.notify_all();
    };
    asio::co_spawn(connection->strand(), connection->run(),
                   asio::bind_cancellation_slot(connection->slot(), asio::bind_executor(strand_, std::move(finished))));
}

void HttpServer::Impl::refuse(Socket socket, bool tls) {
    ++shared_->counters.refused;
    if (tls) return;
    static constexpr std::string_view kBusy =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    ErrorCode ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(kBusy), ignored);
    socket.shutdown(Socket::shutdown_send, ignored);
}

// A quarter of the shortest limit: a deadline is noticed at most 25 % late.
std::chrono::milliseconds HttpServer::Impl::sweep_interval() const {
    const ServerTimeouts& t = shared_->options.timeouts;
    const auto shortest = std::min({t.header, t.body, t.idle, t.handler, t.write, t.linger}) / 4;
    return std::clamp(shortest, std::chrono::milliseconds(5), std::chrono::milliseconds(500));
}

Task<void> HttpServer::Impl::sweep() {
    const auto interval = sweep_interval();
    for (;;) {
        co_await async::sleep_for(interval);
        const auto now = std::chrono::steady_clock::now();
        for (const auto& connection : connections_) {
            if (connection->is_late(now))
                asio::post(connection->strand(), [connection] { connection->deadline_passed(); });
        }
    }
}

Task<void> HttpServer::Impl::watch_certificate() {
    const TlsFiles files = *shared_->options.tls;
    const auto look = [files] { return tls_fingerprint(files); };
    for (;;) {
        co_await async::sleep_for(shared_->options.tls_watch);
        std::string now = co_await async::offload(files_, look);
        if (now == tls_seen_) continue;
        // Certificate and key are two files: when only one is new yet, loading fails and the next look tries again.
        if (auto reloaded = co_await reload(); reloaded) {
            tls_seen_ = std::move(now);
        } else {
            shared_->log.error("certificate not reloaded", {{"error", reloaded.error().text}});
        }
    }
}

Task<Result<void>> HttpServer::Impl::reload() {
    if (!shared_->options.tls) co_return Result<void>();
    auto context = co_await async::offload(files_, [files = *shared_->options.tls] { return load_tls(files); });
    if (!context) co_return fail(std::move(context.error()));
    tls_ = std::move(*context);
    shared_->log.info("certificate reloaded");
    co_return Result<void>();
}

Task<void> HttpServer::Impl::stop(std::chrono::milliseconds limit) {
    shared_->stopping = true;
    ErrorCode ignored;
    for (Listener& listener : listeners_)
        listener.acceptor.close(ignored);
    group_.cancel();
    co_await group_.join();
    for (const auto& connection : connections_) {
        asio::post(connection->strand(), [connection] { connection->begin_stop(); });
    }
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!connections_.empty() && std::chrono::steady_clock::now() < deadline) {
        co_await connection_left_.wait_until(deadline);
    }
    if (!connections_.empty()) {
        shared_->log.warn("connections cut at stop", {{"count", std::to_string(connections_.size())}});
    }
    for (const auto& connection : connections_) {
        asio::post(connection->strand(), [connection] { connection->abort(); });
    }
    while (!connections_.empty())
        co_await connection_left_.wait();
}

void HttpServer::Impl::report(const std::exception_ptr& error) const {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        shared_->log.error("http server task failed", {{"error", e.what()}});
    }
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::open(
    async::Io& io, async::Pool& files, ServerOptions options, Router router, obs::Log log) {
    auto shared = std::make_shared<ServerShared>();
    shared->options = std::move(options);
    shared->router = std::move(router);
    shared->log = std::move(log);
    auto impl = std::make_shared<Impl>(io, files, std::move(shared));
    if (auto bound = impl->bind_all(); !bound) return fail(std::move(bound.error()));
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

void HttpServer::start() {
    impl_->start();
}

Task<void> HttpServer::stop(std::chrono::milliseconds limit) {
    auto impl = impl_;
    co_await async::run_on(impl->strand(), impl->stop(limit));
}

Task<Result<void>> HttpServer::reload_tls() {
    auto impl = impl_;
    co_return co_await async::run_on(impl->strand(), impl->reload());
}

const std::vector<std::uint16_t>& HttpServer::ports() const {
    return impl_->ports();
}

ServerStats HttpServer::stats() const {
    const ServerCounters& c = impl_->counters();
    return {.accepted = c.accepted,
            .refused = c.refused,
            .requests = c.requests,
            .bad_requests = c.bad_requests,
            .timeouts = c.timeouts,
            .handler_errors = c.handler_errors,
            .active = c.active};
}

}  // namespace tandem::net
