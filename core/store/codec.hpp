// Compact binary form of small records inside a database column: variable-length integers and length-prefixed text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tandem::store {

class Encoder {
public:
    void number(std::uint64_t value) {
        while (value >= 0x80) {
            out_.push_back(static_cast<char>(value | 0x80));
            value >>= 7;
        }
        out_.push_back(static_cast<char>(value));
    }
    void signed_number(std::int64_t value) {  // small magnitudes stay short
        number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
    }
    void text(std::string_view value) {
        number(value.size());
        out_.append(value);
    }
    std::string take() { return std::move(out_); }

private:
    std::string out_;
};

// Reading past the end gives zeros and empty text and leaves ok() false.
class Decoder {
public:
    explicit Decoder(std::string_view in) : in_(in) {}

    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (in_.empty()) break;
            const auto byte = static_cast<std::uint8_t>(in_.front());
            in_.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if ((byte & 0x80) == 0) return value;
        }
        ok_ = false;
        return 0;
    }
    std::int64_t signed_number() {
        const std::uint64_t value = number();
        return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
    }
    std::string_view text() {
        const std::uint64_t size = number();
        if (size > in_.size()) {
            ok_ = false;
            return {};
        }
        const auto value = in_.substr(0, size);
        in_.remove_prefix(size);
        return value;
    }
    bool ok() const { return ok_; }
    bool at_end() const { return in_.empty(); }

private:
    std::string_view in_;
    bool ok_ = true;
};

}  // namespace tandem::store
