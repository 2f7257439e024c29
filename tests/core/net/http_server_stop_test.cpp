// Stopping while connections are in every state.
#include "tests/core/net/server_fixture.hpp"

namespace tandem::net {
namespace {

using namespace std::chrono_literals;
using test::get;

TEST_F(HttpServerTest, StopClosesIdleConnectionsAtOnce) {
    start();
    auto fresh = connect();
    auto used = connect();
    used.send(get("/hello/a"));
    ASSERT_TRUE(used.read_answer());
    ASSERT_TRUE(becomes([&] { return server_->stats().active == 2; }));

    const auto begun = std::chrono::steady_clock::now();
    stop(20s);

    EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
    EXPECT_TRUE(fresh.closed());
    EXPECT_TRUE(used.closed());
    EXPECT_THROW(connect(), std::runtime_error);
}

TEST_F(HttpServerTest, StopLetsARunningRequestEnd) {
    start();
    auto socket = connect();
    socket.send(get("/waits"));
    ASSERT_TRUE(becomes([&] { return waiting_ == 1; }));
    std::thread stopper([&] { stop(20s); });
    open_gate_ = true;

    const auto answer = socket.read_answer();
    stopper.join();

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "done");
}

TEST_F(HttpServerTest, StopCutsARequestThatTakesTooLong) {
    start();
    auto socket = connect();
    socket.send(get("/sleeps"));
    ASSERT_TRUE(becomes([&] { return sleeping_ == 1; }));

    stop(30ms);

    EXPECT_EQ(server_->stats().active, 0U);
    EXPECT_TRUE(socket.closed());
}

TEST_F(HttpServerTest, StopEndsStreamsProperly) {
    start();
    auto socket = connect();
    socket.send(get("/feed"));
    ASSERT_TRUE(socket.read_head());
    EXPECT_EQ(socket.read_chunk(), "data: first\n\n");
    ASSERT_TRUE(becomes([&] { return sleeping_ == 1; }));

    const auto begun = std::chrono::steady_clock::now();
    stop(20s);

    EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
    EXPECT_EQ(socket.read_chunk(), std::nullopt);
    EXPECT_TRUE(socket.last_chunk_seen);
}

TEST_F(HttpServerTest, StopInTheMiddleOfARequestIsBoundedByItsLimit) {
    start();
    auto socket = connect();
    socket.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    ASSERT_TRUE(becomes([&] { return server_->stats().active == 1; }));

    stop(30ms);

    EXPECT_EQ(server_->stats().active, 0U);
}

TEST_F(HttpServerTest, SecondStopDoesNothing) {
    start();
    stop(1s);
    stop(1s);
    EXPECT_EQ(server_->stats().active, 0U);
}

TEST_F(HttpServerTest, AServerThatWasNeverStartedCanBeStopped) {
    auto opened = HttpServer::open(loop_.io(), files_, local(), Router(), {});
    ASSERT_TRUE(opened);
    loop_.run((*opened)->stop(1s));
}

}  // namespace
}  // namespace tandem::net
