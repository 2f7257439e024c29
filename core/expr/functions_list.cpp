#include "core/expr/functions_call.hpp"
#include "core/expr/operators.hpp"
#include "core/expr/points.hpp"
#include "core/expr/standard.hpp"

#include <algorithm>
#include <expected>
#include <numeric>
#include <utility>

namespace tandem::expr {
namespace {

using data::Value;

// UTF-8 orders by bytes as by code points.
bool less(const Value& a, const Value& b) {
    return a.is_string() ? a.as_string() < b.as_string() : order_numbers(a, b) < 0;
}

bool spend_list(Call& call, std::size_t size) {
    return call.spend(size) && call.afford(size * 4 * sizeof(Value));
}

Outcome extreme(Call& call, bool largest) {
    auto items = call.value(0).items();
    if (items.empty()) return Value();
    if (!call.spend(items.size())) return call.too_much_work();
    auto best = items.front();
    for (const auto& item : items.subspan(1)) {
        if (largest ? less(best, item) : less(item, best)) best = item;
    }
    return best;
}

Outcome max(Call& call) {
    return extreme(call, true);
}
Outcome min(Call& call) {
    return extreme(call, false);
}

Outcome sort(Call& call) {
    auto items = call.value(0).items();
    if (!spend_list(call, items.size())) return call.too_much_work();
    auto sorted = call.arena().array<Value>(items.size());
    std::ranges::copy(items, sorted.begin());
    std::ranges::sort(sorted, less);
    return Value::array(sorted);
}

// The key of every item by the expression argument 1; all numbers or all texts.
std::expected<std::span<Value>, ExprError> keys_of(Call& call) {
    auto items = call.value(0).items();
    if (!spend_list(call, items.size())) return call.too_much_work();
    auto keys = call.arena().array<Value>(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        auto key = call.apply(1, items[i]);
        if (!key) return std::unexpected(std::move(key).error());
        if (!key->is_number() && !key->is_string()) return call.invalid_type(1, "must give a number or a string");
        if (i > 0 && key->is_string() != keys[0].is_string()) return call.invalid_type(1, "gives numbers and strings");
        keys[i] = *key;
    }
    return keys;
}

Outcome sort_by(Call& call) {
    auto keys = keys_of(call);
    if (!keys) return std::unexpected(std::move(keys).error());
    auto items = call.value(0).items();
    auto order = call.arena().array<std::uint32_t>(items.size());
    std::iota(order.begin(), order.end(), 0U);
    // The position decides between equal keys: stable without the memory that std::stable_sort takes.
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
        if (less((*keys)[a], (*keys)[b])) return true;
        return !less((*keys)[b], (*keys)[a]) && a < b;
    });
    auto sorted = call.arena().array<Value>(items.size());
    std::ranges::transform(order, sorted.begin(), [&](std::uint32_t at) { return items[at]; });
    return Value::array(sorted);
}

Outcome extreme_by(Call& call, bool largest) {
    auto keys = keys_of(call);
    if (!keys) return std::unexpected(std::move(keys).error());
    if (keys->empty()) return Value();
    std::size_t best = 0;
    for (std::size_t i = 1; i < keys->size(); ++i) {
        const auto& a = (*keys)[best];
        const auto& b = (*keys)[i];
        if (largest ? less(a, b) : less(b, a)) best = i;
    }
    return call.value(0).items()[best];
}

Outcome max_by(Call& call) {
    return extreme_by(call, true);
}
Outcome min_by(Call& call) {
    return extreme_by(call, false);
}

Outcome map(Call& call) {
    auto items = call.value(1).items();
    if (!spend_list(call, items.size())) return call.too_much_work();
    auto out = call.arena().array<Value>(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        auto value = call.apply(0, items[i]);
        if (!value) return value;
        out[i] = *value;
    }
    return Value::array(out);
}

Outcome reverse(Call& call) {
    const auto& subject = call.value(0);
    if (subject.is_array()) {
        if (!spend_list(call, subject.size())) return call.too_much_work();
        auto out = call.arena().array<Value>(subject.size());
        std::ranges::reverse_copy(subject.items(), out.begin());
        return Value::array(out);
    }
    auto rest = subject.as_string();
    if (!call.spend(rest.size() / kTextPerStep)) return call.too_much_work();
    if (!call.afford(rest.size())) return call.too_large();
    auto out = call.arena().array<char>(rest.size());
    auto* end = out.data() + out.size();
    while (!rest.empty()) {
        auto length = point_length(rest);
        end -= length;
        std::ranges::copy(rest.substr(0, length), end);
        rest.remove_prefix(length);
    }
    return Value::string({out.data(), out.size()});
}

Outcome zip(Call& call) {
    auto count = call.value(0).size();
    for (std::size_t i = 1; i < call.size(); ++i)
        count = std::min(count, call.value(i).size());
    if (!spend_list(call, count * call.size())) return call.too_much_work();
    auto rows = call.arena().array<Value>(count);
    for (std::size_t row = 0; row < count; ++row) {
        auto cells = call.arena().array<Value>(call.size());
        for (std::size_t i = 0; i < call.size(); ++i)
            cells[i] = call.value(i).items()[row];
        rows[row] = Value::array(cells);
    }
    return Value::array(rows);
}

}  // namespace

std::vector<Function> list_functions() {
    const std::vector<Parameter> by = {{"items", kArray}, {"key", kExpression}};
    constexpr std::uint16_t kOrdered = kArrayOfNumber | kArrayOfString;
    return {
        {"map",
         {{"change", kExpression}, {"items", kArray}},
         "array",
         "What the expression gives for each item; unlike a projection it keeps nulls.",
         "map(&length(@), ['a', 'bc'])",
         "[1, 2]",
         map},
        {"max",
         {{"items", kOrdered}},
         "number|string|null",
         "The largest item, null of an empty array.",
         "max(`[1, 3, 2]`)",
         "3",
         max},
        {"max_by", by, "any", "The item with the largest key; of several the first.",
         "max_by(`[{\"n\": 1}, {\"n\": 2}]`, &n)", R"({"n": 2})", max_by},
        {"min",
         {{"items", kOrdered}},
         "number|string|null",
         "The smallest item, null of an empty array.",
         "min(`[2, 1, 3]`)",
         "1",
         min},
        {"min_by", by, "any", "The item with the smallest key; of several the first.",
         "min_by(`[{\"n\": 1}, {\"n\": 2}]`, &n)", R"({"n": 1})", min_by},
        {"reverse",
         {{"subject", kString | kArray}},
         "string|array",
         "Characters or items in reverse order.",
         "reverse(`[1, 2]`)",
         "[2, 1]",
         reverse},
        {"sort",
         {{"items", kOrdered}},
         "array",
         "In ascending order; texts by code points.",
         "sort(['b', 'a'])",
         R"(["a", "b"])",
         sort},
        {"sort_by", by, "array", "Items in ascending order of their keys; equal ones stay as they are.",
         "sort_by(`[{\"n\": 2}, {\"n\": 1}]`, &n)[*].n", "[1, 2]", sort_by},
        {"zip",
         {{"arrays", kArray, false, true}},
         "array",
         "First items together, then second items ..., as long as the shortest array.",
         "zip(['a', 'b'], `[1, 2]`)",
         R"([["a", 1], ["b", 2]])",
         zip},
    };
}

}  // namespace tandem::expr
