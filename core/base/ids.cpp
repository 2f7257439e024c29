#include "core/base/ids.hpp"

#include "core/base/crypto.hpp"

namespace tandem {
namespace {

constexpr char kUnitSeparator = '\x1f';
constexpr Bytes16 kNameSpace = {0x6f, 0x2f, 0x6f, 0x0e, 0x6f, 0x0a, 0x5d, 0x0a,
                                0x9b, 0x7e, 0x0d, 0x6a, 0x54, 0x41, 0x4e, 0x44};

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

Bytes16 external_key(std::string_view name_space, std::string_view external_id) {
    std::string name;
    name.reserve(name_space.size() + 1 + external_id.size());
    name.append(name_space).push_back(kUnitSeparator);
    name.append(external_id);
    return uuid5(kNameSpace, name);
}

}  // namespace

std::string uuid_text(const Bytes16& bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out(36, '-');
    std::size_t at = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) ++at;
        out[at++] = kDigits[bytes[i] >> 4];
        out[at++] = kDigits[bytes[i] & 15];
    }
    return out;
}

std::optional<Bytes16> parse_uuid(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    Bytes16 bytes{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            if (text[at++] != '-') return std::nullopt;
        }
        auto high = hex_digit(text[at++]);
        auto low = hex_digit(text[at++]);
        if (!high || !low) return std::nullopt;
        bytes[i] = static_cast<std::uint8_t>(*high << 4 | *low);
    }
    return bytes;
}

Bytes16 uuid5(const Bytes16& name_space, std::string_view name) {
    std::string input(reinterpret_cast<const char*>(name_space.data()), name_space.size());
    input.append(name);
    auto digest = sha1(input);
    Bytes16 out{};
    std::memcpy(out.data(), digest.data(), out.size());
    out[6] = static_cast<std::uint8_t>((out[6] & 0x0f) | 0x50);
    out[8] = static_cast<std::uint8_t>((out[8] & 0x3f) | 0x80);
    return out;
}

InteractionId interaction_id(std::string_view name_space, std::string_view external_id) {
    return {external_key(name_space, external_id)};
}

ThreadId thread_id(std::string_view name_space, std::string_view external_id) {
    return {external_key(name_space, external_id)};
}

}  // namespace tandem
