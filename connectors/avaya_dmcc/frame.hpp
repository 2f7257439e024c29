// The frames of AES (vendors/avaya.md 2.1): two octets that mean nothing, an unsigned 16-bit length that counts the
// eight octets of the header too, four characters of an invoke id, one XML document. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::avaya_dmcc {

inline constexpr std::size_t kFrameHeader = 8;
inline constexpr std::size_t kMaxPayload = 0xFFFF - kFrameHeader;

struct Frame {
    std::string_view invoke_id;  // four octets, usually digits
    std::string_view xml;        // may be empty
};

class FrameReader {
public:
    void feed(std::string_view octets);

    // The next whole frame, valid until the next call of any member. nullopt: more octets are needed, or broken().
    std::optional<Frame> next();

    // A length below that of the header: the stream is out of step for good.
    bool broken() const { return broken_; }
    bool partial() const { return !broken_ && at_ < buffer_.size(); }  // octets of an unfinished frame wait

private:
    std::string buffer_;
    std::size_t at_ = 0;  // what is before it was handed out
    bool broken_ = false;
};

// `number` is 0 to 9999, `xml` at most kMaxPayload octets.
void append_frame(std::string& out, unsigned number, std::string_view xml);

// The number of an invoke id of four digits.
std::optional<unsigned> invoke_number(std::string_view invoke_id);

}  // namespace tandem::avaya_dmcc
