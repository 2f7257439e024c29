// Runs code over one document. One object per evaluation, on the stack. Private to core/expr.
//
// After the first error every function returns null at once; the error is looked at in the end. That is cheaper than a
// result type in every step.
#pragma once

#include "core/expr/code.hpp"
#include "core/expr/functions_call.hpp"

#include <optional>
#include <span>
#include <string>

namespace tandem::expr {

class Evaluator {
public:
    Evaluator(const Code& code, data::Value root, const Context& context)
        : code_(code),
          root_(root),
          context_(context),
          arena_(context.arena),
          steps_left_(context.limits.steps),
          memory_end_(arena_.used() + context.limits.memory) {}

    Outcome run(data::Value current);

    // For Call.
    Outcome apply(std::uint32_t node, data::Value current);
    data::Arena& arena() const { return arena_; }
    const void* host() const { return context_.host; }
    bool afford(std::size_t bytes) const { return arena_.used() + bytes <= memory_end_; }
    bool spend(std::size_t steps) {
        if (steps_left_ < steps) return false;
        steps_left_ -= steps;
        return true;
    }
    std::size_t& steps_left() { return steps_left_; }
    std::size_t argument_column(std::uint32_t call, std::size_t index) const;
    std::size_t column(std::uint32_t node) const { return code_.columns[node]; }

private:
    using Value = data::Value;

    Value eval(std::uint32_t index, Value current);
    Value eval_rest(std::uint32_t index, Value current);
    Value leaf(Op op, std::uint32_t operand, Value current, std::uint32_t index);
    Value path(std::uint32_t index, Value current);
    Value named(std::uint32_t index, std::uint32_t name);
    Value slice(std::uint32_t index, Value current);
    Value slice_text(const SliceParts& parts, std::string_view text, std::uint32_t index);
    Value flatten(std::uint32_t index, Value current);
    Value project(std::uint32_t index, Value list, std::uint32_t right);
    Value object_project(std::uint32_t index, Value current);
    Value filter(std::uint32_t index, Value current);
    Value list(std::uint32_t index, Value current);
    Value hash(std::uint32_t index, Value current);
    Value call(std::uint32_t index, Value current);
    Value let(std::uint32_t index, Value current);
    Value compare(std::uint32_t index, Value current);
    Value arithmetic_operation(std::uint32_t index, Value current);
    Value negate(std::uint32_t index, Value current);

    bool check_arguments(std::uint32_t index, const Function& function, std::span<const Argument> arguments);
    Value fail(ExprErrorKind kind, std::uint32_t index, std::string text);
    Value out_of_steps(std::uint32_t index);
    Value out_of_memory(std::uint32_t index);
    // An array in the arena, empty with an error set if the memory limit forbids it.
    template <class T>
    std::span<T> allocate(std::size_t count, std::uint32_t index);

    const Code& code_;
    Value root_;
    const Context& context_;
    data::Arena& arena_;
    std::size_t steps_left_;
    std::size_t memory_end_;
    std::span<Value> frame_;
    bool failed_ = false;
    std::optional<ExprError> error_;
};

}  // namespace tandem::expr
