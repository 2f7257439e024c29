// The decoders behind decode(). Private to core/data. The body is within DecodeLimits::size.
#pragma once

#include "core/data/charset.hpp"
#include "core/data/content_type.hpp"
#include "core/data/decode.hpp"

namespace tandem::data {

Result<Value> decode_form(std::string_view body, const Charset& charset, Arena& arena, const DecodeLimits& limits);
Result<Value> decode_multipart(const HeaderValue& content_type,
                               std::string_view body,
                               Arena& arena,
                               const DecodeLimits& limits);
// `charset` is that of the content type, empty if it names none: then the document's own declaration counts.
Result<Value> decode_xml(std::string_view charset, std::string_view body, Arena& arena, const DecodeLimits& limits);
// `body` is valid UTF-8 in the arena.
Result<Value> decode_csv(std::string_view body, Arena& arena, const DecodeLimits& limits);

}  // namespace tandem::data
