#include "connectors/smpp/frame.hpp"

namespace tandem::smpp {

void FrameReader::feed(std::string_view octets) {
    if (broken_) return;
    buffer_.erase(0, at_);
    at_ = 0;
    buffer_ += octets;
}

std::optional<std::string_view> FrameReader::next() {
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    if (broken_ || rest.size() < 4) return std::nullopt;
    std::size_t size = 0;
    for (const char octet : rest.substr(0, 4))
        size = size << 8 | static_cast<unsigned char>(octet);
    if (size < kHeaderSize || size > kMaxPduSize) {
        broken_ = true;
        return std::nullopt;
    }
    if (rest.size() < size) return std::nullopt;
    at_ += size;
    return rest.substr(0, size);
}

}  // namespace tandem::smpp
