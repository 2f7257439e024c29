// HTTP/1.1 requests out of bytes, without sockets: the server feeds it, tests and the fuzzer script it. Beast's parser
// does the grammar; this adds what a server must decide (Host, transfer codings, limits) and fills HttpRequest
// directly.
#pragma once

#include "core/net/http.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace tandem::net {

struct RequestLimits {
    std::size_t header_bytes = 16 * 1024;         // request line and all headers; above: 431
    std::uint64_t body_bytes = 10 * 1024 * 1024;  // after removing the chunked coding; above: 413
};

class RequestReader {
public:
    enum class Step {
        NeedMore,  // read more bytes, then ask again
        Complete,  // take() the request
        Failed,    // answer failure() and close: what follows in the stream has no meaning
    };

    explicit RequestReader(RequestLimits limits);
    ~RequestReader();
    RequestReader(RequestReader&&) noexcept;

    // Room for the next read; valid until commit().
    std::span<char> prepare();
    void commit(std::size_t size);

    // Goes as far as the bytes allow. Bytes of a following request (pipelining) stay in the buffer. What is wrong in a
    // request line or header fails at the latest when the header is complete, and sometimes before.
    Step step();

    // A byte of the current request has arrived; the header is complete.
    bool started() const;
    bool header_done() const;
    // The client waits for "100 Continue" before it sends the body. True once per request.
    bool take_expect_continue();

    // The complete request; `peer` and `secure` are for the caller to fill. The reader begins the next one.
    HttpRequest take();
    // Of the request that take() returned last, or of the failed one.
    bool keep_alive() const;
    bool http10() const;

    const HttpResponse& failure() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tandem::net
