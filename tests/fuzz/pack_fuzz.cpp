// Any text as a pack: compiling it must end with a pack or with diagnostics, and a pack that compiles must be able to
// take a request.
#include "core/config/node.hpp"
#include "core/mapping/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tandem;
    config::Diagnostics diagnostics;
    const auto root = config::parse_yaml({reinterpret_cast<const char*>(data), size}, "fuzz.yaml", diagnostics);
    if (diagnostics.has_errors()) return 0;
    auto pack = mapping::Pack::compile(root, diagnostics);
    if (!pack) return diagnostics.has_errors() ? 0 : (__builtin_trap(), 0);
    config::Diagnostics ignored;
    auto settings = mapping::read_settings(*pack, {}, "settings", ignored);
    const mapping::BoundPack bound(pack, std::move(settings), "fuzz", "RU");
    const std::vector<mapping::RequestHeader> headers = {{"Content-Type", "application/json"}};
    const auto body = R"({"id":"1","object":"page","entry":[{"id":"2","messaging":[{"message":{"mid":"3"}}]}]})";
    (void)mapping::map_result_json(bound, {"POST", "https://gw.example.test/hooks/fuzz?a=1", headers, body, {}});
    return 0;
}
