// The attachments of a mail as metadata: their bytes are hashed while they are decoded, never kept. Private to
// core/mail.
#pragma once

#include "core/data/value.hpp"
#include "core/mail/body.hpp"
#include "core/mail/limits.hpp"

#include <string_view>

namespace tandem::mail {

data::Value attachment_list(const Body& body, const Limits& limits, std::string_view within, data::Arena& arena);

// "2.1", or "3/2.1" inside of part 3.
std::string full_number(std::string_view within, std::string_view number);

}  // namespace tandem::mail
