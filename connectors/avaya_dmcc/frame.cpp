#include "connectors/avaya_dmcc/frame.hpp"

#include <cassert>

namespace tandem::avaya_dmcc {

void FrameReader::feed(std::string_view octets) {
    if (broken_) return;
    buffer_.erase(0, at_);
    at_ = 0;
    buffer_ += octets;
}

std::optional<Frame> FrameReader::next() {
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    if (broken_ || rest.size() < 4) return std::nullopt;
    const std::size_t size =
        static_cast<std::size_t>(static_cast<unsigned char>(rest[2])) << 8 | static_cast<unsigned char>(rest[3]);
    if (size < kFrameHeader) {
        broken_ = true;
        return std::nullopt;
    }
    if (rest.size() < size) return std::nullopt;
    at_ += size;
    return Frame{.invoke_id = rest.substr(4, 4), .xml = rest.substr(kFrameHeader, size - kFrameHeader)};
}

void append_frame(std::string& out, unsigned number, std::string_view xml) {
    assert(number <= 9999 && xml.size() <= kMaxPayload);
    const std::size_t size = xml.size() + kFrameHeader;
    out.append(2, '\0');
    out += static_cast<char>(size >> 8 & 0xFF);
    out += static_cast<char>(size & 0xFF);
    for (const unsigned place : {1000U, 100U, 10U, 1U})
        out += static_cast<char>('0' + number / place % 10);
    out += xml;
}

std::optional<unsigned> invoke_number(std::string_view invoke_id) {
    if (invoke_id.size() != 4) return std::nullopt;
    unsigned out = 0;
    for (const char digit : invoke_id) {
        if (digit < '0' || digit > '9') return std::nullopt;
        out = out * 10 + static_cast<unsigned>(digit - '0');
    }
    return out;
}

}  // namespace tandem::avaya_dmcc
