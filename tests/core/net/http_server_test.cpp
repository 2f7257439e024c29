#include "core/net/http_server.hpp"

#include "tests/core/net/server_fixture.hpp"

namespace tandem::net {
namespace {

using test::get;
using test::post;

TEST_F(HttpServerTest, AnswersSeveralRequestsOnOneConnection) {
    start();
    auto socket = connect();

    for (const std::string body : {"one", "", "three"}) {
        socket.send(post("/echo", body));
        const auto answer = socket.read_answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body, body);
        EXPECT_EQ(answer->header("content-type"), "application/octet-stream");
        EXPECT_FALSE(answer->header("date").empty());
    }
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
    start();
    auto socket = connect();
    std::string requests;
    for (int i = 0; i < 200; ++i)
        requests += post("/echo", std::to_string(i));

    socket.send(requests);

    for (int i = 0; i < 200; ++i) {
        const auto answer = socket.read_answer();
        ASSERT_TRUE(answer) << i;
        EXPECT_EQ(answer->body, std::to_string(i));
    }
}

TEST_F(HttpServerTest, BytesMayArriveOneByOne) {
    start();
    auto socket = connect();
    for (const char byte : post("/echo", "slowly"))
        socket.send(std::string_view(&byte, 1));

    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "slowly");
}

TEST_F(HttpServerTest, ChunkedBodiesArePutTogether) {
    start();
    auto socket = connect();
    socket.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "abcde");
}

TEST_F(HttpServerTest, LargeBodiesComeBackWhole) {
    start();
    auto socket = connect();
    std::string body(3'000'000, '\0');
    for (std::size_t i = 0; i < body.size(); ++i)
        body[i] = static_cast<char>(i % 251);
    std::thread sender([&] { socket.send(post("/echo", body)); });

    const auto answer = socket.read_answer();
    sender.join();
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->body == body);
}

TEST_F(HttpServerTest, ExpectContinueGetsItsGo) {
    start();
    auto socket = connect();
    socket.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    const auto go = socket.read_answer();
    ASSERT_TRUE(go);
    EXPECT_EQ(go->status, 100);

    socket.send("ok");

    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "ok");
}

TEST_F(HttpServerTest, ExpectContinueWithATooLargeBodyIsRefusedBeforeItIsSent) {
    auto options = local();
    options.limits.body_bytes = 10;
    start(options);
    auto socket = connect();
    socket.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");

    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 413);
}

TEST_F(HttpServerTest, HeadHasTheHeadersOfGetAndNoBody) {
    start();
    auto socket = connect();
    socket.send("HEAD /hello/anna HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello/bea"));

    const auto head = socket.read_answer(true);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->header("content-length"), "4");
    const auto next = socket.read_answer();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->body, "bea");
}

struct StatusCase {
    const char* request;
    int status;
    const char* allow;
};

TEST_F(HttpServerTest, AnswersWhatHasNoHandler) {
    start();
    const std::vector<StatusCase> cases{
        {"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404, ""},
        {"DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n", 405, "POST, OPTIONS"},
        {"OPTIONS /hello/x HTTP/1.1\r\nHost: a\r\n\r\n", 204, "GET, HEAD, OPTIONS"},
        {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204, "POST, GET, HEAD, OPTIONS"},
        {"TRACE /echo HTTP/1.1\r\nHost: a\r\n\r\n", 405, "POST, OPTIONS"},
        {"GET /throws HTTP/1.1\r\nHost: a\r\n\r\n", 500, ""},
        {"nonsense\r\n\r\n", 400, ""},
    };
    for (const StatusCase& c : cases) {
        SCOPED_TRACE(c.request);
        auto socket = connect();
        socket.send(c.request);
        const auto answer = socket.read_answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, c.status);
        EXPECT_EQ(answer->header("allow"), c.allow);
        if (c.status >= 400) {
            EXPECT_EQ(answer->header("content-type"), "application/problem+json");
        }
    }
}

TEST_F(HttpServerTest, WhatAHandlerThrowsIsLoggedAndNotShown) {
    std::string lines;
    start(local(), obs::Log::to([&lines](std::string_view line) { lines += line; }, obs::Level::Warn, false));
    auto socket = connect();
    socket.send(get("/throws"));

    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body.find("broken handler"), std::string::npos);
    stop(std::chrono::seconds(1));
    EXPECT_NE(lines.find("broken handler"), std::string::npos);
    EXPECT_EQ(server_->stats().handler_errors, 1U);
}

TEST_F(HttpServerTest, ClosesWhenTheHandlerOrTheClientSaysSo) {
    start();
    for (const std::string& request :
         std::vector<std::string>{get("/bye"), "GET /hello/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                                  "GET /hello/a HTTP/1.0\r\n\r\n"}) {
        SCOPED_TRACE(request);
        auto socket = connect();
        socket.send(request);
        const auto answer = socket.read_answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->header("connection"), "close");
        EXPECT_TRUE(socket.closed());
    }
}

TEST_F(HttpServerTest, ABadRequestIsAnsweredAlthoughItsBodyIsNotRead) {
    auto options = local();
    options.limits.body_bytes = 1'000;
    start(options);
    auto socket = connect();
    socket.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n" + std::string(500'000, 'x'));

    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 413);
}

TEST_F(HttpServerTest, StreamsAreChunkedAndTheConnectionIsKept) {
    start();
    auto socket = connect();
    socket.send(get("/ticks?3") + get("/ticks?0") + get("/hello/after"));

    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("transfer-encoding"), "chunked");
    EXPECT_EQ(answer->body, "data: 0\n\ndata: 1\n\ndata: 2\n\n");
    EXPECT_EQ(socket.read_answer()->body, "");
    EXPECT_EQ(socket.read_answer()->body, "after");
}

TEST_F(HttpServerTest, StreamsToOldClientsEndWithTheConnection) {
    start();
    auto socket = connect();
    socket.send("GET /ticks?2 HTTP/1.0\r\n\r\n");

    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("transfer-encoding"), "");
    EXPECT_EQ(answer->body, "data: 0\n\ndata: 1\n\n");
}

TEST_F(HttpServerTest, AStreamWaitsForASlowReaderAndEndsWhenHeLeaves) {
    start();
    {
        auto socket = connect();
        socket.send(get("/flood"));
        ASSERT_TRUE(socket.read_head());
        // The socket buffers fill, then the handler has to wait: its count stops rising.
        int seen = -1;
        ASSERT_TRUE(becomes([&] { return flooded_ > 0 && seen == std::exchange(seen, flooded_.load()); }));
        EXPECT_LT(flooded_ * 64, 64 * 1024);
    }
    EXPECT_TRUE(becomes([&] { return flood_ended_.load(); }));
}

TEST_F(HttpServerTest, CountsWhatHappens) {
    start();
    {
        auto socket = connect();
        socket.send(get("/hello/a"));
        socket.read_answer();
        EXPECT_EQ(server_->stats().active, 1U);
        socket.send("rubbish\r\n\r\n");
        socket.read_answer();
    }
    EXPECT_TRUE(becomes([&] { return server_->stats().active == 0; }));
    const ServerStats stats = server_->stats();
    EXPECT_EQ(stats.accepted, 1U);
    EXPECT_EQ(stats.requests, 1U);
    EXPECT_EQ(stats.bad_requests, 1U);
}

TEST_F(HttpServerTest, OpenTellsWhichAddressCannotBeUsed) {
    start();
    auto options = local();
    options.listen[0].port = port();
    const auto second = HttpServer::open(loop_.io(), files_, options, Router(), {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::Config);
    EXPECT_NE(second.error().text.find("127.0.0.1:" + std::to_string(port())), std::string::npos);
}

TEST(ParseListen, ReadsAddresses) {
    struct Case {
        const char* text;
        const char* address;  // nullptr: refused
        int port;
    };
    for (const Case& c : std::vector<Case>{{"127.0.0.1:8080", "127.0.0.1", 8080},
                                           {"[::1]:0", "::1", 0},
                                           {":80", "::", 80},
                                           {"[::]:443", "::", 443},
                                           {"127.0.0.1", nullptr, 0},
                                           {"localhost:80", nullptr, 0},
                                           {"127.0.0.1:", nullptr, 0},
                                           {"127.0.0.1:65536", nullptr, 0},
                                           {"127.0.0.1:8x", nullptr, 0},
                                           {"::1:80", nullptr, 0},
                                           {"", nullptr, 0}}) {
        SCOPED_TRACE(c.text);
        const auto parsed = parse_listen(c.text);
        ASSERT_EQ(parsed.has_value(), c.address != nullptr);
        if (!parsed) continue;
        EXPECT_EQ(parsed->address, c.address);
        EXPECT_EQ(parsed->port, c.port);
    }
}

}  // namespace
}  // namespace tandem::net
