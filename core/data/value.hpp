// One document tree for every payload format: JSON, forms, XML, CSV, records of C++ connectors. A Value is 16 bytes,
// trivially copyable and immutable; strings, arrays and members live in an Arena (or any longer-lived memory) that must
// outlive it. 64-bit integers survive: a number is Int, Uint (above the signed range) or Double.
#pragma once

#include "core/data/arena.hpp"

#include <cassert>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tandem::data {

enum class Kind : std::uint8_t { Null, Bool, Int, Uint, Double, String, Array, Object };

struct Member;

class Value {
public:
    constexpr Value() : integer_(0) {}

    static Value boolean(bool value) {
        Value out(Kind::Bool, 0);
        out.integer_ = value ? 1 : 0;
        return out;
    }
    static Value integer(std::int64_t value) {
        Value out(Kind::Int, 0);
        out.integer_ = value;
        return out;
    }
    static Value unsigned_integer(std::uint64_t value) {
        if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            return integer(static_cast<std::int64_t>(value));
        }
        Value out(Kind::Uint, 0);
        out.unsigned_ = value;
        return out;
    }
    static Value real(double value) {
        Value out(Kind::Double, 0);
        out.double_ = value;
        return out;
    }
    // Does not copy: `text` must outlive the value.
    static Value string(std::string_view text) {
        Value out(Kind::String, text.size());
        out.chars_ = text.data();
        return out;
    }
    static Value array(std::span<const Value> items) {
        Value out(Kind::Array, items.size());
        out.items_ = items.data();
        return out;
    }
    static Value object(std::span<const Member> members);

    Kind kind() const { return kind_; }
    bool is_null() const { return kind_ == Kind::Null; }
    bool is_bool() const { return kind_ == Kind::Bool; }
    bool is_string() const { return kind_ == Kind::String; }
    bool is_array() const { return kind_ == Kind::Array; }
    bool is_object() const { return kind_ == Kind::Object; }
    bool is_integer() const { return kind_ == Kind::Int || kind_ == Kind::Uint; }
    bool is_number() const { return is_integer() || kind_ == Kind::Double; }

    // Each accessor requires the matching kind.
    bool as_bool() const { return assert(is_bool()), integer_ != 0; }
    std::int64_t as_int() const { return assert(kind_ == Kind::Int), integer_; }
    std::uint64_t as_uint() const { return assert(is_integer()), unsigned_; }
    double as_double() const;  // any number
    std::string_view as_string() const { return assert(is_string()), std::string_view(chars_, size_); }
    std::span<const Value> items() const { return assert(is_array()), std::span<const Value>(items_, size_); }
    std::span<const Member> members() const;

    // Number of items, members or bytes of text; 0 for the rest.
    std::size_t size() const { return size_; }

    // The member of that name, nullptr if this is no object or has none. A repeated key counts with its last value, as
    // in JavaScript and Python.
    const Value* find(std::string_view key) const;
    // Like find, with Null for what is missing.
    Value get(std::string_view key) const;
    // The text of a string member, or nullopt.
    std::optional<std::string_view> string_at(std::string_view key) const;

    // JSON equality: numbers by value, objects regardless of order.
    friend bool operator==(const Value& a, const Value& b);

private:
    Value(Kind kind, std::size_t size) : kind_(kind), size_(static_cast<std::uint32_t>(size)), integer_(0) {
        if (size > std::numeric_limits<std::uint32_t>::max()) [[unlikely]]
            too_large();
    }
    [[noreturn]] static void too_large();

    Kind kind_ = Kind::Null;
    std::uint32_t size_ = 0;
    union {
        std::int64_t integer_;
        std::uint64_t unsigned_;
        double double_;
        const char* chars_;
        const Value* items_;
        const Member* members_;
    };
};

struct Member {
    std::string_view key;
    Value value;
};

inline Value Value::object(std::span<const Member> members) {
    Value out(Kind::Object, members.size());
    out.members_ = members.data();
    return out;
}

inline std::span<const Member> Value::members() const {
    return assert(is_object()), std::span<const Member>(members_, size_);
}

// Copies the whole tree into `arena`.
Value deep_copy(Value value, Arena& arena);

// Convenience for code that builds small documents.
Value make_object(Arena& arena, std::initializer_list<Member> members);
Value make_array(Arena& arena, std::initializer_list<Value> items);
inline Value make_string(Arena& arena, std::string_view text) {
    return Value::string(arena.copy(text));
}

// A list that grows inside the arena; abandoned halves stay there until the reset.
template <class T>
class ArenaList {
public:
    explicit ArenaList(Arena& arena, std::size_t reserve = 0) : arena_(&arena) {
        if (reserve > 0) storage_ = arena.array<T>(reserve);
    }
    void push_back(const T& item) {
        if (size_ == storage_.size()) grow();
        storage_[size_++] = item;
    }
    std::size_t size() const { return size_; }
    T& back() { return storage_[size_ - 1]; }
    T& operator[](std::size_t index) { return storage_[index]; }
    std::span<const T> items() const { return storage_.first(size_); }

private:
    void grow() {
        auto bigger = arena_->array<T>(storage_.empty() ? 8 : storage_.size() * 2);
        for (std::size_t i = 0; i < size_; ++i)
            bigger[i] = storage_[i];
        storage_ = bigger;
    }

    Arena* arena_;
    std::span<T> storage_;
    std::size_t size_ = 0;
};

}  // namespace tandem::data
