// Bodies of vendors' requests to the document tree. Every decoder is bounded and gives ErrorKind::Corrupt with the
// position ("line L, column C: what" or "byte N: what") for what it cannot read.
//
//   json       the value; must be valid UTF-8 (RFC 8259)
//   form       application/x-www-form-urlencoded: an object of texts; a repeated key becomes an array of texts
//   multipart  multipart/form-data (RFC 7578): like form; a part with a file name becomes
//              {filename, content_type, size, text?}, text only for text/* and JSON parts
//   xml        {root: ...}: attributes as "@name", text as "#text", repeated elements as arrays, an element with text
//              only as that text, an empty one as ""; no DTD, no entities but the five of XML
//   csv        RFC 4180 with a header row: an array of objects of texts; separator , ; or tab, found in the header
//   text       {"text": body}
//   auto       one of the above by the content type; when there is none by the body: json when it starts with { or [,
//              xml when it starts with <, else text
//
// Texts of form, multipart, csv and text are made valid UTF-8 (U+FFFD). A charset in the content type other than UTF-8
// is converted for form, csv and text (windows-1251, koi8-r, iso-8859-x, utf-16); `charset` is that of bodies whose
// content type names none. XML may name it in its declaration.
#pragma once

#include "core/base/result.hpp"
#include "core/data/value.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace tandem::data {

struct DecodeLimits {
    std::size_t size = 16 * 1024 * 1024;  // bytes of body
    std::size_t depth = 128;              // nesting of json and xml
    std::size_t fields = 100'000;         // form fields, parts, cells, elements and attributes
};

// Names that decode() knows, for diagnostics.
std::span<const std::string_view> decoder_names();

// `format` is one of decoder_names(); ErrorKind::Config if it is not. Strings live in `arena`.
Result<Value> decode(std::string_view format,
                     std::string_view content_type,
                     std::string_view body,
                     Arena& arena,
                     DecodeLimits limits = {},
                     std::string_view charset = {});

// The fields of a query string or form: an object of texts; a repeated key becomes an array of texts.
Result<Value> decode_form(std::string_view body, Arena& arena, DecodeLimits limits = {}, std::string_view charset = {});

// Octets of another character set as valid UTF-8 in `arena`; what makes no sense becomes U+FFFD. `charset` is a name
// that ICU knows, or gsm7 (one septet per octet). ErrorKind::Corrupt if it is unknown.
Result<std::string_view> decode_octets(std::string_view charset, std::string_view octets, Arena& arena);

}  // namespace tandem::data
