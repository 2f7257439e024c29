// HTTP responses in any bytes, cut anywhere, ended at the end: the result must not depend on the cuts, and no limit may
// be passed. The first byte chooses the cuts and the mode.
#include "core/net/response_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

using tandem::net::ResponseLimits;
using tandem::net::ResponseReader;

std::string read(std::string_view bytes, std::size_t chunk, bool truncate, bool head) {
    const ResponseLimits limits{.header_bytes = 512, .body_bytes = 1'024, .truncate_body = truncate};
    ResponseReader reader(limits, head);
    auto step = reader.step();
    while (step == ResponseReader::Step::NeedMore && !bytes.empty()) {
        const auto room = reader.prepare();
        const auto size = std::min({room.size(), bytes.size(), chunk});
        std::memcpy(room.data(), bytes.data(), size);
        reader.commit(size);
        bytes.remove_prefix(size);
        step = reader.step();
    }
    if (step == ResponseReader::Step::NeedMore) step = reader.finish();
    if (step == ResponseReader::Step::Failed) return "failed";
    const auto response = reader.take();
    if (response.body.size() > limits.body_bytes || (head && !response.body.empty())) std::abort();
    std::string seen = std::to_string(response.status) + (response.truncated ? "+" : "") + response.body + "\n";
    for (const auto& header : response.headers)
        seen += header.name + ":" + header.value + "\n";
    return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const bool truncate = (data[0] & 0x80U) != 0;
    const bool head = (data[0] & 0x40U) != 0;
    if (read(bytes, bytes.size() + 1, truncate, head) != read(bytes, (data[0] & 0x3fU) + 1U, truncate, head))
        std::abort();
    return 0;
}
