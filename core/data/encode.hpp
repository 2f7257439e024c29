// Documents to bodies of requests: the way back from decode().
#pragma once

#include "core/base/result.hpp"
#include "core/data/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::data {

// One root element in the convention of decode("xml"): "@name" is an attribute, "#text" the text, a list repeats its
// element, null leaves it out. Rejected: not one root, a name that XML does not allow, nested deeper than 128, a list
// in a list. Characters that XML 1.0 (section 2.2) cannot hold become U+FFFD;
// a carriage return is read back as a line feed (section 2.11).
Result<std::string> encode_xml(Value document);

// The octets of valid UTF-8 in another character set, named as for decode_octets(); nullopt when it lacks a character.
// ErrorKind::Corrupt if the name is unknown.
Result<std::optional<std::string>> encode_octets(std::string_view charset, std::string_view text);

// A field of multipart/form-data (RFC 7578). With a file name it is sent as a file.
struct FormPart {
    std::string name;
    std::string content;
    std::string filename = {};
    std::string content_type = {};
};

struct MultipartBody {
    std::string content_type;  // with the boundary
    std::string body;
};

// The boundary is made from the contents, so that one message always gives the same bytes.
MultipartBody encode_multipart(const std::vector<FormPart>& parts);

}  // namespace tandem::data
