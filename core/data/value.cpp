#include "core/data/value.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace tandem::data {
namespace {

bool equal_numbers(const Value& a, const Value& b) {
    if (a.is_integer() && b.is_integer()) return a.kind() == b.kind() && a.as_uint() == b.as_uint();
    return a.as_double() == b.as_double();
}

bool equal_objects(std::span<const Member> a, const Value& b) {
    if (a.size() != b.members().size()) return false;
    return std::ranges::all_of(a, [&](const Member& member) {
        const auto* other = b.find(member.key);
        return other != nullptr && *other == member.value;
    });
}

}  // namespace

void Value::too_large() {
    throw std::length_error("a document part over 4 GiB");
}

double Value::as_double() const {
    switch (kind_) {
        case Kind::Int:
            return static_cast<double>(integer_);
        case Kind::Uint:
            return static_cast<double>(unsigned_);
        default:
            assert(kind_ == Kind::Double);
            return double_;
    }
}

const Value* Value::find(std::string_view key) const {
    if (!is_object()) return nullptr;
    for (std::size_t i = size_; i-- > 0;) {
        if (members_[i].key == key) return &members_[i].value;
    }
    return nullptr;
}

Value Value::get(std::string_view key) const {
    const auto* found = find(key);
    return found ? *found : Value();
}

std::optional<std::string_view> Value::string_at(std::string_view key) const {
    const auto* found = find(key);
    return found && found->is_string() ? std::optional(found->as_string()) : std::nullopt;
}

bool operator==(const Value& a, const Value& b) {
    if (a.is_number() && b.is_number()) return equal_numbers(a, b);
    if (a.kind() != b.kind()) return false;
    switch (a.kind()) {
        case Kind::Null:
            return true;
        case Kind::Bool:
            return a.as_bool() == b.as_bool();
        case Kind::String:
            return a.as_string() == b.as_string();
        case Kind::Array:
            return std::ranges::equal(a.items(), b.items());
        case Kind::Object:
            return equal_objects(a.members(), b);
        default:
            return false;
    }
}

Value deep_copy(Value value, Arena& arena) {
    switch (value.kind()) {
        case Kind::String:
            return make_string(arena, value.as_string());
        case Kind::Array: {
            auto items = arena.array<Value>(value.size());
            for (std::size_t i = 0; i < items.size(); ++i)
                items[i] = deep_copy(value.items()[i], arena);
            return Value::array(items);
        }
        case Kind::Object: {
            auto members = arena.array<Member>(value.size());
            for (std::size_t i = 0; i < members.size(); ++i) {
                const auto& member = value.members()[i];
                members[i] = {arena.copy(member.key), deep_copy(member.value, arena)};
            }
            return Value::object(members);
        }
        default:
            return value;
    }
}

Value make_object(Arena& arena, std::initializer_list<Member> members) {
    auto storage = arena.array<Member>(members.size());
    std::ranges::copy(members, storage.begin());
    return Value::object(storage);
}

Value make_array(Arena& arena, std::initializer_list<Value> items) {
    auto storage = arena.array<Value>(items.size());
    std::ranges::copy(items, storage.begin());
    return Value::array(storage);
}

}  // namespace tandem::data
