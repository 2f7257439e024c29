// Drafts of any content: what is composed has whole short lines, seven bits, one empty line after a head without
// surprises.
#include "core/mail/compose.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace tandem::mail;

std::string_view next(std::string_view& rest) {
    const auto end = std::min(rest.find('\0'), rest.size());
    const auto out = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return out;
}

void check(const Composed& mail) {
    const std::string_view octets = mail.octets;
    const auto head = octets.find("\r\n\r\n");
    if (head == std::string_view::npos || !octets.ends_with("\r\n")) std::abort();
    std::size_t line = 0;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const char c = octets[i];
        if (c == '\n' && (i == 0 || octets[i - 1] != '\r')) std::abort();
        if (c == '\r' && octets[i + 1] != '\n') std::abort();
        if (static_cast<unsigned char>(c) >= 0x80 && !mail.international) std::abort();
        line = c == '\n' ? 0 : line + 1;
        if (line > 1'000) std::abort();
    }
    // Every line of the head begins a header that we write, or goes on with one.
    for (std::size_t at = 0; at < head; at = octets.find("\r\n", at) + 2) {
        const auto text = octets.substr(at, octets.find("\r\n", at) - at);
        const auto name = text.substr(0, std::min(text.find(':'), text.size()));
        constexpr std::string_view kKnown =
            "|Date|From|To|Reply-To|Subject|Message-ID|In-Reply-To|References|Auto-Submitted|X-Auto-Response-Suppress|"
            "MIME-Version|Content-Type|Content-Transfer-Encoding|";
        const bool known = kKnown.find("|" + std::string(name) + "|") != std::string_view::npos;
        if (!text.starts_with(' ') && !known) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    Draft draft{.from = {.address = "a@b.test", .name = std::string(next(rest))},
                .to = {{.address = std::string(next(rest)), .name = std::string(next(rest))}},
                .subject = std::string(next(rest)),
                .message_id = "id@b.test",
                .text = {}};
    draft.in_reply_to = next(rest);
    draft.references = reply_references({std::string(next(rest)), std::string(next(rest))}, draft.in_reply_to);
    draft.subject = reply_subject(draft.subject);
    if (size % 3 == 0)
        draft.files.push_back({std::string(next(rest)), std::string(next(rest)), std::string(next(rest))});
    draft.text = rest;
    const auto mail = compose(draft);
    if (!mail) return 0;
    check(*mail);
    if (compose(draft)->octets != mail->octets) std::abort();
    return 0;
}
