#include "core/expr/evaluator.hpp"

#include "core/expr/operators.hpp"
#include "core/expr/points.hpp"
#include "core/expr/types.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>

namespace tandem::expr {

using data::Kind;
using data::Member;

Outcome Evaluator::run(Value current) {
    if (code_.slots > 0) frame_ = allocate<Value>(code_.slots, code_.root);
    auto value = eval(code_.root, current);
    if (!failed_ && code_.expansion > kExpansionLimit && !written_size(value, context_.limits.memory)) {
        out_of_memory(code_.root);
    }
    if (failed_) return std::unexpected(std::move(*error_));
    return value;
}

Outcome Evaluator::apply(std::uint32_t node, Value current) {
    auto value = eval(node, current);
    if (failed_) return std::unexpected(*error_);
    return value;
}

std::size_t Evaluator::argument_column(std::uint32_t call, std::size_t index) const {
    const auto& node = code_.nodes[call];
    return index < node.count ? code_.columns[code_.lists[node.b + index]] : code_.columns[call];
}

Evaluator::Value Evaluator::eval(std::uint32_t index, Value current) {
    if (steps_left_ == 0 || failed_) [[unlikely]]
        return failed_ ? Value() : out_of_steps(index);
    --steps_left_;
    const auto& node = code_.nodes[index];
    if (node.op == Op::Path) return path(index, current);
    if (node.op < Op::Path) return leaf(node.op, node.a, current, index);
    return eval_rest(index, current);
}

Evaluator::Value Evaluator::eval_rest(std::uint32_t index, Value current) {
    const auto& node = code_.nodes[index];
    switch (node.op) {
        case Op::Sub: {
            auto left = eval(node.a, current);
            return left.is_null() ? Value() : eval(node.b, left);
        }
        case Op::Pipe:
            return eval(node.b, eval(node.a, current));
        case Op::Or: {
            auto left = eval(node.a, current);
            return truthy(left) ? left : eval(node.b, current);
        }
        case Op::And: {
            auto left = eval(node.a, current);
            return truthy(left) ? eval(node.b, current) : left;
        }
        case Op::Not:
            return Value::boolean(!truthy(eval(node.a, current)));
        case Op::Ternary:
            return eval(truthy(eval(node.a, current)) ? node.b : node.c, current);
        case Op::Equal:
        case Op::NotEqual:
        case Op::Less:
        case Op::LessEqual:
        case Op::Greater:
        case Op::GreaterEqual:
            return compare(index, current);
        case Op::Call:
            return call(index, current);
        case Op::List:
            return list(index, current);
        case Op::Hash:
            return hash(index, current);
        case Op::ListProject:
            return project(index, eval(node.a, current), node.b);
        case Op::Flatten:
            return flatten(index, current);
        case Op::Filter:
            return filter(index, current);
        case Op::ObjectProject:
            return object_project(index, current);
        case Op::Slice:
            return slice(index, current);
        case Op::Let:
            return let(index, current);
        case Op::Negate:
        case Op::UnaryPlus:
            return negate(index, current);
        default:
            return arithmetic_operation(index, current);
    }
}

inline Evaluator::Value Evaluator::leaf(Op op, std::uint32_t operand, Value current, std::uint32_t index) {
    switch (op) {
        case Op::Root:
            return root_;
        case Op::Constant:
            return code_.constants[operand];
        case Op::Slot:
            return frame_[operand];
        case Op::Given:
            return operand < context_.values.size() ? context_.values[operand] : Value();
        case Op::Named:
            return named(index, operand);
        default:
            return current;
    }
}

inline Evaluator::Value Evaluator::path(std::uint32_t index, Value current) {
    const auto& node = code_.nodes[index];
    auto value = node.base == Op::Path ? eval(node.a, current) : leaf(node.base, node.a, current, index);
    const auto* step = code_.steps.data() + node.b;
    for (const auto* end = step + node.count; step != end; ++step) {
        value = step->is_index ? item_of(value, step->index) : member_of(value, step->key);
    }
    return value;
}

Evaluator::Value Evaluator::named(std::uint32_t index, std::uint32_t name) {
    auto wanted = code_.names[name];
    for (auto i = context_.variables.size(); i-- > 0;) {
        if (context_.variables[i].name == wanted) return context_.variables[i].value;
    }
    return fail(ExprErrorKind::UndefinedVariable, index, "no variable $" + std::string(wanted));
}

// --- projections

Evaluator::Value Evaluator::project(std::uint32_t index, Value list, std::uint32_t right) {
    if (failed_ || !list.is_array()) return {};
    auto items = list.items();
    bool identity = code_.nodes[right].op == Op::Current;
    if (identity && std::ranges::none_of(items, &Value::is_null))
        return spend(items.size()) ? list : out_of_steps(index);
    auto out = allocate<Value>(items.size(), index);
    std::size_t count = 0;
    for (const auto& item : items) {
        auto value = eval(right, item);
        if (failed_) return {};
        if (!value.is_null()) out[count++] = value;
    }
    return Value::array(out.first(count));
}

Evaluator::Value Evaluator::flatten(std::uint32_t index, Value current) {
    const auto& node = code_.nodes[index];
    auto list = eval(node.a, current);
    if (failed_ || !list.is_array()) return {};
    std::size_t size = 0;
    bool nested = false;
    for (const auto& item : list.items()) {
        size += item.is_array() ? item.size() : 1;
        nested = nested || item.is_array();
    }
    if (!nested) return project(index, list, node.b);
    auto out = allocate<Value>(size, index);
    if (failed_) return {};
    std::size_t at = 0;
    for (const auto& item : list.items()) {
        if (item.is_array()) {
            std::ranges::copy(item.items(), out.begin() + static_cast<std::ptrdiff_t>(at));
            at += item.size();
        } else {
            out[at++] = item;
        }
    }
    return project(index, Value::array(out), node.b);
}

Evaluator::Value Evaluator::object_project(std::uint32_t index, Value current) {
    const auto& node = code_.nodes[index];
    auto object = eval(node.a, current);
    if (failed_ || !object.is_object()) return {};
    auto values = allocate<Value>(object.size(), index);
    if (failed_) return {};
    std::ranges::transform(object.members(), values.begin(), &Member::value);
    return project(index, Value::array(values), node.b);
}

Evaluator::Value Evaluator::filter(std::uint32_t index, Value current) {
    const auto& node = code_.nodes[index];
    auto list = eval(node.a, current);
    if (failed_ || !list.is_array()) return {};
    auto kept = allocate<Value>(list.size(), index);
    std::size_t count = 0;
    for (const auto& item : list.items()) {
        bool keep = truthy(eval(node.c, item));
        if (failed_) return {};
        if (keep) kept[count++] = item;
    }
    return project(index, Value::array(kept.first(count)), node.b);
}

Evaluator::Value Evaluator::slice(std::uint32_t index, Value current) {
    const auto& node = code_.nodes[index];
    auto from = eval(node.a, current);
    if (failed_) return {};
    const auto& parts = code_.slices[node.c];
    if (parts.step == 0) return fail(ExprErrorKind::InvalidValue, index, "the step of a slice must not be 0");
    if (from.is_string()) {
        auto text = slice_text(parts, from.as_string(), index);
        return failed_ ? Value() : eval(node.b, text);
    }
    if (!from.is_array()) return {};
    auto range = slice_range(parts, from.size());
    auto out = allocate<Value>(range.count, index);
    if (failed_) return {};
    auto at = range.first;
    for (auto& item : out) {
        item = from.items()[static_cast<std::size_t>(at)];
        at += range.step;
    }
    return project(index, Value::array(out), node.b);
}

// Slices of a text count in code points.
Evaluator::Value Evaluator::slice_text(const SliceParts& parts, std::string_view text, std::uint32_t index) {
    auto size = count_points(text);
    auto range = slice_range(parts, size);
    if (!spend(text.size() / kTextPerStep + 1)) return out_of_steps(index);
    if (!afford(text.size() + (size + 1) * sizeof(std::uint32_t))) return out_of_memory(index);
    auto starts = point_starts(text, size, arena_);
    auto out = arena_.array<char>(text.size());
    std::size_t used = 0;
    auto at = range.first;
    for (std::size_t i = 0; i < range.count; ++i, at += range.step) {
        auto start = starts[static_cast<std::size_t>(at)];
        auto length = starts[static_cast<std::size_t>(at) + 1] - start;
        std::ranges::copy(text.substr(start, length), out.begin() + static_cast<std::ptrdiff_t>(used));
        used += length;
    }
    return Value::string({out.data(), used});
}

// --- constructors

Evaluator::Value Evaluator::list(std::uint32_t index, Value current) {
    const auto& node = code_.nodes[index];
    auto out = allocate<Value>(node.count, index);
    if (failed_) return {};
    const auto* child = code_.lists.data() + node.b;
    for (auto& item : out)
        item = eval(*child++, current);
    return failed_ ? Value() : Value::array(out);
}

Evaluator::Value Evaluator::hash(std::uint32_t index, Value current) {
    const auto& node = code_.nodes[index];
    auto out = allocate<Member>(node.count, index);
    if (failed_) return {};
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = {code_.names[node.c + i], eval(code_.lists[node.b + i], current)};
    }
    return failed_ ? Value() : Value::object(out);
}

Evaluator::Value Evaluator::let(std::uint32_t index, Value current) {
    const auto& node = code_.nodes[index];
    for (std::size_t i = 0; i < node.count; ++i)
        frame_[node.a + i] = eval(code_.lists[node.b + i], current);
    return eval(node.c, current);
}

// --- operators

Evaluator::Value Evaluator::compare(std::uint32_t index, Value current) {
    const auto& node = code_.nodes[index];
    auto left = eval(node.a, current);
    auto right = eval(node.b, current);
    if (node.op == Op::Equal || node.op == Op::NotEqual) {
        auto same = equal_values(left, right, steps_left_);
        return same ? Value::boolean(*same == (node.op == Op::Equal)) : out_of_steps(index);
    }
    if (!left.is_number() || !right.is_number()) return {};
    auto order = order_numbers(left, right);
    switch (node.op) {
        case Op::Less:
            return Value::boolean(order < 0);
        case Op::LessEqual:
            return Value::boolean(order <= 0);
        case Op::Greater:
            return Value::boolean(order > 0);
        default:
            return Value::boolean(order >= 0);
    }
}

Evaluator::Value Evaluator::arithmetic_operation(std::uint32_t index, Value current) {
    const auto& node = code_.nodes[index];
    auto left = eval(node.a, current);
    auto right = eval(node.b, current);
    if (failed_) return {};
    if (!left.is_number() || !right.is_number()) {
        auto wrong = left.is_number() ? right : left;
        return fail(ExprErrorKind::NotANumber, index, "cannot calculate with " + describe(wrong));
    }
    auto result = arithmetic(node.op, left, right);
    if (!result) return fail(ExprErrorKind::NotANumber, index, "the result is no finite number");
    return *result;
}

Evaluator::Value Evaluator::negate(std::uint32_t index, Value current) {
    const auto& node = code_.nodes[index];
    auto value = eval(node.a, current);
    if (failed_) return {};
    if (!value.is_number()) {
        return fail(ExprErrorKind::NotANumber, index, "cannot calculate with " + describe(value));
    }
    if (node.op == Op::UnaryPlus) return value;
    if (!value.is_integer()) return Value::real(-value.as_double());
    return arithmetic(Op::Subtract, Value::integer(0), value).value_or(Value());
}

// --- calls

Evaluator::Value Evaluator::call(std::uint32_t index, Value current) {
    constexpr std::size_t kInline = 6;
    const auto& node = code_.nodes[index];
    const auto& function = *code_.functions[node.a];
    alignas(Argument) std::byte storage[kInline * sizeof(Argument)];
    auto* arguments = reinterpret_cast<Argument*>(storage);
    if (node.count > kInline) arguments = allocate<Argument>(node.count, index).data();
    if (failed_) return {};
    for (std::size_t i = 0; i < node.count; ++i) {
        auto child = code_.lists[node.b + i];
        const auto& argument = code_.nodes[child];
        if (argument.op == Op::Reference) {
            std::construct_at(arguments + i, argument.a);
        } else {
            std::construct_at(arguments + i, eval(child, current));
        }
    }
    std::span<const Argument> given(arguments, node.count);
    if (failed_ || !check_arguments(index, function, given)) return {};
    Call call(*this, function, index, given);
    auto outcome = function.run(call);
    if (failed_) return {};
    if (!outcome) {
        error_ = std::move(outcome).error();
        failed_ = true;
        return {};
    }
    return arena_.used() <= memory_end_ ? *outcome : out_of_memory(index);
}

bool Evaluator::check_arguments(std::uint32_t index, const Function& function, std::span<const Argument> arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto& parameter = function.parameters[std::min(i, function.parameters.size() - 1)];
        if (arguments[i].is_expression() || accepts(parameter.types, arguments[i].value())) continue;
        std::string text(function.name);
        text.append(": ").append(parameter.name).append(" must be ").append(type_text(parameter.types));
        text.append(", not ").append(describe(arguments[i].value()));
        fail(ExprErrorKind::InvalidType, code_.lists[code_.nodes[index].b + i], std::move(text));
        return false;
    }
    return true;
}

// --- errors

Evaluator::Value Evaluator::fail(ExprErrorKind kind, std::uint32_t index, std::string text) {
    if (!failed_) error_ = ExprError{kind, std::move(text), code_.columns[index]};
    failed_ = true;
    return {};
}

Evaluator::Value Evaluator::out_of_steps(std::uint32_t index) {
    return fail(ExprErrorKind::Limit, index, "more work than one evaluation may do");
}

Evaluator::Value Evaluator::out_of_memory(std::uint32_t index) {
    return fail(ExprErrorKind::Limit, index, "more memory than one evaluation may take");
}

template <class T>
std::span<T> Evaluator::allocate(std::size_t count, std::uint32_t index) {
    if (!afford(count * sizeof(T))) [[unlikely]] {
        out_of_memory(index);
        return {};
    }
    return arena_.array<T>(count);
}

}  // namespace tandem::expr
