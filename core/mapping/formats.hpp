// What a text of a setting must look like beyond its type (`format:` of a setting), so that a setting that could never
// work is refused where it is written. Pure; private to the layer.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::mapping {

inline constexpr std::array<std::string_view, 2> kFormatNames = {"mailboxes", "regex"};

// What is wrong with the text, as a sentence; nothing when it fits. `format` is one of kFormatNames, or empty: anything
// fits.
std::optional<std::string> format_fault(std::string_view format, std::string_view text);

// `*` stands for any characters before the @, `@domain` for every address of that domain. `mailbox` is in normal form.
bool fits_mailbox(std::string_view mailbox, std::string_view pattern);

// What RE2 says about a pattern that it cannot read, without repeating it.
std::optional<std::string> regex_fault(std::string_view pattern);

}  // namespace tandem::mapping
