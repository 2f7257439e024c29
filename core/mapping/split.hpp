// Cuts a text that is too long for one message.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace tandem::mapping {

// Most parts of one message.
inline constexpr std::size_t kMaxParts = 20;

// Parts of at most `limit` characters (code points), cut where people pause if there is such a place in the second
// half: at the end of a line, else of a word. White space around a cut is left out. A text that fits is one part, as it
// is. Views of `text`. `limit` is at least 1.
std::vector<std::string_view> split_text(std::string_view text, std::size_t limit);

}  // namespace tandem::mapping
