#include "connectors/smtp/data_reader.hpp"

#include <algorithm>

namespace tandem::smtp {

std::size_t DataReader::feed(std::string_view octets, std::string& out) {
    std::size_t at = 0;
    while (at < octets.size() && !done()) {
        if (state_ == State::Text) {
            const std::size_t end = std::min(octets.find('\r', at), octets.size());
            out.append(octets, at, end - at);
            at = end;
            if (at == octets.size()) break;
        }
        step(octets[at++], out);
    }
    return at;
}

void DataReader::step(char c, std::string& out) {
    if (state_ == State::LineStart && c == '.') {
        state_ = State::Dot;
        return;
    }
    // A dot before anything else of the line was put there by the sender, and goes.
    if (state_ == State::Dot && c == '\r') {
        state_ = State::DotCr;
        return;
    }
    if (state_ == State::DotCr) {
        if (c == '\n') {
            state_ = State::Done;
            return;
        }
        out += '\r';
    }
    const bool after_cr = state_ == State::Cr || state_ == State::DotCr;
    out += c;
    if (c == '\r') {
        state_ = State::Cr;
    } else {
        state_ = after_cr && c == '\n' ? State::LineStart : State::Text;
    }
}

}  // namespace tandem::smtp
