// What the client writes: strings, sets of UIDs, dates, and the law about commands. Pure.
#pragma once

#include "core/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::imap {

using Uid = std::uint32_t;

// As a quoted string; nullopt when it holds what none can (line breaks, NUL).
std::optional<std::string> quoted_string(std::string_view text);

// Rising UIDs as "1:5,7".
std::string uid_set(std::span<const Uid> rising);
// "1:5,7,9:8" in any order as rising UIDs without doubles; at most `limit` of them, the highest ones.
std::vector<Uid> parse_uid_set(std::string_view text, std::size_t limit);

// RFC 3501 "date", UTC: 2-Nov-2026.
std::string search_date(Instant at);
// RFC 3501 "date-time": " 2-Nov-2026 06:14:05 +0300".
std::optional<Instant> parse_date_time(std::string_view text);

// A mailbox name as people know it: modified UTF-7 (RFC 3501, 5.1.3), or UTF-8 as it is. What cannot be decoded stays.
std::string folder_name(std::string_view raw);

// Nothing at the server changes by this command (without tag and line end): no flag, no mail, no folder. Every command
// is asked about before it is written; what is not known to be harmless is not.
bool harmless(std::string_view command);

}  // namespace tandem::imap
