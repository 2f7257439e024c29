// HTTP messages and handlers as the rest of Tandem sees them; Beast stays inside core/net/*.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/async/task.hpp"

namespace tandem::net {

struct Header {
    std::string name;
    std::string value;
};

struct HttpRequest {
    std::string method;            // upper case
    std::string target;            // exactly as sent: "/hooks/sms?x=1"
    std::string_view path() const; // target up to '?', still percent-encoded
    std::string_view query() const;
    std::vector<Header> headers;   // in order, names as sent
    std::string body;              // exact bytes
    std::string peer;              // IP address of the socket's other end
    bool secure = false;           // came over our own TLS

    // The first header of that name (case-insensitive), or nullptr.
    const std::string* header(std::string_view name) const;
};

struct HttpResponse {
    int status = 200;
    std::string content_type;
    std::vector<Header> headers;
    std::string body;
    bool close = false;            // close the connection afterwards
};

// Writes the body of a response that goes on and on (server-sent events). Lives as long as its handler runs.
class ResponseStream {
public:
    virtual ~ResponseStream() = default;
    // Sends one chunk; false when the peer has gone or the server stops: the handler returns then.
    virtual async::Task<bool> write(std::string chunk) = 0;
};

struct StreamingResponse {
    int status = 200;
    std::string content_type;
    std::vector<Header> headers;
    std::function<async::Task<void>(ResponseStream&)> body;
};

using HttpReply = std::variant<HttpResponse, StreamingResponse>;
using HttpHandler = std::function<async::Task<HttpReply>(HttpRequest)>;

// One row of the route table. A pattern segment "{name}" matches one path segment (percent-decoded).
struct Route {
    std::string method;            // "*" for any
    std::string pattern;           // "/v1/customers/{id}/timeline"
    std::function<async::Task<HttpReply>(HttpRequest, std::vector<std::pair<std::string, std::string>>)> handler;
};

}  // namespace tandem::net
