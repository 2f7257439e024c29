// The syntax tree of an expression, between parser and compiler. Private to core/expr.
#pragma once

#include "core/data/value.hpp"
#include "core/expr/expression.hpp"
#include "core/expr/lexer.hpp"

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <vector>

namespace tandem::expr {

// Children are named left, right, third; lists of children stand in `children`.
enum class Form : std::uint8_t {
    Current,
    Root,
    Variable,          // value: name
    Literal,           // value
    Field,             // value: name; of the current node
    Sub,               // left . right
    Pipe,              // left | right
    Index,             // left [value]
    Slice,             // left [slice], the result projected onto right
    Flatten,           // left [], projected onto right
    ListProjection,    // left [*], projected onto right
    ObjectProjection,  // left .*, projected onto right
    Filter,            // left [?third], projected onto right
    List,              // [children]
    Hash,              // {names: children}
    Call,              // value: name; children are the arguments
    Reference,         // &left
    Or,
    And,
    Not,
    Compare,     // operation: the token
    Arithmetic,  // operation: the token
    Negate,
    UnaryPlus,
    Ternary,  // left ? right : third
    Let,      // names = children, then left
};

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = 0xFFFF'FFFF;

struct SyntaxNode {
    Form form;
    std::size_t offset = 0;  // in the text
    NodeIndex left = kNoNode;
    NodeIndex right = kNoNode;
    NodeIndex third = kNoNode;
    data::Value value = {};
    TokenKind operation = TokenKind::End;
    std::vector<NodeIndex> children = {};
    std::vector<std::string_view> names = {};
    std::array<std::optional<std::int64_t>, 3> slice = {};  // start, stop, step
};

struct SyntaxTree {
    std::vector<SyntaxNode> nodes;
    NodeIndex root = kNoNode;
};

// `depth` bounds the nesting that the parser follows.
std::expected<SyntaxTree, ExprError> parse(std::span<const Token> tokens, std::size_t depth);

}  // namespace tandem::expr
