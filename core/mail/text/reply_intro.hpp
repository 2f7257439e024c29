// The line that a mail program writes above a quote: "On Mon, 2 Nov 2026 at 9:14, Irina <i@b.test> wrote:", in many
// languages and often wrapped. Private to core/mail/text.
#pragma once

#include "core/mail/text/reply_lines.hpp"
#include "core/mail/text/reply_text.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace tandem::mail {

struct FoundIntro {
    std::size_t lines = 0;
    QuotedMail mail;  // from and date
};

// What begins at the first of `lines`; looks at six lines at most.
std::optional<FoundIntro> find_intro(std::span<const Line> lines, std::size_t& work);

}  // namespace tandem::mail
