// What operators do with values: truth, order, equality, arithmetic, slices. Private to core/expr.
#pragma once

#include "core/data/value.hpp"
#include "core/expr/code.hpp"

#include <cstdint>
#include <cstring>
#include <expected>
#include <optional>
#include <string_view>

namespace tandem::expr {

// False are null, false, "", [] and {}; the number 0 is true.
inline bool truthy(const data::Value& value) {
    switch (value.kind()) {
        case data::Kind::Null:
            return false;
        case data::Kind::Bool:
            return value.as_bool();
        case data::Kind::String:
        case data::Kind::Array:
        case data::Kind::Object:
            return value.size() > 0;
        default:
            return true;
    }
}

// memcmp without the call: names are short, and most lookups compare a few of equal length.
inline bool equal_bytes(const char* a, const char* b, std::size_t size) {
    auto load = [](const char* at, auto word) {
        std::memcpy(&word, at, sizeof(word));
        return word;
    };
    if (size > 16) return std::memcmp(a, b, size) == 0;
    if (size >= 8) {
        auto last = size - 8;
        return load(a, std::uint64_t()) == load(b, std::uint64_t()) &&
               load(a + last, std::uint64_t()) == load(b + last, std::uint64_t());
    }
    if (size >= 4) {
        auto last = size - 4;
        return load(a, std::uint32_t()) == load(b, std::uint32_t()) &&
               load(a + last, std::uint32_t()) == load(b + last, std::uint32_t());
    }
    for (std::size_t i = 0; i < size; ++i) {
        if (a[i] != b[i]) return false;
    }
    return true;
}

inline bool equal_texts(std::string_view a, std::string_view b) {
    return a.size() == b.size() && equal_bytes(a.data(), b.data(), a.size());
}

// Value::find without calls.
inline data::Value member_of(const data::Value& object, std::string_view key) {
    if (!object.is_object()) return {};
    auto members = object.members();
    for (auto i = members.size(); i-- > 0;) {
        if (equal_texts(members[i].key, key)) return members[i].value;
    }
    return {};
}

// Negative indices count from the end; null if there is no such item or `list` is none.
inline data::Value item_of(const data::Value& list, std::int64_t index) {
    if (!list.is_array()) return {};
    auto size = static_cast<std::int64_t>(list.size());
    if (index < 0) index += size;
    if (index < 0 || index >= size) return {};
    return list.items()[static_cast<std::size_t>(index)];
}

// Equality as in JSON. Values built by expressions can share parts many times over, so the work is counted: `steps` is
// reduced, nullopt when it does not suffice.
std::optional<bool> equal_values(const data::Value& a, const data::Value& b, std::size_t& steps);

// Negative, zero or positive; both must be numbers.
int order_numbers(const data::Value& a, const data::Value& b);

// Both must be numbers. Integers stay integers where the result is one that fits in 64 bits. nullopt: division by zero
// or a result that is no finite number.
std::optional<data::Value> arithmetic(Op op, const data::Value& a, const data::Value& b);

// The items that a slice takes from something of that size, as in Python: first index and number of items, `step`
// apart.
struct SliceRange {
    std::int64_t first = 0;
    std::size_t count = 0;
    std::int64_t step = 1;
};
SliceRange slice_range(const SliceParts& parts, std::size_t size);  // the step must not be 0

// Bytes of values and texts that writing the value as JSON visits, up to `limit`; nullopt if more.
std::optional<std::size_t> written_size(const data::Value& value, std::size_t limit);

}  // namespace tandem::expr
