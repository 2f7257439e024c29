// JMESPath (Community Edition) compiled once into an immutable program and run over the document tree. The language of
// every leaf in a pack (mappings/README.md). Grammar and functions: https://jmespath.site (JEPs), checked by the
// community compliance suite.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/data/value.hpp"

namespace tandem::expr {

class FunctionTable;  // core/expr/functions.hpp
struct Code;          // the compiled form, private

// The kinds of failure that the language specification names.
enum class ExprErrorKind { Syntax, UnknownFunction, InvalidArity, InvalidType, InvalidValue, UndefinedVariable, NotANumber, Limit };
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

struct Limits {
    std::size_t depth = 64;             // nesting of the expression and of evaluation
    std::size_t steps = 100'000;        // nodes visited in one evaluation
    std::size_t memory = 8 * 1024 * 1024;  // arena bytes one evaluation may take
};

struct Context {
    data::Arena& arena;                     // results live here
    std::span<const Variable> variables{};  // visible as $name
    const void* host = nullptr;             // handed to extension functions (core/mapping uses it for tables, clock, region)
    Limits limits{};
};

struct CompileOptions {
    const FunctionTable* functions = nullptr;  // nullptr: the standard functions only
    bool legacy_literals = false;              // `foo` (unquoted text between backticks) means "foo", as before JEP-12
};

// Immutable and shareable between threads; cheap to copy.
class Expression {
public:
    static std::expected<Expression, ExprError> compile(std::string_view text, const CompileOptions& options = {});

    // `root` is both the current node and `$`. The result refers to memory of `root`, the arena and the expression, so
    // all three must outlive it.
    std::expected<data::Value, ExprError> evaluate(data::Value root, const Context& context) const;

    std::string_view text() const;
    // The constant value if the expression is a literal, so that callers can fold it.
    const data::Value* constant() const;

private:
    explicit Expression(std::shared_ptr<const Code> code) : code_(std::move(code)) {}
    std::shared_ptr<const Code> code_;
};

}  // namespace tandem::expr
