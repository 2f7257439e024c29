// Little-endian numbers and slices out of bytes, never beyond their end. Private to core/mail/text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tandem::mail {

// After a read that did not fit, everything is 0 or empty and ok() is false.
class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

    bool ok() const { return ok_; }
    std::size_t left() const { return bytes_.size(); }
    bool done() const { return bytes_.empty() || !ok_; }

    std::string_view take(std::size_t size) {
        if (size > bytes_.size() || !ok_) {
            ok_ = false;
            bytes_ = {};
            return {};
        }
        const auto taken = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return taken;
    }
    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() { return number(4); }
    // `size` bytes and what fills them up to a multiple of four.
    std::string_view padded(std::size_t size) {
        const auto taken = take(size);
        skip((4 - size % 4) % 4);
        return taken;
    }

private:
    // Padding may be missing at the very end.
    void skip(std::size_t size) { bytes_.remove_prefix(size < bytes_.size() ? size : bytes_.size()); }

    std::uint32_t number(std::size_t size) {
        const auto taken = take(size);
        std::uint32_t value = 0;
        for (std::size_t i = taken.size(); i > 0; --i)
            value = value << 8U | static_cast<std::uint8_t>(taken[i - 1]);
        return value;
    }

    std::string_view bytes_;
    bool ok_ = true;
};

}  // namespace tandem::mail
