// The registers of an interaction as one column. The document of a single source stands in the row's `document` column
// only; with several sources every register keeps its own, and `document` is their fold.
#pragma once

#include "core/store/fold.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tandem::store {

std::string encode_registers(std::span<const Register> registers);

// `document` is the row's. Throws sqlite::Failure (Corrupt) if the column does not make sense.
std::vector<Register> decode_registers(std::string_view column, std::string_view document);

}  // namespace tandem::store
