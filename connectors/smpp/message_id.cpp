#include "connectors/smpp/message_id.hpp"

#include "core/base/text.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

namespace tandem::smpp {

namespace {

std::optional<std::uint64_t> number(std::string_view text, int base) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

std::string without_zeros(std::string_view text) {
    while (text.size() > 1 && text.front() == '0')
        text.remove_prefix(1);
    return std::string(text);
}

std::string from_decimal(std::string_view id) {
    const bool digits = !id.empty() && id.find_first_not_of("0123456789") == std::string_view::npos;
    return digits ? without_zeros(id) : std::string(id);
}

std::string from_hex(std::string_view id) {
    const bool digits = !id.empty() && id.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    return digits ? without_zeros(to_lower_ascii(id)) : std::string(id);
}

std::string hex_to_decimal(std::string_view id) {
    const auto value = number(id, 16);
    return value ? std::to_string(*value) : std::string(id);
}

}  // namespace

std::string id_of_answer(std::string_view id, IdForm form) {
    switch (form) {
        case IdForm::Text:
            return std::string(id);
        case IdForm::Decimal:
        case IdForm::DecimalThenHex:
            return from_decimal(id);
        case IdForm::Hex:
            return from_hex(id);
        case IdForm::HexThenDecimal:
            return hex_to_decimal(id);
    }
    return std::string(id);
}

std::string id_of_receipt(std::string_view id, IdForm form) {
    switch (form) {
        case IdForm::Text:
            return std::string(id);
        case IdForm::Decimal:
        case IdForm::HexThenDecimal:
            return from_decimal(id);
        case IdForm::Hex:
            return from_hex(id);
        case IdForm::DecimalThenHex:
            return hex_to_decimal(id);
    }
    return std::string(id);
}

}  // namespace tandem::smpp
