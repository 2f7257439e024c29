#include "core/net/response_writer.hpp"

#include <gtest/gtest.h>

namespace tandem::net {
namespace {

constexpr std::string_view kDate = "Sun, 22 Nov 2026 07:00:00 GMT";

std::string head(const ResponseHead& given, std::size_t length) {
    std::string out;
    write_head(given, length, out);
    return out;
}

TEST(ResponseWriter, WritesStatusLengthAndType) {
    const std::vector<Header> headers{{"X-One", "1"}};
    EXPECT_EQ(head({.status = 200, .content_type = "text/plain", .headers = &headers, .date = kDate}, 5),
              "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 07:00:00 GMT\r\nContent-Type: text/plain\r\nX-One: "
              "1\r\nContent-Length: 5\r\n\r\n");
}

TEST(ResponseWriter, SaysWhetherTheConnectionIsKept) {
    EXPECT_NE(head({.keep_alive = false, .date = kDate}, 0).find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_EQ(head({.keep_alive = true, .date = kDate}, 0).find("Connection"), std::string::npos);
    EXPECT_NE(head({.keep_alive = true, .http10 = true, .date = kDate}, 0).find("\r\nConnection: keep-alive\r\n"),
              std::string::npos);
}

TEST(ResponseWriter, ResponsesWithoutBodyHaveNoLength) {
    EXPECT_EQ(head({.status = 204, .date = kDate}, 0).find("Content-Length"), std::string::npos);
    EXPECT_EQ(head({.status = 304, .date = kDate}, 0).find("Content-Length"), std::string::npos);
}

TEST(ResponseWriter, LineBreaksInValuesDoNotMakeHeaders) {
    const std::vector<Header> headers{{"Location", "/a\r\nSet-Cookie: evil=1"}};
    const std::string text = head({.content_type = "a\nb", .headers = &headers, .date = kDate}, 0);
    EXPECT_EQ(text.find("\r\nSet-Cookie"), std::string::npos);
    EXPECT_NE(text.find("Location: /a  Set-Cookie: evil=1\r\n"), std::string::npos);
    EXPECT_NE(text.find("Content-Type: a b\r\n"), std::string::npos);
}

TEST(ResponseWriter, StreamsAreChunkedUnlessTheClientIsOld) {
    std::string chunked, old;
    write_streaming_head({.date = kDate}, chunked);
    write_streaming_head({.keep_alive = false, .http10 = true, .date = kDate}, old);
    EXPECT_NE(chunked.find("Transfer-Encoding: chunked"), std::string::npos);
    EXPECT_EQ(old.find("Transfer-Encoding"), std::string::npos);
}

TEST(ResponseWriter, DateHasTheFormOfTheStandard) {
    const std::string date(http_date());
    ASSERT_EQ(date.size(), kDate.size());
    EXPECT_EQ(date.substr(3, 2), ", ");
    EXPECT_EQ(date.substr(date.size() - 4), " GMT");
}

}  // namespace
}  // namespace tandem::net
