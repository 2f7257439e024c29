// What a log line must not show: secrets never, and who a person is only at trace. Works on text that is already chosen
// for the log; it is the second line of defence, the first is not to log payloads at all. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace tandem::obs {

// The name says that the value is a secret: token, password, authorization, signature, cookie ...
bool names_secret(std::string_view name);

// Replaces what looks like a telephone number (***67 keeps the last two digits), a mailbox (***@example.test), a token
// or `secret_name=value`. Dates, UUIDs, network addresses and short numbers stay.
std::string redact(std::string_view text);

// A field of a log line as it may be shown; at most 4 KiB. With `persons_visible` (trace) only secrets are hidden.
std::string redact_field(std::string_view name, std::string_view value, bool persons_visible);

}  // namespace tandem::obs
