// What bytes are, and whether that is what an attachment says of itself. Pure.
#pragma once

#include "core/base/result.hpp"

#include <string>
#include <string_view>

namespace tandem::media {

// "image/png" by the first bytes (WHATWG MIME Sniffing and the formats' own marks); empty if they tell nothing.
std::string_view sniffed_type(std::string_view bytes);

// `type/subtype` in lower case out of a Content-Type header; empty if it is none.
std::string plain_type(std::string_view content_type);

// Of what the file belongs to.
struct Expectation {
    std::string_view kind;        // of the attachment
    std::string_view media_type;  // as the vendor said; may be empty
    std::string_view filename;    // the same
};

// The type under which the bytes are kept: what they show, else what was declared, else application/octet-stream.
// Rejected (code wrong_type) when that cannot be the attachment: a log-in page where a picture should be.
Result<std::string> judged_type(const Expectation& expected, std::string_view declared, std::string_view bytes);

// Browsers only draw it: a type that may be shown inside a page.
bool safe_image(std::string_view media_type);

}  // namespace tandem::media
