// May the peer have acted? Every place where a request can be lost, for a request that must not be sent twice and for
// one that may (delivery law 6). Where sockets leave the moment to chance, a stream made of a script stands in for
// them.
#include "core/net/client_exchange.hpp"
#include "tests/core/net/http_client_fixture.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/run_sync.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <gmock/gmock.h>

#include <cstring>
#include <deque>
#include <future>
#include <latch>

namespace tandem::net {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct StageRow {
    Stage stage;
    Cause cause;
    ErrorKind once;        // a POST
    ErrorKind repeatable;  // a GET
    bool retry_once;       // on a connection out of the pool
    bool retry_repeatable;
};

constexpr StageRow kStages[] = {
    {Stage::Unsent, Cause::Cut, ErrorKind::Transient, ErrorKind::Transient, true, true},
    {Stage::Unsent, Cause::Timeout, ErrorKind::Transient, ErrorKind::Transient, false, false},
    {Stage::Sending, Cause::Cut, ErrorKind::UnknownOutcome, ErrorKind::Transient, false, true},
    {Stage::Sending, Cause::Timeout, ErrorKind::UnknownOutcome, ErrorKind::Transient, false, false},
    {Stage::Waiting, Cause::Cut, ErrorKind::UnknownOutcome, ErrorKind::Transient, false, true},
    {Stage::Waiting, Cause::Timeout, ErrorKind::UnknownOutcome, ErrorKind::Transient, false, false},
    {Stage::Head, Cause::Cut, ErrorKind::UnknownOutcome, ErrorKind::Transient, false, false},
    {Stage::Head, Cause::Timeout, ErrorKind::UnknownOutcome, ErrorKind::Transient, false, false},
    {Stage::Head, Cause::TooLarge, ErrorKind::UnknownOutcome, ErrorKind::Rejected, false, false},
    {Stage::Head, Cause::Malformed, ErrorKind::UnknownOutcome, ErrorKind::Corrupt, false, false},
    {Stage::Body, Cause::Cut, ErrorKind::UnknownOutcome, ErrorKind::Transient, false, false},
    {Stage::Body, Cause::Timeout, ErrorKind::UnknownOutcome, ErrorKind::Transient, false, false},
    {Stage::Body, Cause::TooLarge, ErrorKind::UnknownOutcome, ErrorKind::Rejected, false, false},
    {Stage::Body, Cause::Malformed, ErrorKind::UnknownOutcome, ErrorKind::Corrupt, false, false},
};

TEST(ExchangeOutcome, FollowsFromStageAndCause) {
    for (const StageRow& row : kStages) {
        SCOPED_TRACE(testing::Message() << int(row.stage) << " " << int(row.cause));
        EXPECT_EQ(exchange_error(row.stage, row.cause, false, "x").kind, row.once);
        EXPECT_EQ(exchange_error(row.stage, row.cause, true, "x").kind, row.repeatable);
        EXPECT_EQ(may_retry_pooled(row.stage, row.cause, false), row.retry_once);
        EXPECT_EQ(may_retry_pooled(row.stage, row.cause, true), row.retry_repeatable);
    }
}

// Writes and reads as it is told.
class ScriptedStream final : public ClientStream {
public:
    explicit ScriptedStream(asio::io_context& io) : socket_(io) {}

    async::Task<Transfer> read_some(std::span<char> room) override {
        if (reads.empty()) co_return Transfer{read_end, 0};
        std::string next = std::move(reads.front());
        reads.pop_front();
        std::memcpy(room.data(), next.data(), next.size());
        co_return Transfer{{}, next.size()};
    }
    async::Task<Transfer> write(std::array<asio::const_buffer, 2>) override { co_return written; }
    Socket& socket() override { return socket_; }
    bool nothing_left(std::size_t size) const override { return !tls && size == 0; }

    Transfer written;
    std::deque<std::string> reads;
    boost::system::error_code read_end = asio::error::eof;
    bool tls = false;

private:
    Socket socket_;
};

ExchangeOutcome run_exchange(asio::io_context& io, ScriptedStream& stream, ClientClock::duration limit = 20s) {
    Watchdog watchdog(io.get_executor());
    ExchangeInput input{.head = "POST", .body = "body", .limits = {}, .limit = ClientClock::now() + limit};
    return test::run_sync(io, exchange(stream, input, watchdog));
}

TEST(Exchange, KnowsWhetherAByteHasLeft) {
    struct Case {
        std::size_t written;
        bool tls;
        Stage stage;
    };
    for (const Case& c :
         {Case{0, false, Stage::Unsent}, Case{1, false, Stage::Sending}, Case{0, true, Stage::Sending}}) {
        SCOPED_TRACE(c.written);
        asio::io_context io;
        ScriptedStream stream(io);
        stream.written = {asio::error::broken_pipe, c.written};
        stream.tls = c.tls;

        const auto outcome = run_exchange(io, stream);

        ASSERT_FALSE(outcome.response);
        EXPECT_EQ(outcome.stage, c.stage);
        EXPECT_EQ(outcome.cause, Cause::Cut);
        EXPECT_FALSE(outcome.reusable);
    }
}

TEST(Exchange, SendsNothingWhenTheTimeIsOver) {
    asio::io_context io;
    ScriptedStream stream(io);

    const auto outcome = run_exchange(io, stream, -1ms);

    ASSERT_FALSE(outcome.response);
    EXPECT_EQ(outcome.response.error().kind, ErrorKind::Transient);
    EXPECT_EQ(outcome.response.error().code, "timeout");
}

TEST(Exchange, TlsWithoutAGoodbyeIsNoEndOfABody) {
    asio::io_context io;
    ScriptedStream stream(io);
    stream.reads = {"HTTP/1.1 200 OK\r\n\r\nhalf"};
    stream.read_end = asio::error::connection_reset;

    const auto outcome = run_exchange(io, stream);

    ASSERT_FALSE(outcome.response);
    EXPECT_EQ(outcome.stage, Stage::Body);
}

// A loopback port that refuses.
class ClosedPort {
public:
    ClosedPort() {
        sockaddr_in address = test::loopback_address(0);
        socklen_t size = sizeof(address);
        if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) != 0) throw std::runtime_error("bind");
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }
    ClosedPort(const ClosedPort&) = delete;
    ClosedPort& operator=(const ClosedPort&) = delete;
    virtual ~ClosedPort() {
        for (const int filler : fillers_)
            ::close(filler);
        ::close(fd_);
    }
    // From now on a connection neither comes about nor is refused: the queue of an accept() that never comes is full.
    void fill_up() {
        ::listen(fd_, 0);
        const sockaddr_in address = test::loopback_address(port_);
        for (int i = 0; i < 4; ++i) {
            fillers_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            ::connect(fillers_.back(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
        }
    }
    std::string url() const { return "http://vendor.test:" + std::to_string(port_) + "/"; }

private:
    int fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::uint16_t port_ = 0;
    std::vector<int> fillers_;
};

class HttpClientOutcomeTest : public HttpClientTest {
protected:
    // The same failure for a request that must not be sent twice, one that may by promise, a GET, and a GET that sends.
    void expect_kinds(ErrorKind once, ErrorKind repeatable, const std::string& code, ClientRequest request) {
        request.method = "POST";
        if (request.body.empty()) request.body = "text";
        expect_kind(once, code, request);
        request.repeatable = true;
        expect_kind(repeatable, code, request);
        ClientRequest get{.url = request.url, .total = request.total, .limits = request.limits};
        expect_kind(repeatable, code, get);
        get.repeatable = false;
        expect_kind(once, code, get);
    }
    void expect_kind(ErrorKind kind, const std::string& code, const ClientRequest& request) {
        SCOPED_TRACE(request.method + (request.repeatable.value_or(false) ? " repeatable" : ""));
        const auto response = send(request);
        ASSERT_FALSE(response);
        EXPECT_EQ(to_string(response.error().kind), to_string(kind)) << response.error().text;
        EXPECT_EQ(response.error().code, code) << response.error().text;
    }
    void serve_each_kind(ScriptedPeer::Script script) { serve({script, script, script, script}); }
};

TEST_F(HttpClientOutcomeTest, NameThatIsNotKnown) {
    auto options = defaults();
    options.lookup = [](const std::string&) -> Result<std::vector<std::string>> {
        return fail(transient("no such name"));
    };
    open(options);
    expect_kinds(ErrorKind::Transient, ErrorKind::Transient, "dns", {.url = "http://vendor.test/"});
}

TEST_F(HttpClientOutcomeTest, NameWithoutAddress) {
    auto options = defaults();
    options.lookup = [](const std::string&) { return std::vector<std::string>{}; };
    open(options);
    expect_kinds(ErrorKind::Transient, ErrorKind::Transient, "dns", {.url = "http://vendor.test/"});
}

TEST_F(HttpClientOutcomeTest, NameServerThatHangs) {
    const auto done = std::make_shared<std::latch>(1);  // lookups outlive their requests
    auto options = defaults();
    options.connect = 30ms;
    options.lookup = [done](const std::string&) {
        done->wait();
        return std::vector<std::string>{"127.0.0.1"};
    };
    open(options);
    expect_kinds(ErrorKind::Transient, ErrorKind::Transient, "timeout", {.url = "http://vendor.test/"});
    done->count_down();
}

TEST_F(HttpClientOutcomeTest, ConnectionRefused) {
    const ClosedPort port;
    expect_kinds(ErrorKind::Transient, ErrorKind::Transient, "connect", {.url = port.url()});
}

TEST_F(HttpClientOutcomeTest, ConnectionThatNeverComes) {
    ClosedPort port;
    port.fill_up();
    auto options = defaults();
    options.connect = 30ms;
    open(options);
    expect_kinds(ErrorKind::Transient, ErrorKind::Transient, "timeout", {.url = port.url()});
    client_.reset();
    open();
    expect_kinds(ErrorKind::Transient, ErrorKind::Transient, "timeout", {.url = port.url(), .total = 30ms});
}

TEST_F(HttpClientOutcomeTest, ThePeersSilenceAfterTheRequest) {
    serve_each_kind([](PeerConnection& peer) {
        peer.read_request();
        peer.closed_by_client();
    });
    expect_kinds(ErrorKind::UnknownOutcome, ErrorKind::Transient, "timeout", {.url = url(), .total = 400ms});
}

TEST_F(HttpClientOutcomeTest, APeerThatDoesNotReadALongRequest) {
    const auto done = std::make_shared<std::latch>(1);  // scripts outlive the test's body
    const auto script = [done](PeerConnection& peer) {
        peer.read_bytes(10);
        done->wait();
    };
    serve({script, script});
    const ClientRequest request{
        .method = "POST", .url = url(), .body = std::string(64 * 1024 * 1024, 'x'), .total = 200ms};
    expect_kind(ErrorKind::UnknownOutcome, "timeout", request);
    auto repeatable = request;
    repeatable.repeatable = true;
    expect_kind(ErrorKind::Transient, "timeout", repeatable);
    done->count_down();
}

TEST_F(HttpClientOutcomeTest, CutWhileALongRequestIsSent) {
    const auto reset = [](PeerConnection& peer) {
        peer.read_bytes(1000);
        peer.reset();
    };
    serve({reset, reset});
    const ClientRequest request{.method = "POST", .url = url(), .body = std::string(64 * 1024 * 1024, 'x')};
    expect_kind(ErrorKind::UnknownOutcome, "cut", request);
    auto repeatable = request;
    repeatable.repeatable = true;
    expect_kind(ErrorKind::Transient, "cut", repeatable);
}

struct LossCase {
    const char* name;
    std::string sent;  // by the peer before it ends
    bool reset;        // instead of a proper end
    const char* code = "cut";
    ErrorKind repeatable = ErrorKind::Transient;
};

class HttpClientLossTest : public HttpClientOutcomeTest, public ::testing::WithParamInterface<LossCase> {};

TEST_P(HttpClientLossTest, LeavesTheOutcomeUnknown) {
    const LossCase& c = GetParam();
    serve_each_kind([&c](PeerConnection& peer) {
        peer.read_request();
        peer.send(c.sent);
        if (c.reset) return peer.reset();
        peer.finish();
        peer.closed_by_client();
    });
    expect_kinds(ErrorKind::UnknownOutcome, c.repeatable, c.code, {.url = url(), .limits = {{.body_bytes = 100}}});
}

INSTANTIATE_TEST_SUITE_P(
    AfterTheRequest,
    HttpClientLossTest,
    ::testing::Values(
        LossCase{"NothingSaid", "", false},
        LossCase{"Reset", "", true},
        LossCase{"OnlyContinue", "HTTP/1.1 100 Continue\r\n\r\n", false},
        LossCase{"InStatusLine", "HTTP/1.1 20", false},
        LossCase{"InHeaders", "HTTP/1.1 200 OK\r\nContent-Le", false},
        LossCase{"BeforeBody", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false},
        LossCase{"InBody", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", false},
        LossCase{"BodyReset", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", true},
        LossCase{"InChunkSize", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5", false},
        LossCase{"InChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", false},
        LossCase{"BeforeLastChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", false},
        LossCase{"InTrailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n", false},
        LossCase{"UntilCloseReset", "HTTP/1.1 200 OK\r\n\r\nab", true},
        LossCase{"NoHttp", "SSH-2.0-OpenSSH_9.2\r\n", false, "malformed", ErrorKind::Corrupt},
        LossCase{"BadChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", false, "malformed",
                 ErrorKind::Corrupt},
        LossCase{"UnknownCoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", false,
                 "malformed", ErrorKind::Corrupt},
        LossCase{"TwoLengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", false,
                 "malformed", ErrorKind::Corrupt},
        LossCase{"Switching", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", false, "malformed",
                 ErrorKind::Corrupt},
        LossCase{"TooLong", "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", false, "too_large", ErrorKind::Rejected}),
    [](const auto& test) { return test.param.name; });

TEST_F(HttpClientOutcomeTest, TimeOverWithinHeadAndBody) {
    for (const std::string said : {"HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"}) {
        serve_each_kind([said](PeerConnection& peer) {
            peer.read_request();
            peer.send(said);
            peer.closed_by_client();
        });
        expect_kinds(ErrorKind::UnknownOutcome, ErrorKind::Transient, "timeout", {.url = url(), .total = 400ms});
    }
}

TEST_F(HttpClientOutcomeTest, TheNextAddressIsTriedWhenOneRefuses) {
    serve({answers(ok("second"))});
    auto options = defaults();
    options.lookup = [](const std::string&) { return std::vector<std::string>{"127.0.0.2", "127.0.0.1"}; };
    open(options);

    const auto response = get(url());

    ASSERT_TRUE(response) << response.error().text;
    EXPECT_EQ(response->body, "second");
}

// Cancels a request at a place where it waits.
class HttpClientCancelTest : public HttpClientOutcomeTest {
protected:
    void start(ClientRequest request) {
        result_ = asio::co_spawn(loop_.io().strand(), client_->send(std::move(request)),
                                 asio::bind_cancellation_slot(signal_.slot(), asio::use_future));
    }
    void cancel() {
        loop_.io().post([this] { signal_.emit(asio::cancellation_type::terminal); });
    }
    void expect_cancelled() {
        ASSERT_EQ(result_.wait_for(20s), std::future_status::ready);
        try {
            result_.get();
            ADD_FAILURE() << "the task went on";
        } catch (const boost::system::system_error& error) {
            EXPECT_EQ(error.code(), asio::error::operation_aborted);
        }
    }

    asio::cancellation_signal signal_;
    std::future<Result<ClientResponse>> result_;
};

TEST_F(HttpClientCancelTest, WhileTheNameIsLookedUp) {
    const auto asked = std::make_shared<std::latch>(1), done = std::make_shared<std::latch>(1);
    auto options = defaults();
    options.lookup = [=](const std::string&) {
        asked->count_down();
        done->wait();
        return std::vector<std::string>{"127.0.0.1"};
    };
    open(options);
    start({.url = "http://vendor.test/"});
    asked->wait();
    cancel();
    expect_cancelled();
    done->count_down();
}

TEST_F(HttpClientCancelTest, WhileConnecting) {
    ClosedPort port;
    port.fill_up();
    open();
    start({.url = port.url()});
    cancel();
    expect_cancelled();
}

TEST_F(HttpClientCancelTest, WhileTheAnswerIsAwaitedAndRead) {
    for (const std::string said : {"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"}) {
        std::latch waits(1), closed(1);
        serve({[&](PeerConnection& peer) {
            peer.read_request();
            peer.send(said);
            waits.count_down();
            if (peer.closed_by_client()) closed.count_down();
        }});
        open();
        start({.method = "POST", .url = url()});
        waits.wait();
        cancel();
        expect_cancelled();
        closed.wait();
        EXPECT_EQ(client_->idle_connections(), 0U);
    }
}

TEST_F(HttpClientCancelTest, WhileTheRequestIsSent) {
    const auto waits = std::make_shared<std::latch>(1), done = std::make_shared<std::latch>(1);
    serve({[=](PeerConnection& peer) {
        peer.read_bytes(10);
        waits->count_down();
        done->wait();
    }});
    open();
    start({.method = "POST", .url = url(), .body = std::string(64 * 1024 * 1024, 'x')});
    waits->wait();
    cancel();
    expect_cancelled();
    done->count_down();
}

}  // namespace
}  // namespace tandem::net
