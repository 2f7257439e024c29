// Octets of mails to clean UTF-8: charset labels as people write them (WHATWG Encoding, 4.2, and what mail adds),
// undeclared text, normal forms. Private to core/mail.
#pragma once

#include <string>
#include <string_view>

namespace tandem::mail {

// The octets in the declared charset, believed when they make sense in it. Without a declaration, with an unknown one,
// or with 8-bit octets declared as us-ascii: UTF-8 if they are that, else `fallback`, else what the text looks like.
std::string to_utf8(std::string_view octets, std::string_view label, std::string_view fallback);

// False for labels that name no charset that we can read ("x-unknown", "").
bool known_charset(std::string_view label);

// False for labels that tell nothing about 8-bit octets: unknown ones and us-ascii.
bool declares_charset(std::string_view label);

// Decoded per encoded word: its octets mean something only from their own beginning on (ISO-2022).
bool has_shifts(std::string_view label);

// For people and search: NFC, without NUL, U+FEFF and other control characters but TAB and LF; CRLF and CR become LF.
std::string clean_text(std::string_view utf8);

// Of a header value: like clean_text, on one line, blanks around it removed.
std::string clean_line(std::string_view utf8);

// Lower case, as A-labels (IDNA); what cannot be a domain stays as it is, in lower case.
std::string ascii_domain(std::string_view utf8);

// Cut to at most `limit` bytes, not within a character.
std::string_view cut_utf8(std::string_view utf8, std::size_t limit);

}  // namespace tandem::mail
