// text/plain; format=flowed (RFC 3676). Private to core/mail.
#pragma once

#include <string>
#include <string_view>

namespace tandem::mail {

// Joins the lines that were only broken for sending; `text` has LF line ends. Quoted lines keep their marks.
std::string unflow(std::string_view text, bool delsp);

}  // namespace tandem::mail
