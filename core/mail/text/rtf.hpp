// Compressed RTF of Outlook (MS-OXRTFCP). Private to core/mail/text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::mail {

// At most `limit` bytes; what was cut or damaged ends the text. nullopt if it is no compressed RTF.
std::optional<std::string> decompress_rtf(std::string_view bytes, std::size_t limit);

}  // namespace tandem::mail
