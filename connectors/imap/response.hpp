// What an IMAP server says (RFC 3501 section 7, RFC 9051), taken apart but not understood.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::imap {

struct Value {
    enum class Kind : std::uint8_t { Nil, Atom, String, List };

    Kind kind = Kind::Nil;
    bool cut = false;            // a literal of which only the beginning was kept
    std::string text{};          // of atoms and strings
    std::vector<Value> items{};  // of lists

    bool is_text() const { return kind == Kind::Atom || kind == Kind::String; }
    // Of an atom, without regard to case.
    bool is(std::string_view word) const;
    std::optional<std::uint64_t> number() const;
};

enum class Condition : std::uint8_t { None, Ok, No, Bad, Bye, PreAuth };

struct Response {
    std::string tag{};  // "*", "+", or the tag of a command
    Condition condition = Condition::None;
    std::string code{};           // of a condition: what stands in brackets, as "UIDVALIDITY 12"
    std::string text{};           // of a condition or continuation, of SEARCH and ESEARCH: the rest of the line
    std::string word{};           // of data, in upper case: "FETCH", "EXISTS", "LIST"
    std::uint32_t number = 0;     // of data as "12 EXISTS"
    std::vector<Value> values{};  // of data: what follows the word

    bool untagged() const { return tag == "*"; }
    bool continuation() const { return tag == "+"; }
    // The words of the code, the first in upper case; empty texts where there is none.
    std::string code_word() const;
    std::string_view code_rest() const;
};

// A whole decimal number.
std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace tandem::imap
