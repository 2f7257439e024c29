#include "core/net/http_client.hpp"

#include "tests/core/net/http_client_fixture.hpp"

#include <gmock/gmock.h>

#include <future>
#include <random>

namespace tandem::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(HttpClientTest, SendsWhatItWasGiven) {
    std::string seen;
    serve({[&](PeerConnection& peer) {
        seen = peer.read_request();
        peer.send(ok("done", "X-Id: 7\r\n"));
    }});

    const auto response = send({.method = "POST",
                                .url = url("/v1/messages?to=%2B7&x=a b"),
                                .headers = {{"Authorization", "Bearer t"}, {"content-type", "application/json"}},
                                .body = "{\"a\":1}"});

    ASSERT_FALSE(response);  // a space is no part of a URL
    EXPECT_EQ(response.error().kind, ErrorKind::Rejected);
    const auto second = send({.method = "POST",
                              .url = url("/v1/messages?to=%2B7#fragment"),
                              .headers = {{"Authorization", "Bearer t"}, {"content-type", "application/json"}},
                              .body = "{\"a\":1}"});
    ASSERT_TRUE(second) << second.error().text;
    EXPECT_EQ(second->status, 200);
    EXPECT_EQ(second->body, "done");
    ASSERT_NE(second->header("x-id"), nullptr);
    EXPECT_EQ(*second->header("x-id"), "7");
    EXPECT_EQ(seen, "POST /v1/messages?to=%2B7 HTTP/1.1\r\nHost: vendor.test:" + std::to_string(peer_->port()) +
                        "\r\nUser-Agent: Tandem\r\nAuthorization: Bearer t\r\ncontent-type: application/json\r\n"
                        "Content-Length: 7\r\n\r\n{\"a\":1}");
}

TEST_F(HttpClientTest, TheLengthOfNoBodyIsSaidWhereItHasAMeaning) {
    std::vector<std::string> seen(4);
    serve({[&](PeerConnection& peer) {
        for (std::string& request : seen) {
            request = peer.read_request();
            peer.send("HTTP/1.1 204 No Content\r\n\r\n");
        }
    }});

    for (const std::string method : {"POST", "PUT", "GET", "DELETE"})
        ASSERT_TRUE(send({.method = method, .url = url()})) << method;

    EXPECT_THAT(seen[0], HasSubstr("\r\nContent-Length: 0\r\n"));
    EXPECT_THAT(seen[1], HasSubstr("\r\nContent-Length: 0\r\n"));
    EXPECT_THAT(seen[2], Not(HasSubstr("Content-Length")));
    EXPECT_THAT(seen[3], Not(HasSubstr("Content-Length")));
}

struct FramingCase {
    const char* name;
    const char* method;
    std::string bytes;
    int status;
    std::string body;
};

class HttpClientFramingTest : public HttpClientTest, public ::testing::WithParamInterface<FramingCase> {};

// Each in one piece, byte by byte and in random pieces: the result must not depend on the cuts.
TEST_P(HttpClientFramingTest, IsReadHoweverItIsCut) {
    const FramingCase& c = GetParam();
    std::minstd_rand random(17);
    serve({[&](PeerConnection& peer) {
               peer.read_request();
               peer.send(c.bytes);
           },
           [&](PeerConnection& peer) {
               peer.read_request();
               peer.send_in_pieces(c.bytes, 1);
           },
           [&](PeerConnection& peer) {
               peer.read_request();
               for (std::string_view rest = c.bytes; !rest.empty();) {
                   const std::size_t size = std::min<std::size_t>(1 + random() % 9, rest.size());
                   peer.send(rest.substr(0, size));
                   rest.remove_prefix(size);
               }
           }});
    auto options = defaults();
    options.idle_per_origin = 0;
    open(options);

    for (int i = 0; i < 3; ++i) {
        SCOPED_TRACE(i);
        const auto response = send({.method = c.method, .url = url()});
        ASSERT_TRUE(response) << response.error().text;
        EXPECT_EQ(response->status, c.status);
        EXPECT_EQ(response->body, c.body);
        EXPECT_FALSE(response->truncated);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Responses,
    HttpClientFramingTest,
    ::testing::Values(
        FramingCase{"Length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, "abc"},
        FramingCase{"NoReason", "GET", "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", 404, ""},
        FramingCase{"Chunked", "GET",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1a;x=y\r\n"
                    "abcdefghijklmnopqrstuvwxyz\r\n0\r\nX-Trailer: 1\r\n\r\n",
                    200, "abcabcdefghijklmnopqrstuvwxyz"},
        FramingCase{"UntilClose", "GET", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it", 200, "all of it"},
        FramingCase{"Http10", "GET", "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold\r\n", 200, "old\r\n"},
        FramingCase{"Http10Length", "GET", "HTTP/1.0 500 Bad\r\nContent-Length: 2\r\n\r\nno", 500, "no"},
        FramingCase{"Http10ClosedWithoutBody", "POST", "HTTP/1.0 200 OK\r\n\r\n", 200, ""},
        FramingCase{"NoContent", "POST", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, ""},
        FramingCase{"NotModified", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, ""},
        FramingCase{"Head", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", 200, ""},
        FramingCase{"HeadChunked", "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, ""},
        FramingCase{"Continue", "POST",
                    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                    "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nid",
                    201, "id"},
        FramingCase{"Redirect", "GET", "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 302, ""}),
    [](const auto& test) { return test.param.name; });

TEST_F(HttpClientTest, TrailersDoNotPoseAsHeaders) {
    serve({answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Signature: forged\r\n\r\n")});

    const auto response = get(url());

    ASSERT_TRUE(response);
    EXPECT_EQ(response->header("X-Signature"), nullptr);
}

std::string pattern(std::size_t size) {
    std::string body(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        body[i] = static_cast<char>(i * 31 % 251);
    return body;
}

TEST_F(HttpClientTest, TenMebibytesComeBackWholeAndOneByteMoreIsAnError) {
    const std::string body = pattern(10 * 1024 * 1024);
    const auto chunked = [](std::string_view bytes) {
        std::string out = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (std::size_t at = 0; at < bytes.size(); at += 100'000) {
            const auto piece = bytes.substr(at, 100'000);
            char line[20];
            std::snprintf(line, sizeof(line), "%zx\r\n", piece.size());
            out.append(line).append(piece).append("\r\n");
        }
        return out + "0\r\n\r\n";
    };
    const auto serves = [](std::string text) {
        return [text = std::move(text)](PeerConnection& peer) {
            peer.read_request();
            peer.send_in_pieces(text, 12'345);
        };
    };
    serve({serves(ok(body, "Connection: close\r\n")), serves(chunked(body) + "x"), serves(ok(body + "x")),
           serves(chunked(body + "x")), serves("HTTP/1.0 200 OK\r\n\r\n" + body + "x")});

    for (int i = 0; i < 2; ++i) {
        const auto response = get(url());
        ASSERT_TRUE(response) << response.error().text;
        EXPECT_TRUE(response->body == body);
    }
    for (int i = 0; i < 3; ++i) {
        const auto response = get(url());
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().kind, ErrorKind::Rejected);
        EXPECT_EQ(response.error().code, "too_large");
        EXPECT_THAT(response.error().text, HasSubstr("longer than 10485760 bytes"));
    }
}

TEST_F(HttpClientTest, ALongBodyIsCutOnlyWhenAskedFor) {
    serve({answers(ok("0123456789")),
           answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n567"),
           answers("HTTP/1.0 200 OK\r\n\r\n0123456789"),
           answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n5"),
           answers(ok("0123456"))});
    const ResponseLimits limits{.body_bytes = 7, .truncate_body = true};

    for (int i = 0; i < 3; ++i) {
        const auto response = send({.url = url(), .limits = limits});
        ASSERT_TRUE(response) << response.error().text;
        EXPECT_EQ(response->body, "0123456");
        EXPECT_TRUE(response->truncated);
        EXPECT_EQ(client_->idle_connections(), 0U);
    }
    const auto lost = send({.url = url(), .limits = limits});
    ASSERT_FALSE(lost) << "what is shorter than the limit must still be complete";
    EXPECT_EQ(lost.error().code, "cut");
    const auto exact = send({.url = url(), .limits = limits});
    ASSERT_TRUE(exact);
    EXPECT_FALSE(exact->truncated);
}

TEST_F(HttpClientTest, LongHeadersAreAnError) {
    const std::string line = "X-Long: " + std::string(1000, 'x') + "\r\n";
    std::string many;
    for (int i = 0; i < 70; ++i)
        many += line;
    serve({answers(ok("", many)), answers("HTTP/1.1 200 " + std::string(70'000, 'x'))});

    for (int i = 0; i < 2; ++i) {
        const auto response = get(url());
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().code, "too_large");
    }
}

struct RefusedCase {
    ClientRequest request;
    const char* code;
    const char* text;
};

TEST_F(HttpClientTest, WhatCannotBeSentIsRefusedWithoutRepeatingIt) {
    const std::string good = "http://vendor.test/";
    const std::vector<RefusedCase> cases{
        {{.url = "ftp://vendor.test/hush"}, "url", "must begin with http:// or https://"},
        {{.url = "/hush"}, "url", "is not valid"},
        {{.url = ""}, "url", "is empty"},
        {{.url = "http://vendor.test/a b"}, "url", "a blank at character 21"},
        {{.url = "http://vendor.test/ü"}, "url", "a letter beyond ASCII at character 20"},
        {{.url = "http://vendor.test/{x}"}, "url", "'{' at character 20"},
        {{.url = "http://vendor.test/%zz"}, "url", "is not valid"},
        {{.url = "http://"}, "url", "names no host"},
        {{.url = "http:///hush"}, "url", "names no host"},
        {{.url = "http:hush"}, "url", "names no host"},
        {{.url = "http://user:hush@vendor.test/"}, "url", "must not hold a user or a password"},
        {{.url = "http://vendor.test:0/hush"}, "url", "impossible port"},
        {{.url = "http://vendor.test:65536/hush"}, "url", "impossible port"},
        {{.url = "http://ven%64or.test/hush"}, "url", "escapes"},
        {{.url = "http://vendor.test/hush\r\nX: y"}, "url", "is not valid"},
        {{.url = "http://vendor.test/" + std::string(9000, 'h')}, "url", "longer than 8 KiB"},
        {{.method = "GE T", .url = good}, "header", "method"},
        {{.method = "", .url = good}, "header", "method"},
        {{.method = "CONNECT", .url = good}, "header", "method"},
        {{.url = good, .headers = {{"X-Key", "hush\r\nX: y"}}}, "header", "header X-Key has control characters"},
        {{.url = good, .headers = {{"A", "1"}, {"X Key", "hush"}}}, "header", "header 2 is not a header name"},
        {{.url = good, .headers = {{"content-length", "5"}}}, "header", "is set by the client"},
        {{.url = good, .headers = {{"Host", "hush"}}}, "header", "is set by the client"},
        {{.url = good, .headers = {{"A", std::string(70'000, 'h')}}}, "header", "longer than 64 KiB"},
    };
    for (const RefusedCase& c : cases) {
        SCOPED_TRACE(c.text);
        const auto response = send(c.request);
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().kind, ErrorKind::Rejected);
        EXPECT_EQ(response.error().code, c.code);
        EXPECT_THAT(response.error().text, HasSubstr(c.text));
        EXPECT_THAT(response.error().text, Not(HasSubstr("hush")));
    }
}

TEST_F(HttpClientTest, ErrorsNameThePlaceAndNoSecret) {
    const auto dies = [](PeerConnection& peer) { peer.read_request(); };
    serve({dies, dies});

    const ClientRequest request{.method = "POST",
                                .url = url("/bot123:hush/send?token=hush"),
                                .headers = {{"Authorization", "hush"}},
                                .body = "hush"};
    const auto open_path = send(
        {.method = "POST", .url = url("/v1/send?token=hush"), .headers = {{"Authorization", "hush"}}, .body = "hush"});
    auto hidden = request;
    hidden.hide_path = true;
    const auto hidden_path = send(hidden);

    ASSERT_FALSE(open_path);
    EXPECT_THAT(open_path.error().text, StartsWith("POST " + url("/v1/send") + ": "));
    EXPECT_THAT(open_path.error().text, Not(HasSubstr("hush")));
    ASSERT_FALSE(hidden_path);
    EXPECT_THAT(hidden_path.error().text, StartsWith("POST " + url("") + ": "));
    EXPECT_THAT(hidden_path.error().text, Not(HasSubstr("hush")));
}

TEST_F(HttpClientTest, AnEarlyRefusalOfALongRequestIsRead) {
    serve({[](PeerConnection& peer) {
        peer.read_bytes(1000);
        peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
    }});

    const auto response = send({.method = "POST", .url = url(), .body = std::string(32 * 1024 * 1024, 'x')});

    ASSERT_TRUE(response) << response.error().text;
    EXPECT_EQ(response->status, 413);
    EXPECT_EQ(response->body, "big");
    EXPECT_EQ(client_->idle_connections(), 0U);
}

TEST_F(HttpClientTest, TooManyRequestsAtOnceAreRefused) {
    std::promise<void> arrived, go;
    serve({[&](PeerConnection& peer) {
        peer.read_request();
        arrived.set_value();
        go.get_future().wait();
        peer.send(ok("late"));
    }});
    auto options = defaults();
    options.max_requests = 1;
    open(options);
    auto first = boost::asio::co_spawn(loop_.io().strand(), client_->send({.url = url()}), boost::asio::use_future);
    arrived.get_future().wait();

    const auto second = get(url());
    go.set_value();

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::Full);
    EXPECT_TRUE(first.get());
    EXPECT_FALSE(get("http://")) << "and there is room again";
}

}  // namespace
}  // namespace tandem::net
