// A server's answers: lines in, whole replies out (RFC 5321, 4.2; RFC 2034 for the enhanced code). Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::smtp {

struct Reply {
    int code = 0;
    std::string enhanced;            // "5.1.1", empty without one
    std::vector<std::string> lines;  // without codes; valid UTF-8, no control characters

    bool good() const { return code >= 200 && code < 300; }
    bool temporary() const { return code >= 400 && code < 500; }
    // "550 5.1.1 no such user", cut to a length that fits into a history.
    std::string text() const;
};

struct ReplyLimits {
    std::size_t line = 4'096;  // the RFC allows 512; servers are not that exact
    std::size_t lines = 200;
};

class ReplyReader {
public:
    explicit ReplyReader(ReplyLimits limits = {}) : limits_(limits) {}

    void feed(std::string_view octets) { buffer_ += octets; }
    // The next whole reply; nullopt: more is needed, or fault().
    std::optional<Reply> next();
    // What made the rest unreadable.
    const std::optional<std::string>& fault() const { return fault_; }
    // Octets behind the last reply that was taken.
    bool empty() const { return buffer_.empty() && !begun_; }
    void clear();

private:
    std::optional<std::string> line();
    bool take(std::string_view line);

    ReplyLimits limits_;
    std::string buffer_;
    Reply reply_;
    bool begun_ = false;  // a reply of several lines
    std::optional<std::string> fault_;
};

}  // namespace tandem::smtp
