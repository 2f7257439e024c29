#include "core/net/http.hpp"

#include "core/base/text.hpp"
#include "core/data/json.hpp"

#include <algorithm>

namespace tandem::net {

namespace {

// Where the path starts: after "scheme://authority" of an absolute-form target (RFC 9112, 3.2.2).
std::size_t path_start(std::string_view target) {
    if (target.empty() || target.front() == '/') return 0;
    const auto scheme = target.find("://");
    if (scheme == std::string_view::npos) return 0;
    return std::min(target.find_first_of("/?", scheme + 3), target.size());
}

}  // namespace

std::string_view HttpRequest::path() const {
    const std::string_view all = target;
    const auto start = path_start(all);
    return all.substr(start, std::min(all.find('?', start), all.size()) - start);
}

std::string_view HttpRequest::query() const {
    const std::string_view all = target;
    const auto mark = all.find('?');
    return mark == std::string_view::npos ? std::string_view() : all.substr(mark + 1);
}

const std::string* HttpRequest::header(std::string_view name) const {
    for (const Header& header : headers) {
        if (iequals_ascii(header.name, name)) return &header.value;
    }
    return nullptr;
}

HttpResponse problem(int status, std::string_view detail) {
    HttpResponse response;
    response.status = status;
    response.content_type = "application/problem+json";
    response.body = R"({"type":"about:blank","title":)";
    data::write_json_string(reason_phrase(status), response.body);
    response.body += ",\"status\":" + std::to_string(status);
    if (!detail.empty()) {
        response.body += ",\"detail\":";
        data::write_json_string(detail, response.body);
    }
    response.body += '}';
    return response;
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 100:
            return "Continue";
        case 101:
            return "Switching Protocols";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 411:
            return "Length Required";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
}

}  // namespace tandem::net
