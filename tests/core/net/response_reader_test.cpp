#include "core/net/response_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace tandem::net {
namespace {

using Step = ResponseReader::Step;
using Failure = ResponseReader::Failure;

// Feeds everything in pieces of `chunk` bytes, then the end; says what was read.
std::string read_all(std::string_view bytes, std::size_t chunk, const ResponseLimits& limits = {}, bool head = false) {
    ResponseReader reader(limits, head);
    Step step = reader.step();
    while (step == Step::NeedMore && !bytes.empty()) {
        const auto room = reader.prepare();
        const auto size = std::min({room.size(), bytes.size(), chunk});
        std::memcpy(room.data(), bytes.data(), size);
        reader.commit(size);
        bytes.remove_prefix(size);
        step = reader.step();
    }
    if (step == Step::NeedMore) step = reader.finish();
    if (step == Step::Failed) return "failed: " + reader.failure_text();
    const bool reusable = reader.reusable() && bytes.empty();
    const ClientResponse response = reader.take();
    std::string text = std::to_string(response.status) + (reusable ? " reusable" : "") +
                       (response.truncated ? " truncated" : "") + "\n";
    for (const Header& header : response.headers)
        text += header.name + ": " + header.value + "\n";
    return text + response.body;
}

TEST(ResponseReader, TheResultDoesNotDependOnTheCuts) {
    const std::string long_line(3000, 'x');
    const std::string samples[] = {
        "HTTP/1.1 200 OK\r\nA: 1\r\na: 2\r\nContent-Length: 10\r\n\r\n0123456789",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5;x=\"y\"\r\n56789\r\n0\r\nT: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n" + long_line,
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nuntil the end",
        "HTTP/1.1 200 OK\r\nX: " + long_line + "\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n012345678901234567890123456789",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1e\r\n012345678901234567890123456789\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n01",
        "HTTP/1.1 200",
        "HTTP/2 200\r\n\r\n",
        "",
    };
    for (const bool truncate : {false, true}) {
        const ResponseLimits limits{.header_bytes = 1024, .body_bytes = 20, .truncate_body = truncate};
        for (const std::string& sample : samples) {
            SCOPED_TRACE(sample.substr(0, 120));
            const std::string whole = read_all(sample, sample.size() + 1, limits);
            for (std::size_t chunk = 1; chunk < 70; ++chunk)
                ASSERT_EQ(read_all(sample, chunk, limits), whole) << chunk;
        }
    }
}

struct ReadCase {
    const char* bytes;
    const char* read;
};

TEST(ResponseReader, ReadsAndDecidesOnTheConnection) {
    const ReadCase cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 reusable\nContent-Length: 2\nok"},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
         "200\nConnection: close\nContent-Length: 0\n"},
        {"HTTP/1.1 200 OK\r\n\r\nto the end", "200\nto the end"},
        {"HTTP/1.0 200 OK\r\n\r\n", "200\n"},
        {"HTTP/1.1 204 No Content\r\n\r\n", "204 reusable\n"},
        {"HTTP/1.1 204 No Content\r\n\r\nmore", "204\n"},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", "204 reusable\n"},
        {"HTTP/1.1 100 Continue\r\n\r\n", "failed: the connection ended before the answer did"},
        {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "failed: the peer switches to a protocol nobody asked for"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
         "failed: the answer has a transfer coding that nobody asked for"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", "failed: the connection ended before the answer did"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10485761\r\n\r\n",
         "failed: the body of the answer is longer than 10485760 bytes"},
    };
    for (const ReadCase& c : cases)
        EXPECT_EQ(read_all(c.bytes, 4096), c.read) << c.bytes;
}

TEST(ResponseReader, TheHeaderLimitHoldsForTheWholeHeader) {
    const std::string fits = "HTTP/1.1 200 " + std::string(30, 'x') + "\r\nContent-Length: 0\r\nX: 4567890\r\n\r\n";
    for (const std::size_t chunk : {1U, 7U, 40U, 200U}) {
        SCOPED_TRACE(chunk);
        EXPECT_TRUE(read_all(fits, chunk, {.header_bytes = 78}).starts_with("200"));
        EXPECT_EQ(read_all(fits, chunk, {.header_bytes = 77}),
                  "failed: the headers of the answer are longer than 77 bytes");
    }
}

TEST(ResponseReader, InterimAnswersHaveAnEnd) {
    std::string bytes;
    for (int i = 0; i < 17; ++i)
        bytes += "HTTP/1.1 102 Processing\r\n\r\n";
    EXPECT_EQ(read_all(bytes, 4096), "failed: the peer sends interim answers without end");
}

TEST(ResponseReader, AnAnswerToHeadHasNoBody) {
    EXPECT_EQ(read_all("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", 4096, {}, true),
              "200 reusable\nContent-Length: 99999999999\n");
}

}  // namespace
}  // namespace tandem::net
