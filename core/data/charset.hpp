// Texts in other character sets to UTF-8; with charset.cpp the only user of ICU's converters. Private to core/data.
#pragma once

#include "core/base/result.hpp"
#include "core/data/arena.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::data {

class Charset {
public:
    // By IANA name or an alias of it, in either case; empty means UTF-8. ErrorKind::Corrupt if it is unknown.
    static Result<Charset> named(std::string_view name);

    bool is_utf8() const { return converter_ == nullptr; }
    // Valid UTF-8 in `arena`, or `text` itself if it is that already. What makes no sense becomes U+FFFD.
    std::string_view decode(std::string_view text, Arena& arena) const;
    // The octets of valid UTF-8 in this charset; nullopt when it lacks a character.
    std::optional<std::string> encode(std::string_view text) const;

private:
    struct Close {
        void operator()(void* converter) const;
    };
    std::unique_ptr<void, Close> converter_;
};

// Without the byte order mark, if there is one.
std::string_view without_bom(std::string_view text);

}  // namespace tandem::data
