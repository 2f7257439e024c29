// The compiled form of an expression: a flat list of small nodes whose children are indices. Private to core/expr.
//
// The evaluator walks it recursively. What makes it fast is what the compiler does before: chains of members and
// indices are one node (Path), variables are slots, functions and constants are resolved.
#pragma once

#include "core/data/value.hpp"
#include "core/expr/expression.hpp"
#include "core/expr/functions.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::expr {

enum class Op : std::uint8_t {
    // Leaves, also the bases of paths.
    Current,
    Root,
    Constant,  // a: constants
    Slot,      // a: frame slot bound by let
    Given,     // a: index into Context::values
    Named,     // a: names; looked up in Context::variables
    // The rest.
    Path,           // base: where it starts (a: its operand; for Op::Path the node), b: first of count steps
    Sub,            // a . b
    Pipe,           // a | b
    Slice,          // a [slices[c]], projected onto b
    Flatten,        // a [], projected onto b
    ListProject,    // a [*], projected onto b
    ObjectProject,  // a .*, projected onto b
    Filter,         // a [?c], projected onto b
    List,           // b: first of count children in lists
    Hash,           // b: first of count children in lists, c: first of count names
    Call,           // a: functions, b: first of count arguments in lists
    Reference,      // a
    Or,
    And,
    Not,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    IntegerDivide,
    Modulo,
    Negate,
    UnaryPlus,
    Ternary,  // a ? b : c
    Let,      // frame slots from a on = count children from lists[b], then c
};

struct CodeNode {
    Op op = Op::Current;
    Op base = Op::Current;
    std::uint16_t count = 0;
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::uint32_t c = 0;
};
static_assert(sizeof(CodeNode) == 16);

// One step of a path: a member by name or an item by index.
struct Step {
    bool is_index = false;
    std::int64_t index = 0;
    std::string_view key = {};
};

struct SliceParts {
    std::optional<std::int64_t> start, stop, step;
};

struct Code {
    std::string text;
    data::Arena arena{256};  // constants and names
    std::vector<CodeNode> nodes;
    std::vector<std::uint32_t> columns;  // of the nodes
    std::vector<Step> steps;
    std::vector<std::uint32_t> lists;
    std::vector<std::string_view> names;
    std::vector<data::Value> constants;
    std::vector<SliceParts> slices;
    std::vector<const Function*> functions;
    std::uint32_t root = 0;
    std::uint32_t slots = 0;  // size of the frame of let
    // How many times larger than its input a result written out can be, at most, because list and hash constructors
    // share what they hold. Results of code above kExpansionLimit are measured.
    std::uint64_t expansion = 1;
    std::vector<VariableUse> uses;
    std::vector<CallUse> calls;
};

inline constexpr std::uint64_t kExpansionLimit = 256;

// Source of the names in `options` may go away afterwards; the function table may not.
std::expected<std::shared_ptr<const Code>, ExprError> compile_code(std::string_view text,
                                                                   const CompileOptions& options);

}  // namespace tandem::expr
