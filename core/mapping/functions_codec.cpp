#include "core/base/text.hpp"
#include "core/data/decode.hpp"
#include "core/data/encode.hpp"
#include "core/data/gsm.hpp"
#include "core/mapping/functions_impl.hpp"
#include "core/mapping/scalar_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace tandem::mapping {

using data::Value;
using expr::Call;
using expr::Outcome;

namespace {

// A text cut in the middle of a character, as carriers do, loses that character only.
void drop_unfinished_character(std::string& text) {
    std::size_t tail = 0;
    while (tail < 3 && tail < text.size() && (static_cast<unsigned char>(text[text.size() - 1 - tail]) & 0xC0) == 0x80)
        ++tail;
    if (tail >= text.size()) return;
    const auto lead = static_cast<unsigned char>(text[text.size() - 1 - tail]);
    if (lead > 0xF4) return;  // starts no character at all
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (length > tail + 1) text.resize(text.size() - 1 - tail);
}

std::optional<double> coordinate(Value value, double limit) {
    if (value.is_null()) return std::nullopt;
    ScalarText text(value);
    double number = 0;
    const auto view = text.view();
    const auto parsed = std::from_chars(view.data(), view.data() + view.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != view.data() + view.size()) return std::nullopt;
    if (!std::isfinite(number) || std::abs(number) > limit) return std::nullopt;
    constexpr double kParts = 1e6;
    return std::round(number * kParts) / kParts + 0.0;  // + 0.0 makes a zero of a negative zero
}

// The member of that name; without one, of that name behind a prefix of XML.
Value member_at(Value object, std::string_view name) {
    if (const auto* exact = object.find(name)) return *exact;
    for (const auto& member : object.members()) {
        const auto colon = member.key.rfind(':');
        if (colon != std::string_view::npos && member.key.substr(colon + 1) == name) return member.value;
    }
    return {};
}

Value first_of(Value value) {
    return !value.is_array() ? value : value.items().empty() ? Value() : value.items().front();
}

}  // namespace

Outcome base64_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    return text_value(call, base64(ScalarText(call.value(0)).view()));
}

Outcome pick_function(Call& call) {
    Value at = call.value(0);
    for (auto path = call.text(1); !path.empty() && !at.is_null();) {
        const auto end = std::min(path.find('/'), path.size());
        at = first_of(at);
        at = at.is_object() ? member_at(at, path.substr(0, end)) : Value();
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return at.is_object() ? at.get("#text") : at;
}

Outcome base64_text_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    auto text = unbase64(call.text(0));
    if (!text) return Value();
    drop_unfinished_character(*text);
    return valid_utf8(*text) ? text_value(call, *text) : Value();
}

// A character beyond the septets shows that somebody has decoded the text already.
Outcome gsm_text_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    const auto text = call.text(0);
    const bool septets = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return septets ? text_value(call, data::gsm_to_utf8(text)) : call.value(0);
}

Outcome hex_text_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    const auto octets = unhex(call.text(0));
    auto text = data::decode_octets(call.text(1), octets.value_or(""), call.arena());
    if (!text) return call.invalid_value(1, "no such charset");
    return octets ? Value::string(*text) : Value();
}

Outcome text_hex_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    ScalarText text(call.value(0));
    const auto octets = data::encode_octets(call.text(1), text.view());
    if (!octets) return call.invalid_value(1, "no such charset");
    if (!*octets) return Value();
    const auto bytes = std::span(reinterpret_cast<const std::uint8_t*>((*octets)->data()), (*octets)->size());
    return text_value(call, hex(bytes));
}

// What encodeURIComponent of JavaScript leaves beside the unreserved characters of RFC 3986.
Outcome uri_component_function(Call& call) {
    constexpr std::string_view kKept = "!*'()";
    if (call.value(0).is_null()) return Value();
    std::string out;
    for (const char c : call.text(0))
        out += kKept.contains(c) ? std::string(1, c) : percent_encode({&c, 1});
    return text_value(call, out);
}

// Six decimals are a tenth of a metre; the same place always gives the same text.
Outcome geo_function(Call& call) {
    constexpr double kMaxLatitude = 90;
    constexpr double kMaxLongitude = 180;
    const auto latitude = coordinate(call.value(0), kMaxLatitude);
    const auto longitude = coordinate(call.value(1), kMaxLongitude);
    if (!latitude || !longitude) return Value();
    return text_value(call, fmt::format("geo:{:.6f},{:.6f}", *latitude, *longitude));
}

}  // namespace tandem::mapping
