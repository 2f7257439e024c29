// How to write a function for expressions. A plain C++ function from the call to a value:
//
//     Outcome host_name(Call& call) {
//         auto at = call.text(0).rfind('@');
//         if (at == std::string_view::npos) return data::Value();
//         return data::Value::string(call.text(0).substr(at + 1));
//     }
//     FunctionTable table(FunctionTable::standard(), {{
//         .name = "host_name",
//         .parameters = {{"address", kString}},
//         .result = "string|null",
//         .description = "The part of a mail address behind the `@`.",
//         .example = "host_name('a@example.test')",
//         .example_result = R"("example.test")",
//         .run = host_name,
//         .extension = true,
//     }});
//
// The number and types of arguments are already checked against `parameters`. Results may refer to the arguments or to
// memory of call.arena(); nothing else lives long enough. Implementations are pure but for the host object: no clock,
// no files, no state, because several threads run them at once and a replay must give the same result.
#pragma once

#include "core/expr/functions.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tandem::expr {

class Evaluator;  // private

// One argument: a value, or an expression reference (&expr) that the function may apply to values.
class Argument {
public:
    static constexpr std::uint32_t kNoExpression = 0xFFFF'FFFF;

    Argument() = default;
    explicit Argument(data::Value value) : value_(value) {}
    explicit Argument(std::uint32_t expression) : expression_(expression) {}

    const data::Value& value() const { return value_; }
    bool is_expression() const { return expression_ != kNoExpression; }
    std::uint32_t expression() const { return expression_; }

private:
    data::Value value_;
    std::uint32_t expression_ = kNoExpression;
};

class Call {
public:
    Call(Evaluator& evaluator, const Function& function, std::uint32_t node, std::span<const Argument> arguments)
        : evaluator_(evaluator), function_(function), node_(node), arguments_(arguments) {}

    std::size_t size() const { return arguments_.size(); }  // arguments given
    bool given(std::size_t index) const { return index < arguments_.size(); }

    // The argument's value; it must be given.
    const data::Value& value(std::size_t index) const { return arguments_[index].value(); }
    // The argument's value, or null when it is not given.
    data::Value value_or_null(std::size_t index) const { return given(index) ? value(index) : data::Value(); }
    // The bytes of a text argument; it must be given and be a string.
    std::string_view text(std::size_t index) const { return value(index).as_string(); }
    // With a fallback for an argument that is not given or null.
    std::string_view text(std::size_t index, std::string_view fallback) const {
        return given(index) && value(index).is_string() ? text(index) : fallback;
    }

    // Runs the expression reference `index` with `current` as the current node; `$` and variables are the caller's.
    Outcome apply(std::size_t index, data::Value current);

    data::Arena& arena() const;
    // What Context::host points to. The table of functions and the context must agree on its type.
    template <class Host>
    const Host& host() const {
        return *static_cast<const Host*>(host_pointer());
    }

    // Before building something large (text, list): false if the evaluation's memory limit has no room for `bytes`;
    // then return too_large().
    bool afford(std::size_t bytes) const;
    // Counts `steps` elements of work against the evaluation's limit; false when it is used up, then return
    // too_much_work(). apply() counts by itself.
    bool spend(std::size_t steps) const;
    // What spend() takes from, for helpers that count by themselves.
    std::size_t& steps_left() const;

    // Errors to return. Columns point at the argument, or at the function's name.
    std::unexpected<ExprError> invalid_type(std::size_t index, std::string_view text) const;
    std::unexpected<ExprError> invalid_value(std::size_t index, std::string_view text) const;
    std::unexpected<ExprError> too_large() const;
    std::unexpected<ExprError> too_much_work() const;

private:
    std::unexpected<ExprError> error_at(ExprErrorKind kind, std::size_t index, std::string_view text) const;
    const void* host_pointer() const;

    Evaluator& evaluator_;
    const Function& function_;
    std::uint32_t node_;
    std::span<const Argument> arguments_;
};

// A text made in the arena by the given writer; the usual end of a text function.
inline data::Value text_value(Call& call, std::string_view text) {
    return data::make_string(call.arena(), text);
}

}  // namespace tandem::expr
