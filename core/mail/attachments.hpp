// The attachments of a mail as metadata: their bytes are hashed while they are decoded, never kept. Private to
// core/mail.
#pragma once

#include "core/data/value.hpp"
#include "core/mail/body.hpp"
#include "core/mail/limits.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

struct Attachment {
    std::string part;  // "2.1", or "3/2.1" inside of part 3
    std::string filename;
    std::string media_type;
    std::size_t size = 0;
    std::string sha512;
    std::string content_id;
    bool shown_inline = false;
    std::optional<std::string> subject;  // of an enclosed mail
};

std::vector<Attachment> list_attachments(const Body& body, const Limits& limits, std::string_view within);

data::Value attachments_value(const std::vector<Attachment>& list, data::Arena& arena);

std::string full_number(std::string_view within, std::string_view number);

// What Outlook packs its own format into.
bool is_tnef(std::string_view media_type, std::string_view filename);

}  // namespace tandem::mail
