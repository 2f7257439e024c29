// Headers of a mail that is written: encoded words, parameters, folding at 78 octets. Inside core/mail.
#pragma once

#include "core/base/time.hpp"

#include <string>
#include <string_view>

namespace tandem::mail {

// "Name: value CRLF", folded at blanks. `value` is ASCII, or has addresses in UTF-8.
void write_header(std::string& out, std::string_view name, std::string_view value);

// Text for a header that people read: as it is, or in encoded words of UTF-8 (RFC 2047) where it has to be.
std::string encode_text(std::string_view text);
// The name before an address: an atom, a quoted string or encoded words.
std::string encode_phrase(std::string_view name);
// "; name=value" in RFC 2231's ways: quoted, or in UTF-8 with percents and continuations.
std::string encode_parameter(std::string_view name, std::string_view value);

std::string mail_date(Instant at);  // "Sun, 22 Nov 2026 15:55:29 +0000"

bool has_control(std::string_view text);  // C0, DEL

}  // namespace tandem::mail
