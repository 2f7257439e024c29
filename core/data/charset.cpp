#include "core/data/charset.hpp"

#include "core/base/text.hpp"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <string>

namespace tandem::data {

void Charset::Close::operator()(void* converter) const {
    ucnv_close(static_cast<UConverter*>(converter));
}

Result<Charset> Charset::named(std::string_view name) {
    Charset out;
    auto lower = to_lower_ascii(trim_ascii(name));
    if (lower.empty() || lower == "utf-8" || lower == "utf8" || lower == "us-ascii") return out;
    auto status = U_ZERO_ERROR;
    out.converter_.reset(ucnv_open(lower.c_str(), &status));
    if (U_FAILURE(status)) return fail(corrupt("unknown charset " + lower.substr(0, 40)));
    return out;
}

std::string_view Charset::decode(std::string_view text, Arena& arena) const {
    if (is_utf8()) return valid_utf8(text) ? text : arena.copy(sanitize_utf8(text));
    auto status = U_ZERO_ERROR;
    auto* converter = static_cast<UConverter*>(converter_.get());
    icu::UnicodeString wide(text.data(), static_cast<std::int32_t>(text.size()), converter, status);
    std::string out;
    wide.toUTF8String(out);
    return arena.copy(valid_utf8(out) ? out : sanitize_utf8(out));
}

std::optional<std::string> Charset::encode(std::string_view text) const {
    if (is_utf8()) return std::string(text);
    auto* converter = static_cast<UConverter*>(converter_.get());
    auto status = U_ZERO_ERROR;
    ucnv_setFromUCallBack(converter, UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    const auto wide = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
    const auto room = UCNV_GET_MAX_BYTES_FOR_STRING(wide.length(), ucnv_getMaxCharSize(converter));
    std::string out(static_cast<std::size_t>(room), '\0');
    const auto size = ucnv_fromUChars(converter, out.data(), room, wide.getBuffer(), wide.length(), &status);
    if (U_FAILURE(status)) return std::nullopt;
    out.resize(static_cast<std::size_t>(size));
    return out;
}

std::string_view without_bom(std::string_view text) {
    return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

}  // namespace tandem::data
