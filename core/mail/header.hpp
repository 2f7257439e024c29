// Values of header fields, as they came and as programs write them: encoded words (RFC 2047) also where they are
// forbidden, parameters with continuations (RFC 2231), ids, trace fields. Our own, because GMime 3.2.13 cuts long
// encoded subjects (docs/decisions/0008-mail.md). `fallback` is the charset of undeclared 8-bit octets. Private to
// core/mail.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::mail {

// Encoded words decoded, the rest as undeclared text; nothing cleaned.
std::string decode_words(std::string_view value, std::string_view fallback);

// A value for people: decode_words as one clean line.
std::string decode_text(std::string_view value, std::string_view fallback);

struct Parametrised {
    std::string value;                                            // lower case, e.g. "attachment"
    std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case, values decoded

    std::string_view parameter(std::string_view name) const;  // "" if there is none
};

// Content-Type, Content-Disposition and their like.
Parametrised parse_parameters(std::string_view value, std::string_view fallback);

// What stands in <> (RFC 5322, 3.6.4), at most `limit`, each once; ids without brackets if there are no brackets.
std::vector<std::string> message_ids(std::string_view value, std::size_t limit);

// Without comments (RFC 5322, 3.2.2) outside of quotes.
std::string without_comments(std::string_view value);

// A name for a file: the last part of a path, without control characters, at most 255 bytes.
std::string file_name(std::string_view decoded);

}  // namespace tandem::mail
