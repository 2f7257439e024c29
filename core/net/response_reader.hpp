// One HTTP/1.x response out of bytes, without sockets: the client feeds it, tests and the fuzzer script it. Beast's
// parser does the grammar; this adds the limits, skips interim answers (1xx) and decides whether the connection may be
// used again.
#pragma once

#include "core/net/http.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::net {

struct ResponseLimits {
    std::size_t header_bytes = 64 * 1024;         // status line and all headers
    std::uint64_t body_bytes = 10 * 1024 * 1024;  // after removing the chunked coding
    bool truncate_body = false;                   // a longer body is cut instead of being an error
};

struct ClientResponse {
    int status = 0;
    std::vector<Header> headers = {};  // in order, names as sent; trailers are dropped
    std::string body = {};             // a chunked body put together; Content-Encoding is left as it is
    bool truncated = false;            // only with ResponseLimits::truncate_body

    // The first header of that name (case-insensitive), or nullptr.
    const std::string* header(std::string_view name) const;
};

class ResponseReader {
public:
    enum class Step {
        NeedMore,  // read more bytes, then ask again
        Complete,  // take() the response
        Failed,    // see failure(); what follows in the stream has no meaning
    };
    enum class Failure {
        None,
        TooLarge,   // above a limit
        Malformed,  // no HTTP/1.x response
        Cut,        // the connection ended before the response did
    };

    // `to_head`: the response to a HEAD request, which has no body whatever its headers say.
    ResponseReader(const ResponseLimits& limits, bool to_head);
    ~ResponseReader();

    // Room for the next read; valid until commit().
    std::span<char> prepare();
    void commit(std::size_t size);

    // Goes as far as the bytes allow.
    Step step();
    // The peer has closed properly: the end of a body without a length, else a failure.
    Step finish();

    bool started() const;      // a byte has arrived
    bool header_done() const;  // of the final response, not of an interim one

    ClientResponse take();
    // Of a complete response: a further request may be sent on this connection.
    bool reusable() const;

    Failure failure() const;
    const std::string& failure_text() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tandem::net
