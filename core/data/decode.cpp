#include "core/data/decode.hpp"

#include "core/base/text.hpp"
#include "core/data/decoders.hpp"
#include "core/data/gsm.hpp"
#include "core/data/json.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tandem::data {
namespace {

constexpr std::array<std::string_view, 7> kNames = {"json", "form", "multipart", "xml", "csv", "text", "auto"};

std::string_view by_body(std::string_view body) {
    auto start = trim_ascii(without_bom(body));
    if (start.starts_with('{') || start.starts_with('[')) return "json";
    if (start.starts_with('<')) return "xml";
    return "text";
}

// Empty if no decoder reads that type.
std::string_view by_type(std::string_view type, std::string_view body) {
    if (type.empty() || type == "application/octet-stream") return by_body(body);
    if (type == "application/json" || type == "text/json" || type.ends_with("+json")) return "json";
    if (type == "application/x-www-form-urlencoded") return "form";
    if (type.starts_with("multipart/")) return "multipart";
    if (type == "application/xml" || type == "text/xml" || type.ends_with("+xml")) return "xml";
    if (type == "text/csv" || type == "application/csv" || type == "text/tab-separated-values") return "csv";
    if (type.starts_with("text/")) return "text";
    return "";
}

Result<Value> decode_text(
    std::string_view format, const Charset& charset, std::string_view body, Arena& arena, const DecodeLimits& limits) {
    auto text = charset.decode(without_bom(body), arena);
    if (format == "csv") return decode_csv(arena.copy(text), arena, limits);
    return make_object(arena, {{"text", make_string(arena, text)}});
}

}  // namespace

std::span<const std::string_view> decoder_names() {
    return kNames;
}

Result<Value> decode(std::string_view format,
                     std::string_view content_type,
                     std::string_view body,
                     Arena& arena,
                     DecodeLimits limits,
                     std::string_view charset) {
    if (std::ranges::find(kNames, format) == kNames.end()) {
        return fail(config_error("no decoder is named " + std::string(format)));
    }
    if (body.size() > limits.size) {
        return fail(corrupt("the body has " + std::to_string(body.size()) + " bytes, allowed are " +
                            std::to_string(limits.size)));
    }
    if (format == "json") return parse_json(without_bom(body), arena, {.depth = limits.depth});
    auto type = parse_header_value(content_type);
    if (format == "auto") {
        auto found = by_type(type.value, body);
        if (found.empty()) return fail(corrupt("no decoder reads " + type.value.substr(0, 100)));
        return decode(found, content_type, body, arena, limits, charset);
    }
    if (format == "multipart") return decode_multipart(type, body, arena, limits);
    if (format == "xml") return decode_xml(type.parameter("charset"), body, arena, limits);
    const auto stated = type.parameter("charset");
    auto found = Charset::named(stated.empty() ? charset : stated);
    if (!found) return fail(std::move(found).error());
    if (format == "form") return decode_form(body, *found, arena, limits);
    return decode_text(format, *found, body, arena, limits);
}

Result<std::string_view> decode_octets(std::string_view charset, std::string_view octets, Arena& arena) {
    if (charset == "gsm7") return arena.copy(gsm_to_utf8(octets));
    auto found = Charset::named(charset);
    if (!found) return fail(std::move(found).error());
    return arena.copy(found->decode(octets, arena));
}

}  // namespace tandem::data
