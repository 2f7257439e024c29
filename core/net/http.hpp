// HTTP messages and handlers as the rest of Tandem sees them; Beast stays inside core/net/*.cpp.
#pragma once

#include "core/async/task.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tandem::net {

struct Header {
    std::string name;
    std::string value;
};

struct HttpRequest {
    std::string method;           // as sent; methods are case-sensitive (RFC 9110, 9.1)
    std::string target;           // exactly as sent: "/hooks/sms?x=1"
    std::vector<Header> headers;  // in order, names as sent
    std::string body;             // exact bytes, a chunked body put together
    std::string peer;             // IP address of the socket's other end; clients behind a proxy: proxy.hpp
    bool secure = false;          // came over our own TLS

    // The target up to '?', still percent-encoded; without scheme and host if the client sent the absolute form.
    std::string_view path() const;
    std::string_view query() const;  // after '?', without it; empty if there is none

    // The first header of that name (case-insensitive), or nullptr.
    const std::string* header(std::string_view name) const;
};

// Content-Length, Date and Connection are written by the server; a line break in a header becomes a space.
struct HttpResponse {
    int status = 200;
    std::string content_type = {};  // empty: none is sent
    std::vector<Header> headers = {};
    std::string body = {};
    bool close = false;  // close the connection afterwards
};

// Writes the body of a response that goes on and on (server-sent events). Lives as long as its handler runs.
class ResponseStream {
public:
    virtual ~ResponseStream() = default;
    // Sends one chunk and waits until the system has taken it (backpressure). False when the peer has gone, does not
    // read within the write timeout, or the server stops: the handler returns then.
    virtual async::Task<bool> write(std::string chunk) = 0;
};

// A stopping server cancels the body's waits (boost::system::system_error, operation_aborted): let it pass through.
struct StreamingResponse {
    int status = 200;
    std::string content_type = {};
    std::vector<Header> headers = {};
    std::function<async::Task<void>(ResponseStream&)> body = {};
};

using HttpReply = std::variant<HttpResponse, StreamingResponse>;
using HttpHandler = std::function<async::Task<HttpReply>(HttpRequest)>;

using PathParameters = std::vector<std::pair<std::string, std::string>>;

// One row of the route table. A pattern segment "{name}" matches one path segment and hands it over percent-decoded.
// Handlers run on the connection's strand, many at once; what they share must be thread-safe or on its own strand.
// An exception that leaves a handler is logged and answered with 500.
struct Route {
    std::string method;   // "*" for any
    std::string pattern;  // "/v1/customers/{id}/timeline"
    std::function<async::Task<HttpReply>(HttpRequest, PathParameters)> handler;
};

// An error as the client gets it: application/problem+json (RFC 9457) with type about:blank. `detail` may be empty.
HttpResponse problem(int status, std::string_view detail);

// "Not Found" for 404; "Unknown" for a code that is not registered.
std::string_view reason_phrase(int status);

}  // namespace tandem::net
