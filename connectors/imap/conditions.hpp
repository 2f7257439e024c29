// What a server's refusal means for us (RFC 3501 7.1, RFC 5530, and what providers write instead). Pure.
#pragma once

#include "connectors/imap/response.hpp"
#include "core/base/error.hpp"

#include <string>

namespace tandem::imap {

// `what`: what was refused, for people. Throttled with the time that the server names; Auth, Config, Transient, and
// Rejected for what will be refused again.
Error refusal(const Response& response, std::string_view what);

// The same of a login: a refusal without any code is one of the credentials.
Error login_refusal(const Response& response);

}  // namespace tandem::imap
