// A mail's text in any bytes: no crash, nothing invented, work within bounds; subjects and keys of it too.
#include "core/mail/text/base_subject.hpp"
#include "core/mail/text/html_quote.hpp"
#include "core/mail/text/keys.hpp"
#include "core/mail/text/reply_text.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace tandem::mail;

void check_reply(std::string_view text, bool forward) {
    const auto found = reply_text(text, {.forward = forward});
    if (found.text.size() > text.size() || found.work > text.size() * 400 + 10'000) std::abort();
    if (found.text.starts_with('\n') || found.text.ends_with('\n')) std::abort();
}

void check_subject(std::string_view text) {
    const auto once = base_subject(text);
    const auto twice = base_subject(once.text);
    if (twice.text != once.text || twice.reply || twice.forward) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    check_reply(text, (data[0] & 1U) != 0);
    check_subject(text);
    is_forward_marker(text);
    const std::vector<std::pair<std::string_view, std::string_view>> attributes = {
        {"class", text}, {"style", text}, {"id", text}};
    quote_start("div", attributes);
    const KeyParts parts{.message_id = text,
                         .from = {},
                         .recipients = {},
                         .base_subject = text,
                         .date = {},
                         .text = text,
                         .attachment_hashes = {},
                         .newest_received = text};
    if (keys(parts).content.size() != 64) std::abort();
    return 0;
}
