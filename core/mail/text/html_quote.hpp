// Where mail programs put the mail that is answered, in HTML (vendors/email.md 5.4).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace tandem::mail {

using AttributeView = std::span<const std::pair<std::string_view, std::string_view>>;

enum class QuoteStart : std::uint8_t {
    None,
    Element,  // what is inside the element is the quote
    Rest,     // the quote goes from here to the end of the document: Outlook puts only a line or the header into the
              // element
};

// Tag and attribute names in any case, values decoded.
QuoteStart quote_start(std::string_view tag, AttributeView attributes);

// Whether the element as a whole is a quote. A quote of kind Rest is left to reply_text(), which finds its header
// block. Gmail puts forwarded mails into the same element: see is_forward_marker() in reply_text.hpp.
bool begins_quote(std::string_view tag, AttributeView attributes);

}  // namespace tandem::mail
