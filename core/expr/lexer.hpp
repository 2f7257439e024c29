// Text of an expression to tokens. Private to core/expr.
#pragma once

#include "core/data/value.hpp"
#include "core/expr/expression.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

namespace tandem::expr {

enum class TokenKind : std::uint8_t {
    End,
    Identifier,        // value: its text
    QuotedIdentifier,  // value: its text, unescaped
    Variable,          // value: the name without `$`
    Literal,           // value
    Number,            // value: an integer
    Current,
    Root,
    Dot,
    Comma,
    Colon,
    Assign,
    Question,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Flatten,  // []
    Filter,   // [?
    Reference,
    Pipe,
    Or,
    And,
    Not,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    Minus,
    Star,
    Divide,
    IntegerDivide,
    Modulo,
};

struct Token {
    TokenKind kind = TokenKind::End;
    std::size_t offset = 0;  // of its first byte
    std::string_view text;   // as written
    data::Value value;
};

// The last token is End. Values live in `arena` and in `text`, which must outlive them.
std::expected<std::vector<Token>, ExprError> tokenize(std::string_view text, bool legacy_literals, data::Arena& arena);

}  // namespace tandem::expr
