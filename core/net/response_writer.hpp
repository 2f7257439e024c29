// Responses as bytes, without sockets.
#pragma once

#include "core/net/http.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tandem::net {

struct ResponseHead {
    int status = 200;
    std::string_view content_type = {};
    const std::vector<Header>* headers = nullptr;
    bool keep_alive = true;
    bool http10 = false;
    std::string_view date = {};  // of http_date()
};

// Appends status line and headers with the final empty line. `length` is the body's, also for HEAD.
void write_head(const ResponseHead& head, std::size_t length, std::string& out);
// For a body that is sent in chunks (HTTP/1.1), or until the connection closes (HTTP/1.0).
void write_streaming_head(const ResponseHead& head, std::string& out);

// The current time as RFC 9110, 5.6.7 wants it; valid until the thread's next call.
std::string_view http_date();

}  // namespace tandem::net
