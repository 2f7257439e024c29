// The input is a mail. Whatever it is, there is a document that can be written as JSON and read back, its texts are
// UTF-8, and the bytes of each of its attachments are found again.
#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "core/mail/decode.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace tandem;

void check_attachments(std::string_view raw, data::Value document) {
    constexpr std::size_t kSome = 4;
    const auto list = document.get("attachments").items();
    for (std::size_t i = 0; i < std::min(kSome, list.size()); ++i) {
        const auto bytes = mail::part_bytes(raw, list[i].get("part").as_string());
        if (!bytes || bytes->size() != list[i].get("size_bytes").as_uint()) std::abort();
        if (hex(sha512(*bytes)) != list[i].get("sha512").as_string()) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view raw(reinterpret_cast<const char*>(bytes), size);
    data::Arena arena;
    mail::Limits limits;
    limits.text_bytes = 64 * 1024;
    limits.default_charset = size % 2 == 0 ? "windows-1251" : "";
    const auto document = mail::decode(raw, limits, arena);
    if (!document) {
        if (document.error().kind != ErrorKind::Corrupt) std::abort();
        return 0;
    }
    const auto json = data::to_json(*document);
    if (!valid_utf8(json)) std::abort();
    const auto again = data::parse_json(json, arena);
    if (!again || data::to_json(*again) != json) std::abort();
    if (document->get("text").size() > limits.text_bytes) std::abort();
    check_attachments(raw, *document);
    return 0;
}
