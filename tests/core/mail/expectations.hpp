// What fixtures/email/expectations.jsonl states about a mail, compared with the document that Tandem makes of it.
#pragma once

#include "core/data/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::testing {

enum class Compared { Equal, Different, NotOfDocument };

struct Comparison {
    Compared outcome = Compared::Equal;
    std::string ours;  // what the document says instead
};

// `stated` is the value under `key`. NotOfDocument: the key is about something that the document has no place for.
Comparison compare_stated(std::string_view key, data::Value stated, data::Value document);

}  // namespace tandem::testing
