// Slow and greedy clients. The limits are short, the clients simply do not go on; nothing here sleeps.
#include "tests/core/net/server_fixture.hpp"

namespace tandem::net {
namespace {

using namespace std::chrono_literals;
using test::get;
using test::post;

TEST_F(HttpServerTest, AHeaderThatDoesNotEndIsAnswered408) {
    auto options = local();
    options.timeouts.header = 60ms;
    start(options);
    auto socket = connect();
    socket.send("GET /hello/a HTTP/1.1\r\nHost: a\r\n");

    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408);
    EXPECT_TRUE(socket.closed());
    EXPECT_GE(server_->stats().timeouts, 1U);
}

// Slowloris: every byte comes in time, the header as a whole does not.
TEST_F(HttpServerTest, TheHeaderLimitIsNotRenewedByEachByte) {
    auto options = local();
    options.timeouts.header = 150ms;
    start(options);
    auto socket = connect();
    const auto begun = std::chrono::steady_clock::now();
    ASSERT_TRUE(socket.send("GET / HTTP/1.1\r\nHost: a\r\n"));

    std::atomic<bool> answered{false};
    std::thread drip([&] {
        while (!answered && socket.send("X: y\r\n")) {
            const auto next = std::chrono::steady_clock::now() + 10ms;
            while (!answered && std::chrono::steady_clock::now() < next)
                std::this_thread::yield();
        }
    });
    const auto answer = socket.read_answer();
    answered = true;
    drip.join();

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408);
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 140ms);
}

TEST_F(HttpServerTest, ABodyThatDoesNotEndIsAnswered408) {
    auto options = local();
    options.timeouts.body = 60ms;
    start(options);
    auto socket = connect();
    socket.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");

    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408);
}

TEST_F(HttpServerTest, ASilentNewConnectionIsClosedAfterTheHeaderLimit) {
    auto options = local();
    options.timeouts.header = 60ms;
    start(options);
    auto socket = connect();
    EXPECT_TRUE(socket.closed());
}

TEST_F(HttpServerTest, AnIdleConnectionIsClosedSilently) {
    auto options = local();
    options.timeouts.idle = 60ms;
    start(options);
    auto socket = connect();
    socket.send(get("/hello/a"));
    ASSERT_TRUE(socket.read_answer());
    EXPECT_TRUE(socket.closed());
}

TEST_F(HttpServerTest, AHandlerThatIsTooSlowIsCancelledAndAnswered503) {
    auto options = local();
    options.timeouts.handler = 60ms;
    start(options);
    auto socket = connect();
    socket.send(get("/sleeps"));

    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_FALSE(answer->header("retry-after").empty());
}

TEST_F(HttpServerTest, AReaderThatDoesNotReadIsLetGo) {
    auto options = local();
    options.timeouts.write = 100ms;
    start(options);
    auto socket = connect();
    socket.send(get("/flood"));
    EXPECT_TRUE(becomes([&] { return flood_ended_.load(); }));
    EXPECT_TRUE(becomes([&] { return server_->stats().active == 0; }));
}

TEST_F(HttpServerTest, ConnectionsAboveTheLimitGet503) {
    auto options = local();
    options.max_connections = 2;
    start(options);
    auto first = connect();
    auto second = connect();
    ASSERT_TRUE(becomes([&] { return server_->stats().active == 2; }));

    auto third = connect();
    const auto answer = third.read_answer();

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_FALSE(answer->header("retry-after").empty());
    EXPECT_TRUE(third.closed());
    EXPECT_EQ(server_->stats().refused, 1U);
    first.send(get("/hello/still"));
    EXPECT_EQ(first.read_answer()->body, "still");
}

TEST_F(HttpServerTest, TooLongHeadersAre431) {
    auto options = local();
    options.limits.header_bytes = 1'000;
    start(options);
    auto socket = connect();
    socket.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(2'000, 'x') + "\r\n\r\n");
    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 431);
}

}  // namespace
}  // namespace tandem::net
