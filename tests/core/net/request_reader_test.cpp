#include "core/net/request_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace tandem::net {
namespace {

using Step = RequestReader::Step;

void feed(RequestReader& reader, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto room = reader.prepare();
        const auto size = std::min(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), size);
        reader.commit(size);
        bytes.remove_prefix(size);
    }
}

struct Outcome {
    std::vector<HttpRequest> requests;
    std::optional<int> failure;
};

Outcome read_all(std::string_view bytes, std::size_t chunk, RequestLimits limits = {}) {
    RequestReader reader(limits);
    Outcome outcome;
    for (std::size_t at = 0; at < bytes.size() && !outcome.failure; at += chunk) {
        feed(reader, bytes.substr(at, chunk));
        Step step = reader.step();
        for (; step == Step::Complete; step = reader.step())
            outcome.requests.push_back(reader.take());
        if (step == Step::Failed) outcome.failure = reader.failure().status;
    }
    return outcome;
}

std::string describe(const Outcome& outcome) {
    std::string text;
    for (const HttpRequest& request : outcome.requests) {
        text += request.method + " " + request.target + "\n";
        for (const Header& header : request.headers)
            text += header.name + ": " + header.value + "\n";
        text += "[" + request.body + "]\n";
    }
    if (outcome.failure) text += "failure " + std::to_string(*outcome.failure);
    return text;
}

TEST(RequestReader, TheResultDoesNotDependOnHowBytesArrive) {
    const std::string bytes =
        "POST /hooks/sms?a=%20b HTTP/1.1\r\nHost: gw\r\nContent-Length: 5\r\nX-Twice: 1\r\nX-Twice: 2\r\n\r\nhello"
        "POST /c HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n4;ext=1\r\nwiki\r\nC\r\npedia in \r\n\r\r\n"
        "0\r\nX-Trailer: no\r\n\r\n"
        "GET / HTTP/1.1\r\nHost: gw\r\nX-Long: " +
        std::string(500, 'x') +
        "\r\n\r\n"
        "NONSENSE\r\n\r\n";
    const std::string whole = describe(read_all(bytes, bytes.size()));
    const std::string expected =
        "POST /hooks/sms?a=%20b\nHost: gw\nContent-Length: 5\nX-Twice: 1\nX-Twice: 2\n[hello]\n"
        "POST /c\nHost: gw\nTransfer-Encoding: chunked\n[wikipedia in \r\n\r]\n"
        "GET /\nHost: gw\nX-Long: " +
        std::string(500, 'x') +
        "\n[]\n"
        "failure 400";
    EXPECT_EQ(whole, expected);
    for (std::size_t chunk = 1; chunk <= 69; ++chunk) {
        SCOPED_TRACE(chunk);
        EXPECT_EQ(describe(read_all(bytes, chunk)), whole);
    }
}

struct BadCase {
    const char* name;
    std::string bytes;
    int status;
};

TEST(RequestReader, RefusesWhatAServerMustRefuse) {
    const std::vector<BadCase> cases{
        {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"two hosts in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        {"bad host in 1.0", "GET / HTTP/1.0\r\nHost: a/b\r\n\r\n", 400},
        {"conflicting lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400},
        {"length and chunked", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
        {"negative length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
        {"other coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
        {"coding that is not last", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", 501},
        {"chunked in 1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"bad chunk size", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        {"space in header name", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
        {"NUL in header", std::string("GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 33), 400},
        {"version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {"expectation", "POST / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nContent-Length: 1\r\n\r\n", 417},
        {"target without slash", "GET index.html HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"header for a request line", "Content-Type: a b\r\n\r\n", 400},
        {"TLS on a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 garbage", 400},
    };
    for (const BadCase& bad : cases) {
        SCOPED_TRACE(bad.name);
        for (const std::size_t chunk : {bad.bytes.size(), std::size_t(5), std::size_t(1)}) {
            SCOPED_TRACE(chunk);
            const Outcome outcome = read_all(bad.bytes, chunk);
            EXPECT_EQ(outcome.failure, bad.status);
            EXPECT_TRUE(outcome.requests.empty());
        }
    }
}

// RFC 9112, 3.2 and RFC 3986, 3.2.2.
TEST(RequestReader, TakesOnlyHostsAsHost) {
    const std::vector<std::pair<const char*, bool>> cases{
        {"gw.example.test", true},
        {"gw.example.test:8443", true},
        {"127.0.0.1:80", true},
        {"[::1]", true},
        {"[::1]:8080", true},
        {"[v7.x:y]", true},
        {"a_b", true},
        {"%d0%81.test", true},
        {"", true},
        {"a:", true},
        {"a b/@", false},
        {"a b", false},
        {"a/b", false},
        {"user@a", false},
        {"a?b", false},
        {"a#b", false},
        {"a:8x", false},
        {"a:80:80", false},
        {"::1", false},
        {"[::1", false},
        {"[]", false},
        {"[::1]x", false},
        {"[::1]]", false},
        {"a%4", false},
        {"a%zz", false},
        {"a,b", true},
        {"a\\b", false},
        {"\xd0\x81.test", false},
    };
    for (const auto& [host, good] : cases) {
        SCOPED_TRACE(host);
        const auto bytes = "GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n";
        const Outcome outcome = read_all(bytes, bytes.size());
        EXPECT_EQ(outcome.failure, good ? std::nullopt : std::optional(400));
        EXPECT_EQ(outcome.requests.size(), good ? 1U : 0U);
    }
}

TEST(RequestReader, FailureIsAProblemDocumentAndClosesTheConnection) {
    RequestReader reader({});
    feed(reader, "rubbish\r\n\r\n");

    ASSERT_EQ(reader.step(), Step::Failed);
    EXPECT_EQ(reader.failure().content_type, "application/problem+json");
    EXPECT_TRUE(reader.failure().close);
    EXPECT_EQ(reader.step(), Step::Failed);
}

TEST(RequestReader, HeadersAboveTheLimitAre431) {
    const RequestLimits limits{.header_bytes = 200, .body_bytes = 100};
    const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";

    EXPECT_EQ(read_all(start + std::string(100, 'x') + "\r\n\r\n", 10, limits).requests.size(), 1U);
    EXPECT_EQ(read_all(start + std::string(300, 'x') + "\r\n\r\n", 10, limits).failure, 431);
    EXPECT_EQ(read_all(start + std::string(300, 'x') + "\r\n\r\n", 1'000, limits).failure, 431);
    EXPECT_EQ(read_all("GET /" + std::string(300, 'x'), 10, limits).failure, 431);
}

TEST(RequestReader, TheHeaderLimitCountsTheRequestLineHoweverBytesArrive) {
    const RequestLimits limits{.header_bytes = 200, .body_bytes = 100};
    const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    const std::string fits = start + std::string(limits.header_bytes - start.size() - 4, 'x') + "\r\n\r\n";
    const std::string above = start + std::string(limits.header_bytes - start.size() - 3, 'x') + "\r\n\r\n";

    for (const std::size_t chunk : {1U, 2U, 7U, 50U, 150U, 199U, 200U, 201U, 1'000U}) {
        SCOPED_TRACE(chunk);
        EXPECT_EQ(read_all(fits + fits, chunk, limits).requests.size(), 2U);
        EXPECT_EQ(read_all(above, chunk, limits).failure, 431);
    }
}

TEST(RequestReader, BodiesAboveTheLimitAre413BeforeTheyAreRead) {
    const RequestLimits limits{.header_bytes = 1'000, .body_bytes = 100};
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";

    EXPECT_EQ(read_all(head + "Content-Length: 100\r\n\r\n" + std::string(100, 'x'), 50, limits).requests.size(), 1U);
    EXPECT_EQ(read_all(head + "Content-Length: 101\r\n\r\n", 50, limits).failure, 413);
    const std::string chunk = "3c\r\n" + std::string(60, 'x') + "\r\n";
    EXPECT_EQ(read_all(head + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk, 50, limits).failure, 413);
}

TEST(RequestReader, EndlessChunkExtensionsAndTrailersAreRefused) {
    const RequestLimits limits{.header_bytes = 1'000, .body_bytes = 100};
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    EXPECT_EQ(read_all(head + "1;" + std::string(5'000, 'x'), 100, limits).failure, 431);
    EXPECT_EQ(read_all(head + "0\r\nX: " + std::string(5'000, 'x'), 100, limits).failure, 431);
}

TEST(RequestReader, ExpectContinueIsToldOnceAndOnlyBeforeTheBody) {
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n";
    RequestReader waits({});
    feed(waits, head);
    EXPECT_EQ(waits.step(), Step::NeedMore);
    EXPECT_TRUE(waits.take_expect_continue());
    EXPECT_FALSE(waits.take_expect_continue());

    RequestReader impatient({});
    feed(impatient, head + "o");
    EXPECT_EQ(impatient.step(), Step::NeedMore);
    EXPECT_FALSE(impatient.take_expect_continue());
}

TEST(RequestReader, TellsWhetherTheConnectionIsKept) {
    const std::vector<std::pair<std::string, bool>> cases{
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
    };
    for (const auto& [bytes, kept] : cases) {
        SCOPED_TRACE(bytes);
        RequestReader reader({});
        feed(reader, bytes);
        ASSERT_EQ(reader.step(), Step::Complete);
        reader.take();
        EXPECT_EQ(reader.keep_alive(), kept);
    }
}

TEST(RequestReader, StartedTellsApartIdleAndSlow) {
    RequestReader reader({});
    EXPECT_FALSE(reader.started());
    feed(reader, "G");
    EXPECT_EQ(reader.step(), Step::NeedMore);
    EXPECT_TRUE(reader.started());
    EXPECT_FALSE(reader.header_done());
    feed(reader, "ET / HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_EQ(reader.step(), Step::Complete);
    reader.take();
    EXPECT_FALSE(reader.started());
}

TEST(RequestReader, BodyBytesAreExact) {
    std::string body(100'000, '\0');
    for (std::size_t i = 0; i < body.size(); ++i)
        body[i] = static_cast<char>(i * 7);
    const std::string head =
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";

    const Outcome outcome = read_all(head + body, 8'191);

    ASSERT_EQ(outcome.requests.size(), 1U);
    EXPECT_EQ(outcome.requests[0].body, body);
}

}  // namespace
}  // namespace tandem::net
