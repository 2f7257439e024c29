#include "core/expr/types.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::expr {
namespace {

constexpr std::array<std::pair<std::uint16_t, std::string_view>, 9> kTypeNames = {{
    {kNumber, "number"},
    {kString, "string"},
    {kBoolean, "boolean"},
    {kArray, "array"},
    {kArrayOfNumber, "array[number]"},
    {kArrayOfString, "array[string]"},
    {kObject, "object"},
    {kNull, "null"},
    {kExpression, "expression"},
}};

}  // namespace

std::string type_text(std::uint16_t types) {
    std::string out;
    auto append = [&](std::string_view name) { out.append(out.empty() ? "" : "|").append(name); };
    if ((types & kAny) == kAny) {
        append("any");
        types &= static_cast<std::uint16_t>(~kAny);
    }
    for (const auto& [type, name] : kTypeNames) {
        if ((types & type) != 0) append(name);
    }
    return out;
}

bool accepts_array(std::uint16_t types, const data::Value& array) {
    auto items = array.items();
    return ((types & kArrayOfNumber) != 0 && std::ranges::all_of(items, &data::Value::is_number)) ||
           ((types & kArrayOfString) != 0 && std::ranges::all_of(items, &data::Value::is_string));
}

std::string describe(const data::Value& value) {
    switch (type_of(value)) {
        case kNull:
            return "null";
        case kBoolean:
            return "a boolean";
        case kNumber:
            return "a number";
        case kString:
            return "a string";
        case kObject:
            return "an object";
        default:
            break;
    }
    if (value.size() == 0) return "an empty array";
    // The first item of another type than its predecessor is what a user looks for.
    auto first = type_of(value.items().front());
    auto odd = std::ranges::find_if(value.items(), [&](const auto& item) { return type_of(item) != first; });
    auto name = type_text(first);
    if (odd == value.items().end()) return "an array of " + name + "s";
    return "an array with " + name + " and " + type_text(type_of(*odd));
}

}  // namespace tandem::expr
