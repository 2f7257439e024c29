#include "core/data/json.hpp"
#include "core/expr/functions_call.hpp"
#include "core/expr/operators.hpp"
#include "core/expr/points.hpp"
#include "core/expr/standard.hpp"
#include "core/expr/types.hpp"

#include <charconv>
#include <string>

namespace tandem::expr {
namespace {

using data::Kind;
using data::Value;

Outcome type_name(Call& call) {
    switch (type_of(call.value(0))) {
        case kNull:
            return Value::string("null");
        case kBoolean:
            return Value::string("boolean");
        case kNumber:
            return Value::string("number");
        case kString:
            return Value::string("string");
        case kArray:
            return Value::string("array");
        default:
            return Value::string("object");
    }
}

Outcome to_array(Call& call) {
    const auto& value = call.value(0);
    return value.is_array() ? value : data::make_array(call.arena(), {value});
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

Outcome to_number(Call& call) {
    const auto& value = call.value(0);
    if (value.is_number()) return value;
    if (!value.is_string() || value.size() == 0) return Value();
    auto text = value.as_string();
    // JSON would also take white space around the number.
    if ((!is_digit(text.front()) && text.front() != '-') || !is_digit(text.back())) return Value();
    if (text.size() > 400) return Value();
    auto number = data::parse_json(text, call.arena());
    return number && number->is_number() ? *number : Value();
}

Outcome to_string_value(Call& call) {
    const auto& value = call.value(0);
    if (value.is_string()) return value;
    if (value.kind() == Kind::Int) {
        char buffer[24];
        auto end = std::to_chars(buffer, buffer + sizeof(buffer), value.as_int()).ptr;
        return text_value(call, {buffer, static_cast<std::size_t>(end - buffer)});
    }
    // Escapes take up to six bytes for one.
    auto size = written_size(value, call.steps_left() * 64);
    if (!size || !call.spend(*size / 64)) return call.too_much_work();
    if (!call.afford(*size * 6)) return call.too_large();
    return text_value(call, data::to_json(value));
}

Outcome length(Call& call) {
    const auto& value = call.value(0);
    if (!value.is_string()) return Value::integer(static_cast<std::int64_t>(value.size()));
    if (!call.spend(value.size() / kTextPerStep)) return call.too_much_work();
    return Value::integer(static_cast<std::int64_t>(count_points(value.as_string())));
}

Outcome not_null(Call& call) {
    for (std::size_t i = 0; i < call.size(); ++i) {
        if (!call.value(i).is_null()) return call.value(i);
    }
    return Value();
}

}  // namespace

std::vector<Function> type_functions() {
    return {
        {"length",
         {{"subject", kString | kArray | kObject}},
         "number",
         "The number of characters (code points), items or members.",
         "length('Привет')",
         "6",
         length},
        {"not_null",
         {{"values", kAny, false, true}},
         "any",
         "The first value that is not null.",
         "not_null(missing, 'a', 'b')",
         R"("a")",
         not_null},
        {"to_array",
         {{"value", kAny}},
         "array",
         "The value in an array, unless it is one.",
         "to_array('a')",
         R"(["a"])",
         to_array},
        {"to_number",
         {{"value", kAny}},
         "number|null",
         "The number that a text spells in JSON; a number stays; null for anything else.",
         "to_number('13')",
         "13",
         to_number},
        {"to_string",
         {{"value", kAny}},
         "string",
         "A text stays, anything else is written as JSON.",
         "to_string(`[1, true]`)",
         R"("[1,true]")",
         to_string_value},
        {"type",
         {{"value", kAny}},
         "string",
         "One of null, boolean, number, string, array, object.",
         "type(`1`)",
         R"("number")",
         type_name},
    };
}

}  // namespace tandem::expr
