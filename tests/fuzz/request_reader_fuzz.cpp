// HTTP requests in any bytes, cut anywhere: the result must not depend on the cuts. An empty line ends every input,
// because only a complete header is judged the same way: Beast looks into an incomplete one at the first piece alone.
// Nor may a limit be near: a header that ends a few bytes above it passes when it comes in one piece.
#include "core/net/request_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

using tandem::net::RequestReader;

constexpr tandem::net::RequestLimits kTight{.header_bytes = 512, .body_bytes = 2'048};
constexpr tandem::net::RequestLimits kWide{.header_bytes = 1 << 20, .body_bytes = 1 << 20};

std::string read(std::string_view bytes, std::size_t chunk, const tandem::net::RequestLimits& limits) {
    RequestReader reader(limits);
    std::string seen;
    while (!bytes.empty()) {
        const auto room = reader.prepare();
        const auto size = std::min({room.size(), bytes.size(), chunk});
        std::memcpy(room.data(), bytes.data(), size);
        reader.commit(size);
        bytes.remove_prefix(size);
        auto step = reader.step();
        for (; step == RequestReader::Step::Complete; step = reader.step()) {
            const auto request = reader.take();
            seen += request.method + " " + request.target + " " + request.body + "\n";
            for (const auto& header : request.headers)
                seen += header.name + ":" + header.value + "\n";
        }
        if (step == RequestReader::Step::Failed) return seen + "failed";
    }
    return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string bytes = std::string(reinterpret_cast<const char*>(data) + 1, size - 1) + "\r\n\r\n";
    const std::size_t chunk = data[0] % 70 + 1U;
    if (read(bytes, bytes.size() + 1, kWide) != read(bytes, chunk, kWide)) std::abort();
    read(bytes, chunk, kTight);
    return 0;
}
