#include "core/mail/text/tnef_properties.hpp"

#include "core/mail/text/byte_reader.hpp"

#include <optional>

namespace tandem::mail {
namespace {

constexpr std::uint16_t kManyValues = 0x1000;
constexpr std::uint16_t kNamed = 0x8000;
constexpr std::size_t kClassId = 16;

// Bytes of a type with a fixed size, padding included; nullopt for the others.
std::optional<std::size_t> fixed_size(std::uint16_t type) {
    switch (type) {
        case 0x0001:  // null
            return 0;
        case 0x0002:  // 16-bit integer
        case 0x0003:  // 32-bit integer
        case 0x0004:  // float
        case 0x000A:  // error code
        case 0x000B:  // boolean
            return 4;
        case 0x0005:  // double
        case 0x0006:  // currency
        case 0x0007:  // application time
        case 0x0014:  // 64-bit integer
        case 0x0040:  // time
            return 8;
        case 0x0048:  // class id
            return 16;
        default:
            return std::nullopt;
    }
}

bool has_length(std::uint16_t type) {
    return type == kMapiObject || type == kMapiText || type == kMapiUnicode || type == kMapiBinary;
}

void skip_name(ByteReader& reader) {
    reader.take(kClassId);
    constexpr std::uint32_t kByNumber = 0;
    if (reader.u32() == kByNumber) {
        reader.u32();
    } else {
        reader.padded(reader.u32());
    }
}

// The first value; the others are passed over.
bool read_value(ByteReader& reader, MapiProperty& property, bool many) {
    const auto size = fixed_size(property.type);
    if (!size && !has_length(property.type)) return false;
    const std::uint32_t count = many || !size ? reader.u32() : 1;
    // Each value has a byte at least, or its length: a count beyond that is a lie.
    if (count > reader.left() + 1) return false;
    for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
        const auto value = size ? reader.take(*size) : reader.padded(reader.u32());
        if (i == 0) property.value = value;
        if (size && *size == 0) break;
    }
    if (property.type == kMapiObject && property.value.size() >= kClassId) property.value.remove_prefix(kClassId);
    return reader.ok();
}

}  // namespace

std::vector<MapiProperty> read_mapi_properties(std::string_view bytes, std::size_t limit, bool& whole) {
    std::vector<MapiProperty> out;
    ByteReader reader(bytes);
    const std::uint32_t count = reader.u32();
    for (std::uint32_t i = 0; i < count; ++i) {
        if (out.size() >= limit || reader.done()) {
            whole = false;
            break;
        }
        MapiProperty property;
        const std::uint16_t type = reader.u16();
        property.id = reader.u16();
        property.type = static_cast<std::uint16_t>(type & ~kManyValues);
        if (property.id >= kNamed) {
            skip_name(reader);
            property.id = 0;
        }
        if (!read_value(reader, property, (type & kManyValues) != 0)) {
            whole = false;
            break;
        }
        out.push_back(property);
    }
    return out;
}

}  // namespace tandem::mail
