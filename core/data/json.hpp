// JSON text to Value and back; with json.cpp the only user of RapidJSON.
#pragma once

#include "core/base/result.hpp"
#include "core/data/value.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::data {

struct JsonLimits {
    std::size_t depth = 128;
};

// RFC 8259; the text must be valid UTF-8 and hold exactly one value. Strings live in `arena`. Failure is
// ErrorKind::Corrupt with "line L, column C: what". An escaped half of a surrogate pair becomes U+FFFD.
Result<Value> parse_json(std::string_view text, Arena& arena, JsonLimits limits = {});

// Compact; members in the order they have, text as UTF-8 (only what must be escaped is). A Double that is whole is
// written with ".0"; infinities and NaN, which JSON lacks, become null. Invalid UTF-8 becomes U+FFFD.
void write_json(Value value, std::string& out);
std::string to_json(Value value);
std::string to_pretty_json(Value value);  // two spaces, for people

// Members sorted by key at every level: equal documents give equal bytes (hashing, golden files).
std::string to_canonical_json(Value value);

// Appends `text` as a JSON string with its quotes.
void write_json_string(std::string_view text, std::string& out);

}  // namespace tandem::data
