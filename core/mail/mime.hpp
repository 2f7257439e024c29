// Bytes of a mail to its structure, and the bytes of its parts; with mime.cpp the only user of GMime.
#pragma once

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/mail/limits.hpp"
#include "core/mail/mail.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::mail {

// Takes everything that has a byte other than blanks; a mail without header is a text. ErrorKind::Corrupt if there is
// nothing. Thread-safe.
Result<Mail> parse(std::string_view raw, const Limits& limits);

// The content of a leaf or an enclosed mail without its transfer encoding, in pieces of at most 64 KiB, so that a large
// attachment is never in memory as a whole. Tolerant: an unknown encoding is 8bit, padding inside base64 is passed
// over. `take` returns false to end it.
void decode_content(const Part& part, const std::function<bool(std::string_view)>& take);

// The same in one text of at most `limit` bytes.
std::string content(const Part& part, std::size_t limit);

// The bytes of an enclosed mail, which come without an encoding as a rule: then a view into the mail around it. Else
// they are put into `storage`.
std::string_view content_view(const Part& part, std::string& storage);

// Of an enclosed mail, also of an encoded one.
Fields enclosed_header(const Part& part, const Limits& limits);

struct Digest {
    std::size_t size = 0;
    std::string sha512;  // hex
};

// Of the content.
Digest content_digest(const Part& part);

// A date of RFC 5322 and what programs write for one; without a zone or with an unknown one it is UTC.
std::optional<Instant> parse_date(std::string_view text);

}  // namespace tandem::mail
