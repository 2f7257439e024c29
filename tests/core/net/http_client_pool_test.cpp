#include "tests/core/net/http_client_fixture.hpp"

#include <boost/asio/co_spawn.hpp>

#include <future>
#include <latch>

namespace tandem::net {
namespace {

using namespace std::chrono_literals;

// Answers each request, until the client closes.
void keeps_answering(PeerConnection& peer, int requests) {
    for (int i = 0; i < requests; ++i) {
        peer.read_request();
        peer.send(ok(std::to_string(i)));
    }
    if (!peer.closed_by_client()) throw std::runtime_error("more requests than expected");
}

TEST_F(HttpClientTest, OneConnectionServesManyRequests) {
    serve({[](PeerConnection& peer) { keeps_answering(peer, 20); }});

    for (int i = 0; i < 20; ++i) {
        const auto response = send({.method = i % 2 == 0 ? "GET" : "POST", .url = url()});
        ASSERT_TRUE(response) << response.error().text;
        EXPECT_EQ(response->body, std::to_string(i));
        EXPECT_EQ(client_->idle_connections(), 1U);
    }
    EXPECT_EQ(peer_->connections(), 1);
}

TEST_F(HttpClientTest, CopiesShareConnections) {
    serve({[](PeerConnection& peer) { keeps_answering(peer, 2); }});
    open();
    {
        const HttpClient copy = *client_;
        EXPECT_TRUE(loop_.run(copy.send({.url = url()})));
    }
    EXPECT_TRUE(get(url()));
}

struct CloseCase {
    const char* name;
    const char* method;
    std::string answer;
};

class HttpClientCloseTest : public HttpClientTest, public ::testing::WithParamInterface<CloseCase> {};

TEST_P(HttpClientCloseTest, IsNotUsedAgain) {
    const auto script = [](PeerConnection& peer) {
        peer.read_request();
        peer.send(GetParam().answer);
        if (!peer.closed_by_client()) throw std::runtime_error("used again");
    };
    serve({script, script});

    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(send({.method = GetParam().method, .url = url()}));
        EXPECT_EQ(client_->idle_connections(), 0U);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Connections,
    HttpClientCloseTest,
    ::testing::Values(CloseCase{"Close", "GET", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
                      CloseCase{"Http10", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"},
                      CloseCase{"BytesBehindTheAnswer", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore"},
                      CloseCase{"BodyToHead", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"},
                      CloseCase{
                          "ChunkedByHttp10", "GET",
                          "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}),
    [](const auto& test) { return test.param.name; });

TEST_F(HttpClientTest, Http10MayKeepTheConnection) {
    serve({[](PeerConnection& peer) {
        for (int i = 0; i < 2; ++i) {
            peer.read_request();
            peer.send("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n");
        }
    }});
    EXPECT_TRUE(get(url()));
    EXPECT_TRUE(get(url()));
}

TEST_F(HttpClientTest, WithoutAPoolTheConnectionIsAnnouncedToClose) {
    std::string seen;
    serve({[&](PeerConnection& peer) {
        seen = peer.read_request();
        peer.send(ok(""));
        if (!peer.closed_by_client()) throw std::runtime_error("used again");
    }});
    auto options = defaults();
    options.idle_per_origin = 0;
    open(options);

    EXPECT_TRUE(get(url()));
    EXPECT_NE(seen.find("\r\nConnection: close\r\n"), std::string::npos);
}

// What the peer closed while nobody used it is found out before a request is sent: also for a POST.
TEST_F(HttpClientTest, AConnectionClosedMeanwhileIsReplaced) {
    for (const bool says_something : {false, true}) {
        std::latch closed(1);
        serve({[&](PeerConnection& peer) {
                   peer.read_request();
                   peer.send(ok("first"));
                   if (says_something) peer.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
                   peer.finish();
                   closed.count_down();
                   if (!peer.closed_by_client()) throw std::runtime_error("used again");
               },
               answers(ok("second"))});
        ASSERT_TRUE(get(url()));
        closed.wait();

        const auto response = send({.method = "POST", .url = url()});

        ASSERT_TRUE(response) << response.error().text;
        EXPECT_EQ(response->body, "second");
        client_.reset();
    }
}

// Reads a second request on the same connection and ends it without an answer.
void dies_at_the_second(PeerConnection& peer, bool reset) {
    peer.read_request();
    peer.send(ok("first"));
    peer.read_request();
    if (reset) peer.reset();
}

class HttpClientStaleTest : public HttpClientTest, public ::testing::WithParamInterface<bool> {};

TEST_P(HttpClientStaleTest, APostIsNotRepeated) {
    serve({[](PeerConnection& peer) { dies_at_the_second(peer, GetParam()); }});
    ASSERT_TRUE(get(url()));

    const auto response = send({.method = "POST", .url = url(), .body = "x"});

    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, ErrorKind::UnknownOutcome);
    EXPECT_EQ(peer_->connections(), 1);
}

TEST_P(HttpClientStaleTest, WhatMayBeRepeatedIsRepeatedOnce) {
    for (const bool get_it : {true, false}) {
        serve({[](PeerConnection& peer) { dies_at_the_second(peer, GetParam()); },
               [](PeerConnection& peer) {
                   peer.read_request();
                   peer.send(ok("again"));
                   if (!peer.closed_by_client()) throw std::runtime_error("used again");
               }});
        ASSERT_TRUE(get(url()));

        const auto response = send({.method = get_it ? "GET" : "POST",
                                    .url = url(),
                                    .repeatable = get_it ? std::nullopt : std::optional(true)});

        ASSERT_TRUE(response) << response.error().text;
        EXPECT_EQ(response->body, "again");
        EXPECT_EQ(peer_->connections(), 2);
        client_.reset();
    }
}

TEST_P(HttpClientStaleTest, ButNotTwice) {
    serve({[](PeerConnection& peer) { dies_at_the_second(peer, GetParam()); },
           [](PeerConnection& peer) { peer.read_request(); }});
    ASSERT_TRUE(get(url()));

    const auto response = get(url());

    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, ErrorKind::Transient);
    EXPECT_EQ(peer_->connections(), 2);
}

INSTANTIATE_TEST_SUITE_P(Ends, HttpClientStaleTest, ::testing::Bool(), [](const auto& test) {
    return test.param ? "Reset" : "Closed";
});

TEST_F(HttpClientTest, AnAnswerThatBreaksOffIsNotRepeated) {
    serve({[](PeerConnection& peer) {
        peer.read_request();
        peer.send(ok("first"));
        peer.read_request();
        peer.send("HTTP/1.1 200");
    }});
    ASSERT_TRUE(get(url()));

    EXPECT_FALSE(get(url()));
    EXPECT_EQ(peer_->connections(), 1);
}

TEST_F(HttpClientTest, IdleConnectionsAreClosedInTime) {
    std::latch closed(1);
    serve({[&](PeerConnection& peer) {
        keeps_answering(peer, 1);
        closed.count_down();
    }});
    auto options = defaults();
    options.idle_time = 20ms;
    open(options);

    ASSERT_TRUE(get(url()));

    closed.wait();
    EXPECT_EQ(client_->idle_connections(), 0U);
}

struct BoundCase {
    const char* name;
    std::size_t per_origin, all, kept;
};

class HttpClientBoundTest : public HttpClientTest, public ::testing::WithParamInterface<BoundCase> {};

TEST_P(HttpClientBoundTest, OnlySoManyStayOpen) {
    const BoundCase& c = GetParam();
    std::latch all_asked(6);
    serve(std::vector<ScriptedPeer::Script>(6, [&](PeerConnection& peer) {
        peer.read_request();
        all_asked.arrive_and_wait();
        peer.send(ok(""));
        peer.closed_by_client();
    }));
    auto options = defaults();
    options.idle_per_origin = c.per_origin;
    options.idle_connections = c.all;
    open(options);

    std::vector<std::future<Result<ClientResponse>>> answers;
    for (int i = 0; i < 6; ++i) {
        answers.push_back(
            boost::asio::co_spawn(loop_.io().strand(), client_->send({.url = url()}), boost::asio::use_future));
    }

    for (auto& answer : answers)
        EXPECT_TRUE(answer.get());
    EXPECT_EQ(client_->idle_connections(), c.kept);
}

INSTANTIATE_TEST_SUITE_P(Pool,
                         HttpClientBoundTest,
                         ::testing::Values(BoundCase{"PerOrigin", 2, 64, 2},
                                           BoundCase{"All", 64, 3, 3},
                                           BoundCase{"None", 0, 64, 0}),
                         [](const auto& test) { return test.param.name; });

TEST_F(HttpClientTest, ConnectionsOfOtherOriginsAndWithoutTheAddressCheckAreNotUsed) {
    serve({[](PeerConnection& peer) { keeps_answering(peer, 1); },
           [](PeerConnection& peer) { keeps_answering(peer, 1); }});
    ASSERT_TRUE(get(url()));

    ASSERT_TRUE(get("http://other.test:" + std::to_string(peer_->port()) + "/"));
    const auto checked = send({.url = url(), .public_addresses_only = true});

    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, "address");
    EXPECT_EQ(peer_->connections(), 2);
}

// Several io threads, every caller on a strand of its own, connections wandering between them.
TEST(HttpClientThreads, ShareOneClient) {
    test::LoopThread loop(4);
    async::Pool names("names", 2);
    ScriptedPeer peer(std::vector<ScriptedPeer::Script>(64, [](PeerConnection& connection) {
        try {
            for (;;) {
                const auto request = connection.read_request();
                connection.send(ok(request.substr(request.find("\r\n\r\n") + 4)));
            }
        } catch (const std::exception&) {  // the client has enough
        }
    }));
    HttpClientOptions options;
    options.lookup = [](const std::string&) { return std::vector<std::string>{"127.0.0.1"}; };
    auto client = HttpClient::open(loop.io().executor(), names, options);
    ASSERT_TRUE(client);
    const auto work = [](HttpClient http, std::string url, int caller) -> async::Task<int> {
        int good = 0;
        for (int i = 0; i < 40; ++i) {
            const std::string body = std::to_string(caller * 1000 + i);
            const auto response = co_await http.send({.method = "POST", .url = url, .body = body});
            if (response && response->body == body) ++good;
        }
        co_return good;
    };

    std::vector<std::future<int>> callers;
    for (int i = 0; i < 12; ++i) {
        callers.push_back(boost::asio::co_spawn(
            loop.io().strand(), work(*client, "http://vendor.test:" + std::to_string(peer.port()) + "/", i),
            boost::asio::use_future));
    }
    for (auto& caller : callers)
        EXPECT_EQ(caller.get(), 40);
    EXPECT_LE(peer.connections(), 64);
}

}  // namespace
}  // namespace tandem::net
