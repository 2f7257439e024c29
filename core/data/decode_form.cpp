#include "core/data/decoders.hpp"
#include "core/data/fields.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace tandem::data {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Decodes within its own memory, which is never too short. A broken escape stays as it is.
std::string_view decode_in_place(std::span<char> text) {
    std::size_t out = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto c = text[i];
        if (c == '+') c = ' ';
        if (c == '%' && i + 2 < text.size()) {
            auto high = hex_digit(text[i + 1]);
            auto low = hex_digit(text[i + 2]);
            if (high >= 0 && low >= 0) {
                c = static_cast<char>(high * 16 + low);
                i += 2;
            }
        }
        text[out++] = c;
    }
    return {text.data(), out};
}

}  // namespace

Result<Value> decode_form(std::string_view body, const Charset& charset, Arena& arena, const DecodeLimits& limits) {
    auto copy = arena.array<char>(body.size());
    std::ranges::copy(body, copy.begin());
    Fields fields(arena);
    std::size_t count = 0;
    for (std::size_t at = 0; at < copy.size();) {
        auto rest = std::string_view(copy.data() + at, copy.size() - at);
        auto length = std::min(rest.find('&'), rest.size());
        auto equals = std::min(rest.substr(0, length).find('='), length);
        if (length > 0) {
            if (++count > limits.fields) return fail(corrupt("more than " + std::to_string(limits.fields) + " fields"));
            auto name = charset.decode(decode_in_place(copy.subspan(at, equals)), arena);
            auto value_at = std::min(equals + 1, length);
            auto value = charset.decode(decode_in_place(copy.subspan(at + value_at, length - value_at)), arena);
            fields.add(name, Value::string(value));
        }
        at += length + 1;
    }
    return fields.object();
}

Result<Value> decode_form(std::string_view body, Arena& arena, DecodeLimits limits, std::string_view charset) {
    if (body.size() > limits.size) return fail(corrupt("longer than " + std::to_string(limits.size) + " bytes"));
    auto found = Charset::named(charset);
    if (!found) return fail(std::move(found).error());
    return decode_form(body, *found, arena, limits);
}

}  // namespace tandem::data
