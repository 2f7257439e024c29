// winmail.dat in any bytes: no crash, attachments lie inside what was read, limits hold.
#include "core/mail/text/tnef.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto found = tandem::mail::read_tnef(bytes, {.attachments = 20, .properties = 500, .rtf_bytes = 64 * 1024});
    if (!found) return 0;
    if (found->attachments.size() > 20 || found->rtf.size() > 64 * 1024) std::abort();
    for (const auto& attachment : found->attachments) {
        if (attachment.bytes.empty()) continue;
        const auto* begin = attachment.bytes.data();
        if (begin < bytes.data() || begin + attachment.bytes.size() > bytes.data() + bytes.size()) std::abort();
    }
    return 0;
}
