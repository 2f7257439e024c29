// The content of a mail out of the octets after DATA (RFC 5321, 4.1.1.4 and 4.5.2). Only CRLF . CRLF ends it: a bare CR
// or LF is content, so that nobody can hide a second mail in a first one. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::smtp {

class DataReader {
public:
    // Takes octets up to the end of the mail; what is behind it stays. Returns how many were taken. Content is appended
    // to `out`.
    std::size_t feed(std::string_view octets, std::string& out);
    bool done() const { return state_ == State::Done; }

private:
    enum class State { LineStart, Dot, DotCr, Text, Cr, Done };

    void step(char c, std::string& out);

    State state_ = State::LineStart;
};

}  // namespace tandem::smtp
