// A mail as the document that packs map (`receive.decode: mail`); its members are described in mappings/README.md.
#pragma once

#include "core/base/result.hpp"
#include "core/data/value.hpp"
#include "core/mail/limits.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::mail {

// `raw` is the mail as it came (RFC 5322), or a beginning of it. Every mail gives a document: what could not be read is
// named in `problems`. ErrorKind::Corrupt only if there is nothing but blanks. The document holds no bytes of
// attachments, so that its memory does not grow with them; texts live in `arena`. Thread-safe.
Result<data::Value> decode(std::string_view raw, const Limits& limits, data::Arena& arena);

// The decoded bytes of the attachment that the document numbers `part`; nullopt if the mail has no such part.
std::optional<std::string> part_bytes(std::string_view raw, std::string_view part);

}  // namespace tandem::mail
