// What happens on a connection, the same over plain and TLS streams: requests are read, handled and answered in turn.
#include "core/net/connection.hpp"
#include "core/net/fallback.hpp"
#include "core/net/response_writer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <array>
#include <iterator>
#include <optional>

namespace tandem::net {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using async::Task;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kJoinedBody = 16 * 1024;  // smaller bodies are copied behind their head: one buffer, one packet

struct PlainStream {
    explicit PlainStream(Socket socket) : stream(std::move(socket)) {}
    static constexpr bool kSecure = false;
    Socket& lowest() { return stream; }
    Socket stream;
};

struct TlsStream {
    TlsStream(Socket socket, TlsContext given) : context(std::move(given)), stream(std::move(socket), *context) {}
    static constexpr bool kSecure = true;
    Socket& lowest() { return stream.next_layer(); }
    TlsContext context;
    asio::ssl::stream<Socket> stream;
};

std::string address_text(const Socket& socket) {
    ErrorCode error;
    auto address = socket.remote_endpoint(error).address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
}

template <class Stream>
class ConnectionOn final : public Connection, private ResponseStream {
public:
    template <class... Arguments>
    ConnectionOn(std::shared_ptr<ServerShared> shared, async::Executor strand, Arguments&&... arguments)
        : Connection(std::move(strand), std::move(shared)),
          stream_(std::forward<Arguments>(arguments)...),
          reader_(shared_->options.limits) {}

    Task<void> run() override;

private:
    Socket& socket() override { return stream_.lowest(); }
    const ServerTimeouts& timeouts() const { return shared_->options.timeouts; }

    Task<bool> handshake();
    Task<bool> read_request();
    Task<bool> serve(HttpRequest request);
    Task<HttpReply> call_handler(HttpRequest request);
    Task<bool> send(const HttpResponse& response, bool head_only);
    Task<bool> send_stream(const StreamingResponse& response, bool head_only);
    Task<void> run_stream_body(const StreamingResponse& response, bool& failed);
    Task<bool> write(std::string chunk) override;
    Task<bool> send_bytes(std::array<asio::const_buffer, 2> buffers);
    Task<void> refuse(const HttpResponse& response);
    Task<void> linger();
    Task<void> say_goodbye();
    ResponseHead head_of(int status, std::string_view content_type, const std::vector<Header>& headers) const;
    void close();

    Stream stream_;
    RequestReader reader_;
    std::string peer_;
    std::string out_;  // head (and small body) of the response being written; its memory is reused
    bool keep_alive_ = true;
    bool chunked_ = false;  // of the streaming response being written
    bool broken_ = false;   // nothing more can be written
};

template <class Stream>
Task<void> ConnectionOn<Stream>::run() {
    // Cancellation is for handlers only; the connection itself is ended by closing its socket.
    co_await asio::this_coro::throw_if_cancelled(false);
    peer_ = address_text(socket());
    if (co_await handshake()) {
        enter(Phase::Fresh, timeouts().header);  // a connection that has asked nothing yet gets no idle time
        while (co_await read_request()) {
            ++shared_->counters.requests;
            HttpRequest request = reader_.take();
            if (!co_await serve(std::move(request))) break;
            enter(reader_.started() ? Phase::Header : Phase::Idle,
                  reader_.started() ? timeouts().header : timeouts().idle);
            if (shared_->stopping) break;
        }
    }
    co_await linger();
    co_await say_goodbye();
    close();
}

template <class Stream>
Task<bool> ConnectionOn<Stream>::handshake() {
    if constexpr (Stream::kSecure) {
        enter(Phase::Handshake, timeouts().header);
        auto [error] = co_await stream_.stream.async_handshake(asio::ssl::stream_base::server, kTuple);
        if (error) broken_ = true;
        if (error) shared_->log.debug("tls handshake failed", {{"peer", peer_}, {"error", error.message()}});
        co_return !error;
    }
    co_return true;
}

// False when there is no further request; a bad or late one has been answered.
template <class Stream>
Task<bool> ConnectionOn<Stream>::read_request() {
    for (;;) {
        const auto step = reader_.step();
        if (step == RequestReader::Step::Complete) co_return true;
        if (step == RequestReader::Step::Failed) {
            ++shared_->counters.bad_requests;
            co_await refuse(reader_.failure());
            co_return false;
        }
        if (reader_.header_done() && phase_ != Phase::Body) enter(Phase::Body, timeouts().body);
        if (reader_.started() && (phase_ == Phase::Fresh || phase_ == Phase::Idle)) {
            enter(Phase::Header, timeouts().header);
        }
        if (reader_.take_expect_continue()) {
            static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
            if (!co_await send_bytes({asio::buffer(kContinue), {}})) co_return false;
        }
        const auto room = reader_.prepare();
        auto [error, size] = co_await stream_.stream.async_read_some(asio::buffer(room.data(), room.size()), kTuple);
        if (error) {
            const bool slow = late_ && !aborted_ && (phase_ == Phase::Header || phase_ == Phase::Body);
            if (slow) co_await refuse(problem(408, "the request did not arrive in time"));
            co_return false;
        }
        reader_.commit(size);
    }
}

// False when the connection has to be closed.
template <class Stream>
Task<bool> ConnectionOn<Stream>::serve(HttpRequest request) {
    request.peer = peer_;
    request.secure = Stream::kSecure;
    const bool head_only = request.method == "HEAD";
    enter(Phase::Handling, timeouts().handler);
    HttpReply reply = co_await call_handler(std::move(request));
    keep_alive_ = reader_.keep_alive() && !shared_->stopping && !aborted_;
    if (auto* plain = std::get_if<HttpResponse>(&reply)) {
        if (plain->close) keep_alive_ = false;
        co_return co_await send(*plain, head_only) && keep_alive_;
    }
    co_return co_await send_stream(std::get<StreamingResponse>(reply), head_only) && keep_alive_;
}

template <class Stream>
Task<HttpReply> ConnectionOn<Stream>::call_handler(HttpRequest request) {
    Router::Match match = shared_->router.find(request.method, request.path());
    if (match.route == nullptr) co_return no_route(shared_->router, match, request);

    std::string failure;
    std::optional<HttpReply> reply;
    co_await asio::this_coro::throw_if_cancelled(true);
    try {
        reply = co_await match.route->handler(std::move(request), std::move(match.parameters));
    } catch (const std::exception& error) {
        failure = error.what();
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    const bool cancelled = late_ || aborted_;
    // Also when the handler has answered after all: the next one must not find itself cancelled.
    if (cancelled) co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    if (reply) co_return std::move(*reply);

    ++shared_->counters.handler_errors;
    shared_->log.error(cancelled ? "handler was too slow" : "handler failed",
                       {{"route", match.route->pattern}, {"error", failure}});
    co_return handler_failure(cancelled);
}

template <class Stream>
ResponseHead ConnectionOn<Stream>::head_of(int status,
                                           std::string_view content_type,
                                           const std::vector<Header>& headers) const {
    return ResponseHead{.status = status,
                        .content_type = content_type,
                        .headers = &headers,
                        .keep_alive = keep_alive_,
                        .http10 = reader_.http10(),
                        .date = http_date()};
}

template <class Stream>
Task<bool> ConnectionOn<Stream>::send(const HttpResponse& response, bool head_only) {
    enter(Phase::Writing, timeouts().write);
    out_.clear();
    write_head(head_of(response.status, response.content_type, response.headers), response.body.size(), out_);
    const bool joined = response.body.size() <= kJoinedBody;
    if (joined && !head_only) out_ += response.body;
    const auto rest = joined || head_only ? asio::const_buffer() : asio::buffer(response.body);
    co_return co_await send_bytes({asio::buffer(out_), rest});
}

template <class Stream>
Task<bool> ConnectionOn<Stream>::send_stream(const StreamingResponse& response, bool head_only) {
    enter(Phase::Writing, timeouts().write);
    chunked_ = !reader_.http10();
    if (!chunked_) keep_alive_ = false;
    out_.clear();
    write_streaming_head(head_of(response.status, response.content_type, response.headers), out_);
    if (!co_await send_bytes({asio::buffer(out_), {}})) co_return false;
    if (head_only) co_return true;

    bool failed = false;
    co_await run_stream_body(response, failed);
    // Without the last chunk the client knows that the body was cut.
    if (failed || broken_ || !chunked_) co_return false;
    static constexpr std::string_view kLastChunk = "0\r\n\r\n";
    enter(Phase::Writing, timeouts().write);
    co_return co_await send_bytes({asio::buffer(kLastChunk), {}});
}

template <class Stream>
Task<void> ConnectionOn<Stream>::run_stream_body(const StreamingResponse& response, bool& failed) {
    phase_ = Phase::Streaming;
    no_deadline();
    if (shared_->stopping) co_return;
    std::string failure;
    co_await asio::this_coro::throw_if_cancelled(true);
    try {
        co_await response.body(*this);
    } catch (const std::exception& error) {
        failure = error.what();
        failed = true;
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    if (!failed) co_return;
    // Stopping is the usual reason; the body ends properly then.
    if (shared_->stopping && !aborted_) {
        failed = false;
        keep_alive_ = false;
        co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
        co_return;
    }
    ++shared_->counters.handler_errors;
    shared_->log.error("streaming handler failed", {{"peer", peer_}, {"error", failure}});
}

template <class Stream>
Task<bool> ConnectionOn<Stream>::write(std::string chunk) {
    if (broken_ || shared_->stopping) co_return false;
    if (chunk.empty()) co_return true;  // an empty chunk would end the body
    enter(Phase::Streaming, timeouts().write);
    out_.clear();
    if (chunked_) fmt::format_to(std::back_inserter(out_), "{:x}\r\n", chunk.size());
    out_ += chunk;
    if (chunked_) out_ += "\r\n";
    const bool sent = co_await send_bytes({asio::buffer(out_), {}});
    no_deadline();
    co_return sent;
}

// False when the peer has gone or does not read.
template <class Stream>
Task<bool> ConnectionOn<Stream>::send_bytes(std::array<asio::const_buffer, 2> buffers) {
    if constexpr (!Stream::kSecure) {
        // Nearly every response fits into the socket's buffer: then neither a wait nor a trip through the loop is
        // needed.
        ErrorCode error;
        const std::size_t size = stream_.stream.write_some(buffers, error);
        if (error && error != asio::error::would_block) co_return !(broken_ = true);
        if (size == buffers[0].size() + buffers[1].size()) co_return true;
        const auto first = std::min(size, buffers[0].size());
        buffers[0] += first;
        buffers[1] += size - first;
    }
    auto [error, size] = co_await asio::async_write(stream_.stream, buffers, kTuple);
    broken_ = broken_ || error;
    co_return !error;
}

template <class Stream>
Task<void> ConnectionOn<Stream>::refuse(const HttpResponse& response) {
    keep_alive_ = false;
    co_await send(response, false);
    phase_ = Phase::Lingering;
}

// Closing with unread bytes makes the system reset the connection, and the client may lose the answer that says why.
template <class Stream>
Task<void> ConnectionOn<Stream>::linger() {
    if (phase_ != Phase::Lingering || broken_ || aborted_) co_return;
    enter(Phase::Lingering, timeouts().linger);
    ErrorCode failed;
    if constexpr (!Stream::kSecure) socket().shutdown(Socket::shutdown_send, failed);
    std::array<char, 4096> sink;
    while (!failed) {
        auto [error, size] = co_await stream_.stream.async_read_some(asio::buffer(sink), kTuple);
        failed = error;
    }
}

// TLS wants to be ended, or the peer cannot tell the end from an attack that cut it.
template <class Stream>
Task<void> ConnectionOn<Stream>::say_goodbye() {
    if constexpr (Stream::kSecure) {
        if (broken_ || aborted_ || !socket().is_open()) co_return;
        enter(Phase::Lingering, timeouts().linger);
        [[maybe_unused]] auto [ignored] = co_await stream_.stream.async_shutdown(kTuple);
    }
    co_return;
}

template <class Stream>
void ConnectionOn<Stream>::close() {
    no_deadline();
    ErrorCode ignored;
    socket().shutdown(Socket::shutdown_both, ignored);
    socket().close(ignored);
}

void prepare_socket(Socket& socket) {
    ErrorCode ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);
}

}  // namespace

std::shared_ptr<Connection> make_plain_connection(Socket socket, std::shared_ptr<ServerShared> shared) {
    prepare_socket(socket);
    auto strand = socket.get_executor();
    return std::make_shared<ConnectionOn<PlainStream>>(std::move(shared), std::move(strand), std::move(socket));
}

std::shared_ptr<Connection> make_tls_connection(Socket socket,
                                                TlsContext context,
                                                std::shared_ptr<ServerShared> shared) {
    prepare_socket(socket);
    auto strand = socket.get_executor();
    return std::make_shared<ConnectionOn<TlsStream>>(std::move(shared), std::move(strand), std::move(socket),
                                                     std::move(context));
}

}  // namespace tandem::net
