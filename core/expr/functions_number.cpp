#include "core/expr/functions_call.hpp"
#include "core/expr/operators.hpp"
#include "core/expr/standard.hpp"

#include <cmath>

namespace tandem::expr {
namespace {

using data::Value;

Outcome absolute(Call& call) {
    const auto& value = call.value(0);
    if (!value.is_integer()) return Value::real(std::fabs(value.as_double()));
    if (order_numbers(value, Value::integer(0)) >= 0) return value;
    return *arithmetic(Op::Subtract, Value::integer(0), value);
}

// A whole number is an integer again where it fits.
Value whole(double value) {
    constexpr double kBound = 9007199254740992.0;  // 2^53: beyond it doubles are whole but not exact
    return std::fabs(value) <= kBound ? Value::integer(static_cast<std::int64_t>(value)) : Value::real(value);
}

Outcome ceiling(Call& call) {
    return call.value(0).is_integer() ? call.value(0) : whole(std::ceil(call.value(0).as_double()));
}

Outcome floor_of(Call& call) {
    return call.value(0).is_integer() ? call.value(0) : whole(std::floor(call.value(0).as_double()));
}

Outcome sum(Call& call) {
    auto items = call.value(0).items();
    if (!call.spend(items.size())) return call.too_much_work();
    auto total = Value::integer(0);
    for (const auto& item : items) {
        auto next = arithmetic(Op::Add, total, item);
        if (!next) return call.invalid_value(0, "the sum is no finite number");
        total = *next;
    }
    return total;
}

Outcome average(Call& call) {
    auto count = call.value(0).size();
    if (count == 0) return Value();
    auto total = sum(call);
    if (!total) return total;
    return *arithmetic(Op::Divide, *total, Value::integer(static_cast<std::int64_t>(count)));
}

}  // namespace

std::vector<Function> number_functions() {
    return {
        {"abs", {{"value", kNumber}}, "number", "The value without its sign.", "abs(`-24`)", "24", absolute},
        {"avg",
         {{"numbers", kArrayOfNumber}},
         "number|null",
         "The mean, null of an empty array.",
         "avg(`[1, 2, 6]`)",
         "3",
         average},
        {"ceil", {{"value", kNumber}}, "number", "The next whole number upwards.", "ceil(`1.2`)", "2", ceiling},
        {"floor", {{"value", kNumber}}, "number", "The next whole number downwards.", "floor(`-1.2`)", "-2", floor_of},
        {"sum", {{"numbers", kArrayOfNumber}}, "number", "The sum, 0 of an empty array.", "sum(`[1, 2, 6]`)", "9", sum},
    };
}

}  // namespace tandem::expr
