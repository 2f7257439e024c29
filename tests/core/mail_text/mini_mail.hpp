// Just enough of MIME and HTML to reach the texts in the fixtures; made for tests, apart from what core/mail does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::testing {

struct MiniPart {
    std::string header;      // as written
    std::string media_type;  // lower case
    std::string body;        // transfer encoding undone
    std::vector<MiniPart> parts;

    // The first value of a header, unfolded; empty if it is not there.
    std::string value(std::string_view name) const;
    // The first part of that media type, itself included; nullptr if there is none.
    const MiniPart* find(std::string_view type) const;
};

MiniPart parse_mini(const std::string& mail);

// Lines by block elements, the usual entities, no scripts and styles; without what begins_quote() names if
// `drop_quotes`.
std::string mini_html_text(const std::string& html, bool drop_quotes);

std::string latin1_to_utf8(std::string_view bytes);

}  // namespace tandem::testing
