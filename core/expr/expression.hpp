// JMESPath (Community Edition) compiled once into an immutable program and run over the document tree. The language of
// every leaf in a pack (mappings/README.md). Grammar and functions: https://jmespath.site (JEPs), checked by the
// community compliance suite.
#pragma once

#include "core/base/result.hpp"
#include "core/data/value.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::expr {

class FunctionTable;  // core/expr/functions.hpp
struct Code;          // the compiled form, private

// The kinds of failure that the language specification names, and Limit for what exceeds the bounds below.
enum class ExprErrorKind {
    Syntax,
    UnknownFunction,
    InvalidArity,
    InvalidType,
    InvalidValue,
    UndefinedVariable,
    NotANumber,
    Limit,
};
std::string_view to_string(ExprErrorKind kind);  // "syntax", "unknown-function", "invalid-arity", ...

struct ExprError {
    ExprErrorKind kind;
    std::string text;
    std::size_t column;  // 1-based, in bytes of the expression
};

// A named value that expressions see as `$name`, e.g. $settings. The outermost scope of `let`.
struct Variable {
    std::string_view name;
    data::Value value;
};

// Bounds of one evaluation. Recursion needs none here: it is bounded by the depth of the compiled expression.
struct Limits {
    std::size_t steps = 100'000;           // nodes and list elements visited
    std::size_t memory = 8 * 1024 * 1024;  // arena bytes taken
};

// Variables reach an expression in two ways. `values` is the fast one: the value of the i-th name of
// CompileOptions::variables, found by index. `variables` is searched by name, for callers without a fixed layout.
struct Context {
    data::Arena& arena;  // results live here
    std::span<const Variable> variables{};
    const void* host = nullptr;  // handed to extension functions (core/mapping uses it for tables, clock, region)
    Limits limits{};
    std::span<const data::Value> values{};  // a value missing at the end counts as null
};

struct CompileOptions {
    const FunctionTable* functions = nullptr;  // nullptr: the standard functions only; must outlive the expression
    bool legacy_literals = false;              // `foo` (unquoted text between backticks) means "foo", as before JEP-12
    // The layout of Context::values; the names are copied. A later name hides an earlier equal one.
    std::span<const std::string_view> variables{};
    // A variable neither in `variables` nor bound by `let` is an UndefinedVariable error of compile(), with "did you
    // mean". False: it is looked up in Context::variables when it is evaluated.
    bool known_variables_only = false;
    std::size_t depth = 256;  // nesting of the expression, so of its evaluation
};

// One use of a variable that the context must give.
struct VariableUse {
    std::string name;         // without `$`
    std::size_t column;       // of the `$`, 1-based
    std::string member = {};  // of `$name.member...`; empty if the variable is used as a whole
};

// One call of a function, for checks that only a layer above can make (does the table of this lookup exist?).
struct CallUse {
    std::string_view function;                  // name, as in the function table
    std::size_t column;                         // of the name, 1-based
    std::vector<const data::Value*> constants;  // per argument: its value if it is a literal, nullptr otherwise
    std::vector<std::size_t> columns;           // per argument
};

// Immutable and shareable between threads; cheap to copy.
class Expression {
public:
    // Finds syntax errors, unknown functions, wrong numbers of arguments and (see CompileOptions) unknown variables.
    static std::expected<Expression, ExprError> compile(std::string_view text, const CompileOptions& options = {});

    // `root` is both the current node and `$`. The result refers to memory of `root`, the variables, the arena and the
    // expression, so all of them must outlive it.
    std::expected<data::Value, ExprError> evaluate(data::Value root, const Context& context) const;
    // With `$` and the current node apart: an expression that runs on an element of a larger document.
    std::expected<data::Value, ExprError> evaluate(data::Value root, data::Value current, const Context& context) const;

    std::string_view text() const;
    // The constant value if the expression is a literal, so that callers can fold it.
    const data::Value* constant() const;
    // Every use of a variable that must come from the context (not bound by `let`), in the order of the text.
    std::span<const VariableUse> free_variables() const;
    // Every call, in the order of the text.
    std::span<const CallUse> calls() const;
    bool uses_variable(std::string_view name) const;
    // True if the expression can look at `$variable.member`: it names that member right behind the variable, or uses
    // the variable as a whole. Lets a caller leave out members that are costly to make.
    bool uses_member(std::string_view variable, std::string_view member) const;

private:
    explicit Expression(std::shared_ptr<const Code> code) : code_(std::move(code)) {}
    std::shared_ptr<const Code> code_;
};

}  // namespace tandem::expr
