// Small text helpers without locale. Nothing here allocates more than its result.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

bool valid_utf8(std::string_view text);
std::size_t valid_utf8_prefix(std::string_view text);  // bytes before the first invalid sequence
std::string sanitize_utf8(std::string_view text);      // invalid sequences become U+FFFD
std::string to_lower_ascii(std::string_view text);
std::string_view trim_ascii(std::string_view text);
bool iequals_ascii(std::string_view a, std::string_view b);

std::string hex(std::span<const std::uint8_t> bytes);  // lower case
std::optional<std::string> unhex(std::string_view text);
std::string base64(std::string_view bytes);                             // RFC 4648 4, padded
std::string base64url(std::string_view bytes);                          // RFC 4648 5, without padding
std::optional<std::string> unbase64(std::string_view text);             // both alphabets, padding optional
std::string percent_decode(std::string_view text, bool plus_is_space);  // a broken escape stays as it is
std::string percent_encode(std::string_view text);                      // RFC 3986 unreserved characters stay
std::string escape_html(std::string_view text);                         // & < > " '

// The candidate that the user most likely meant, or nullopt when none is near (at most a third of the letters, or one,
// typed wrongly; two that are swapped count as one).
std::optional<std::string> did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace tandem
