// The table of functions that expressions can call. Each entry carries what documentation, type checks and tests need;
// layers above (core/mapping) build a table of their own by adding entries to the standard one.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/expr/expression.hpp"

namespace tandem::expr {

// What a parameter accepts; a set of these is a type.
enum Type : std::uint16_t {
    kNull = 1, kBoolean = 2, kNumber = 4, kString = 8, kArray = 16, kObject = 32, kExpression = 64,
    kArrayOfNumber = 128, kArrayOfString = 256,
    kAny = kNull | kBoolean | kNumber | kString | kArray | kObject,
};

struct Parameter {
    std::string_view name;
    std::uint16_t types;
    bool optional = false;
    bool variadic = false;  // last parameter only
};

// One argument: a value, or an expression reference (&expr) that the function may apply to values.
class Argument;

class Call;  // what an implementation sees: arguments, arena, host, apply(expression, value); in functions_call.hpp

using Implementation = std::expected<data::Value, ExprError> (*)(Call& call);

struct Function {
    std::string_view name;
    std::vector<Parameter> parameters;
    std::string_view result;       // type in words, for documentation
    std::string_view description;  // one sentence
    std::string_view example;      // an expression over `null` ...
    std::string_view example_result;  // ... and its result as JSON; every example is a test
    Implementation run;
    bool extension = false;  // not in the JMESPath specification
};

class FunctionTable {
public:
    static const FunctionTable& standard();

    // A copy of `base` with more functions. A name already present is a programmer's mistake (assertion).
    FunctionTable(const FunctionTable& base, std::vector<Function> more);

    const Function* find(std::string_view name) const;
    std::span<const Function> all() const { return functions_; }  // sorted by name

private:
    explicit FunctionTable(std::vector<Function> functions);
    std::vector<Function> functions_;
};

}  // namespace tandem::expr
