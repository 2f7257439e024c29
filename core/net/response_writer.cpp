#include "core/net/response_writer.hpp"

#include <fmt/format.h>

#include <ctime>
#include <iterator>

namespace tandem::net {

namespace {

// A line break in a value would let whoever controls it write headers of his own.
void append_line(std::string_view name, std::string_view value, std::string& out) {
    out.append(name).append(": ");
    const auto start = out.size();
    out.append(value);
    for (auto i = start; i < out.size(); ++i) {
        if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') out[i] = ' ';
    }
    out += "\r\n";
}

void append_common(const ResponseHead& head, std::string& out) {
    out += head.http10 ? "HTTP/1.0 " : "HTTP/1.1 ";
    fmt::format_to(std::back_inserter(out), "{} ", head.status);
    out.append(reason_phrase(head.status)).append("\r\nDate: ").append(head.date).append("\r\n");
    if (!head.content_type.empty()) append_line("Content-Type", head.content_type, out);
    if (head.headers != nullptr) {
        for (const Header& header : *head.headers)
            append_line(header.name, header.value, out);
    }
    if (!head.keep_alive) out += "Connection: close\r\n";
    if (head.keep_alive && head.http10) out += "Connection: keep-alive\r\n";
}

bool has_no_body(int status) {
    return status < 200 || status == 204 || status == 304;
}

}  // namespace

void write_head(const ResponseHead& head, std::size_t length, std::string& out) {
    append_common(head, out);
    if (!has_no_body(head.status)) fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", length);
    out += "\r\n";
}

void write_streaming_head(const ResponseHead& head, std::string& out) {
    append_common(head, out);
    if (!head.http10) out += "Transfer-Encoding: chunked\r\n";
    out += "\r\n";
}

std::string_view http_date() {
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    thread_local std::time_t second = -1;
    thread_local std::string text;
    const std::time_t now = std::time(nullptr);
    if (now != second) {
        std::tm parts{};
        gmtime_r(&now, &parts);
        text = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[parts.tm_wday], parts.tm_mday,
                           kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
        second = now;
    }
    return text;
}

}  // namespace tandem::net
