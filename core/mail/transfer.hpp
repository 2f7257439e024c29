// Content-Transfer-Encoding (RFC 2045, 6), tolerant. Private to core/mail.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace tandem::mail {

// Pieces of at most 64 KiB; `take` returns false to end it. Octets outside of the alphabet are passed over, padding
// begins the next piece (several files joined, each with padding of its own).
void decode_base64(std::string_view text, const std::function<bool(std::string_view)>& take);
std::string base64_bytes(std::string_view text);

}  // namespace tandem::mail
