// The table of functions that expressions can call. Each entry carries what documentation, type checks and tests need;
// layers above (core/mapping) build a table of their own by adding entries to the standard one. How to write a
// function: core/expr/functions_call.hpp.
#pragma once

#include "core/expr/expression.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::expr {

// What a parameter accepts; a set of these is a type. Arguments are checked before the implementation runs.
enum Type : std::uint16_t {
    kNull = 1,
    kBoolean = 2,
    kNumber = 4,
    kString = 8,
    kArray = 16,
    kObject = 32,
    kExpression = 64,      // &expr
    kArrayOfNumber = 128,  // an array whose items are all numbers; an empty array is accepted
    kArrayOfString = 256,
    kAny = kNull | kBoolean | kNumber | kString | kArray | kObject,
};
std::string type_text(std::uint16_t types);  // "string|null", "any", "array[number]|array[string]"

struct Parameter {
    std::string_view name;
    std::uint16_t types;
    bool optional = false;  // then all that follow are optional, too
    bool variadic = false;  // last parameter only: one or more; with optional: none or more
};

class Call;  // what an implementation sees: arguments, arena, host, apply(expression, value); in functions_call.hpp

using Outcome = std::expected<data::Value, ExprError>;
using Implementation = Outcome (*)(Call& call);

// All texts are views of string literals (or anything else that outlives the table).
struct Function {
    std::string_view name;
    std::vector<Parameter> parameters;
    std::string_view result;          // type in words, for documentation
    std::string_view description;     // one sentence
    std::string_view example;         // an expression over `null` ...
    std::string_view example_result;  // ... and its result as JSON; every example is a test
    Implementation run;
    bool extension = false;  // not in the JMESPath specification
};

class FunctionTable {
public:
    static const FunctionTable& standard();

    // A copy of `base` with more functions. A name already present is a programmer's mistake (std::logic_error).
    FunctionTable(const FunctionTable& base, std::vector<Function> more);

    const Function* find(std::string_view name) const;
    std::span<const Function> all() const { return functions_; }  // sorted by name
    // The known name that the user most likely meant.
    std::optional<std::string> nearest(std::string_view name) const;

private:
    explicit FunctionTable(std::vector<Function> functions);
    std::vector<Function> functions_;
};

// "join(glue: string, parts: array[string])"; optional parameters in brackets, variadic ones with "...".
std::string signature(const Function& function);

// A Markdown table of all functions with signature, result, description and example: the generated part of the
// documentation, checked by a test.
std::string functions_markdown(const FunctionTable& table);

// What is wrong with the examples of the table, one line each; empty when every example gives its result. `host` is
// what Context::host will be. For the test of each layer that adds functions.
std::vector<std::string> check_examples(const FunctionTable& table, const void* host = nullptr);

}  // namespace tandem::expr
