// What the readers of mail text need of Unicode; the only user of ICU in core/mail/text. Input is UTF-8 and stays
// valid; what is not UTF-8 comes out as U+FFFD.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::mail {

// Simple case folding of every character, for comparisons without regard to case: "ОТВЕТ" and "Ответ" are equal.
std::string fold_case(std::string_view text);

// NFKC without white space and format characters, the first `bytes` bytes of it: equal for texts that a relay wrapped,
// padded or composed in another way.
std::string squeeze(std::string_view text, std::size_t bytes);

// Runs of white space as one blank, none at the ends; also the line ends of a folded header.
std::string collapse_blanks(std::string_view text);

// Code points; what is not UTF-8 counts byte by byte.
std::size_t count_characters(std::string_view text);

}  // namespace tandem::mail
