// SMPP from a peer in any octets, cut anywhere: no crash, the cuts change nothing, and what decodes without a fault is
// written back as it came.
#include "connectors/smpp/frame.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace tandem::smpp;

std::string read(std::string_view octets, std::size_t piece) {
    FrameReader reader;
    std::string seen;
    for (std::size_t at = 0; at < octets.size(); at += piece) {
        reader.feed(octets.substr(at, piece));
        while (const auto frame = reader.next()) {
            const auto decoded = decode(*frame);
            if (!decoded.fault && encode(decoded.pdu) != *frame) std::abort();
            seen += *frame;
            if (decoded.fault) seen += decoded.fault->text;
        }
    }
    return seen + (reader.broken() ? "broken" : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (read(octets, octets.size()) != read(octets, data[0] % 70 + 1U)) std::abort();
    return 0;
}
