#include "core/expr/operators.hpp"

#include "core/expr/points.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tandem::expr {
namespace {

using data::Kind;
using data::Value;

__extension__ using Wide = __int128;  // holds every sum, difference and product of two 64-bit integers

Wide wide(const Value& value) {
    return value.kind() == Kind::Int ? static_cast<Wide>(value.as_int()) : static_cast<Wide>(value.as_uint());
}

std::optional<Value> finite(double value) {
    if (!std::isfinite(value)) return std::nullopt;
    return Value::real(value);
}

std::optional<Value> narrow(Wide value) {
    if (value >= std::numeric_limits<std::int64_t>::min() && value <= std::numeric_limits<std::int64_t>::max()) {
        return Value::integer(static_cast<std::int64_t>(value));
    }
    if (value > 0 && value <= std::numeric_limits<std::uint64_t>::max()) {
        return Value::unsigned_integer(static_cast<std::uint64_t>(value));
    }
    return finite(static_cast<double>(value));
}

std::optional<Value> whole_arithmetic(Op op, Wide a, Wide b) {
    switch (op) {
        case Op::Add:
            return narrow(a + b);
        case Op::Subtract:
            return narrow(a - b);
        case Op::Multiply:
            return narrow(a * b);
        default:
            break;
    }
    if (b == 0) return std::nullopt;
    bool exact = a % b == 0;
    switch (op) {
        case Op::Divide:
            return exact ? narrow(a / b) : finite(static_cast<double>(a) / static_cast<double>(b));
        case Op::IntegerDivide:
            return narrow(a / b - (!exact && (a < 0) != (b < 0) ? 1 : 0));
        default:
            return narrow(a % b);
    }
}

std::optional<Value> real_arithmetic(Op op, double a, double b) {
    switch (op) {
        case Op::Add:
            return finite(a + b);
        case Op::Subtract:
            return finite(a - b);
        case Op::Multiply:
            return finite(a * b);
        default:
            break;
    }
    if (b == 0) return std::nullopt;
    switch (op) {
        case Op::Divide:
            return finite(a / b);
        case Op::IntegerDivide:
            return finite(std::floor(a / b));
        default:
            return finite(std::fmod(a, b));
    }
}

bool spend(std::size_t& steps, std::size_t count) {
    if (steps < count) return false;
    steps -= count;
    return true;
}

std::optional<bool> equal_objects(const Value& a, const Value& b, std::size_t& steps) {
    auto others = b.members();
    for (std::size_t i = 0; i < a.size(); ++i) {
        const auto& member = a.members()[i];
        const auto* other = &others[i].value;
        if (!equal_texts(others[i].key, member.key)) {
            if (!spend(steps, 1 + b.size() / 8)) return std::nullopt;
            other = b.find(member.key);
            if (other == nullptr) return false;
        }
        auto same = equal_values(member.value, *other, steps);
        if (!same || !*same) return same;
    }
    return true;
}

// The position of a slice's end in 0 .. size (or -1 .. size-1 when going backwards).
std::int64_t clamp_end(std::int64_t at, std::int64_t size, bool backwards) {
    if (at < 0) at = at < -size ? -1 : at + size;
    auto least = backwards ? -1 : 0;
    auto most = backwards ? size - 1 : size;
    return std::clamp<std::int64_t>(at, least, std::max<std::int64_t>(most, least));
}

}  // namespace

std::optional<bool> equal_values(const Value& a, const Value& b, std::size_t& steps) {
    if (a.kind() == Kind::String && b.kind() == Kind::String) {
        if (a.size() != b.size()) return false;
        if (!spend(steps, a.size() / kTextPerStep)) return std::nullopt;
        return equal_texts(a.as_string(), b.as_string());
    }
    bool containers = a.kind() == b.kind() && (a.is_array() || a.is_object());
    if (!containers) return a == b;
    if (a.size() != b.size()) return false;
    if (!spend(steps, 1 + a.size())) return std::nullopt;
    if (a.is_object()) return equal_objects(a, b, steps);
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto same = equal_values(a.items()[i], b.items()[i], steps);
        if (!same || !*same) return same;
    }
    return true;
}

int order_numbers(const Value& a, const Value& b) {
    if (a.is_integer() && b.is_integer()) return wide(a) < wide(b) ? -1 : wide(a) > wide(b);
    return a.as_double() < b.as_double() ? -1 : a.as_double() > b.as_double();
}

std::optional<Value> arithmetic(Op op, const Value& a, const Value& b) {
    if (a.is_integer() && b.is_integer()) return whole_arithmetic(op, wide(a), wide(b));
    return real_arithmetic(op, a.as_double(), b.as_double());
}

SliceRange slice_range(const SliceParts& parts, std::size_t size) {
    auto length = static_cast<std::int64_t>(size);
    auto step = parts.step.value_or(1);
    bool backwards = step < 0;
    auto start = parts.start ? clamp_end(*parts.start, length, backwards) : backwards ? length - 1 : 0;
    auto stop = parts.stop ? clamp_end(*parts.stop, length, backwards) : backwards ? -1 : length;
    auto distance = backwards ? start - stop : stop - start;
    if (distance <= 0) return {.first = 0, .count = 0, .step = step};
    // The smallest 64-bit integer has no positive counterpart.
    auto stride = backwards ? static_cast<std::uint64_t>(-(step + 1)) + 1 : static_cast<std::uint64_t>(step);
    auto count = (static_cast<std::uint64_t>(distance) - 1) / stride + 1;
    return {.first = start, .count = static_cast<std::size_t>(count), .step = step};
}

std::optional<std::size_t> written_size(const Value& value, std::size_t limit) {
    std::size_t used = 8;
    if (value.is_string()) used += value.size();
    if (used > limit) return std::nullopt;
    auto add = [&](const Value& child) {
        auto size = written_size(child, limit - used);
        if (size) used += *size;
        return size.has_value();
    };
    if (value.is_array()) {
        if (!std::ranges::all_of(value.items(), add)) return std::nullopt;
    } else if (value.is_object()) {
        for (const auto& member : value.members()) {
            used += member.key.size();
            if (used > limit || !add(member.value)) return std::nullopt;
        }
    }
    return used;
}

}  // namespace tandem::expr
