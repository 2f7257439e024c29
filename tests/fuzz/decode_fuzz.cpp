// The first byte chooses the decoder, the first line is the content type, the rest the body. Whatever decodes can be
// written as JSON and read back to the same document.
#include "core/base/text.hpp"
#include "core/data/decode.hpp"
#include "core/data/json.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace tandem;
    if (size == 0) return 0;
    auto names = data::decoder_names();
    auto name = names[bytes[0] % names.size()];
    std::string_view input(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    auto line = input.find('\n');
    if (line == std::string_view::npos) return 0;
    data::Arena arena;
    auto value = data::decode(name, input.substr(0, line), input.substr(line + 1), arena,
                              {.size = 1 << 20, .depth = 64, .fields = 2000});
    if (!value) {
        if (value.error().kind != ErrorKind::Corrupt) std::abort();
        return 0;
    }
    auto json = data::to_json(*value);
    if (!valid_utf8(json)) std::abort();
    auto again = data::parse_json(json, arena, {.depth = 70});
    if (!again || data::to_json(*again) != json) std::abort();
    return 0;
}
