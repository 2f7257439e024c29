// Where a quoted or forwarded mail begins: introductions ("On … wrote:"), separators, header blocks. Private to
// core/mail/text.
#pragma once

#include "core/mail/text/reply_lines.hpp"
#include "core/mail/text/reply_text.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tandem::mail {

enum class QuoteMark : std::uint8_t {
    Introduction,  // "On … wrote:"
    Header,        // a separator and header lines, or header lines alone
    Forward,       // a separator of a forwarded mail, with header lines or without
};

struct FoundQuote {
    QuoteMark mark = QuoteMark::Introduction;
    std::size_t lines = 0;  // that the mark takes
    QuotedMail mail = {};
};

// What begins at the first of `lines`, which is not empty; looks at 12 lines at most.
std::optional<FoundQuote> find_quote(std::span<const Line> lines, std::size_t& work);

}  // namespace tandem::mail
