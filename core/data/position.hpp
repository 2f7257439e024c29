// Where in a text something is wrong, for people: lines and columns count from 1, columns in bytes. Private to
// core/data.
#pragma once

#include "core/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::data {

std::string position_text(std::string_view text, std::size_t offset);

// ErrorKind::Corrupt, "line L, column C: what".
std::unexpected<Error> corrupt_at(std::string_view text, std::size_t offset, std::string_view what);

}  // namespace tandem::data
