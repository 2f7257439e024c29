// Parts of a mail that is written: their headers, an empty line, the body in a transfer encoding (RFC 2045, 6). Inside
// core/mail.
#pragma once

#include "core/mail/compose.hpp"

#include <string>
#include <string_view>

namespace tandem::mail {

// text/plain in UTF-8. Seven bits where that will do, else quoted-printable, or base64 where that is shorter.
void write_text_part(std::string& out, std::string_view text);
void write_file_part(std::string& out, const File& file);

}  // namespace tandem::mail
