// Types of values in checks and messages. Private to core/expr.
#pragma once

#include "core/data/value.hpp"
#include "core/expr/functions.hpp"

#include <cstdint>
#include <string>

namespace tandem::expr {

inline std::uint16_t type_of(const data::Value& value) {
    switch (value.kind()) {
        case data::Kind::Null:
            return kNull;
        case data::Kind::Bool:
            return kBoolean;
        case data::Kind::String:
            return kString;
        case data::Kind::Array:
            return kArray;
        case data::Kind::Object:
            return kObject;
        default:
            return kNumber;
    }
}

// Whether the value is of one of the types.
bool accepts_array(std::uint16_t types, const data::Value& array);
inline bool accepts(std::uint16_t types, const data::Value& value) {
    if ((types & type_of(value)) != 0) return true;
    return value.is_array() && (types & (kArrayOfNumber | kArrayOfString)) != 0 && accepts_array(types, value);
}

// "null", "a string", "an array with a null in it" ...: never the value itself, which may be private.
std::string describe(const data::Value& value);

}  // namespace tandem::expr
