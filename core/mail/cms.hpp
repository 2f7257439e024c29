// S/MIME (RFC 8551) without keys: what is signed only can be read, what is encrypted cannot. With cms.cpp the only user
// of OpenSSL's CMS. Private to core/mail.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tandem::mail {

// The content of signed-data, nullopt if `der` is something else or damaged. The signature is not verified: nothing may
// be concluded from it.
std::optional<std::string> unwrap_signed(std::string_view der);

}  // namespace tandem::mail
