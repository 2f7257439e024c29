// Identifiers are computed, never allocated (docs/architecture.md, "Keys"): every node and every replay gets the same
// ones. Each kind is its own type so that they cannot be mixed up.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tandem {

using Bytes16 = std::array<std::uint8_t, 16>;

std::string uuid_text(const Bytes16& bytes);                      // 8-4-4-4-12, lower case
std::optional<Bytes16> parse_uuid(std::string_view text);         // either case; nullopt if it is not a UUID
Bytes16 uuid5(const Bytes16& name_space, std::string_view name);  // RFC 9562, 5.5 (SHA-1)

// A 16-byte identifier of one kind of thing, e.g. InteractionId.
template <class Tag>
struct Id {
    Bytes16 bytes{};

    std::string text() const { return uuid_text(bytes); }
    static std::optional<Id> parse(std::string_view text) {
        auto bytes = parse_uuid(text);
        return bytes ? std::optional<Id>(Id{*bytes}) : std::nullopt;
    }
    friend auto operator<=>(const Id&, const Id&) = default;
};

using InteractionId = Id<struct InteractionTag>;
using ThreadId = Id<struct ThreadTag>;
using PointId = Id<struct PointTag>;  // a contact point; made by core/identity (keyed hash)
using CustomerId = Id<struct CustomerTag>;

// UUIDv5(name space of Tandem, name space US external id), US = 0x1F. The name space belongs to the identifier
// (`ucid`, `mid`, `wa:<phone number id>`), not to the connector, so two connectors that see one identifier meet.
InteractionId interaction_id(std::string_view name_space, std::string_view external_id);
ThreadId thread_id(std::string_view name_space, std::string_view external_id);

}  // namespace tandem

template <class Tag>
struct std::hash<tandem::Id<Tag>> {
    std::size_t operator()(const tandem::Id<Tag>& id) const noexcept {
        std::size_t value = 0;
        static_assert(sizeof(value) <= sizeof(id.bytes));
        std::memcpy(&value, id.bytes.data(), sizeof(value));
        return value;
    }
};
