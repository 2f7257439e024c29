// Cuts a stream of octets into PDUs. Pure; the cuts of the network do not matter.
#pragma once

#include "connectors/smpp/pdu.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::smpp {

class FrameReader {
public:
    void feed(std::string_view octets);

    // The next whole PDU, valid until the next call of any member. nullopt: more octets are needed, or broken().
    std::optional<std::string_view> next();

    // command_length was below 16 or above kMaxPduSize: the stream is out of step for good.
    bool broken() const { return broken_; }
    bool partial() const { return !broken_ && at_ < buffer_.size(); }  // octets of an unfinished PDU wait

private:
    std::string buffer_;
    std::size_t at_ = 0;  // what is before it was handed out
    bool broken_ = false;
};

}  // namespace tandem::smpp
