// Groups of header-like lines, as reports hold them. Private to core/mail/text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

struct ReportField {
    std::string name;   // lower case
    std::string value;  // unfolded, blanks collapsed, at most 4,000 bytes
};

using ReportGroup = std::vector<ReportField>;

// Groups are parted by blank lines; empty ones are left out. What follows a group with "Content-Transfer-Encoding:
// base64" is decoded (some relays code the groups one by one), so is a text that is base64 as a whole. At most 1,000
// groups and 10,000 fields.
std::vector<ReportGroup> read_report_groups(std::string_view text);

// The first value of that name in the group, empty if there is none.
std::string_view report_value(const ReportGroup& group, std::string_view name);

// "rfc822; a@b.test" as "a@b.test", "dns; mx.b.test" as "mx.b.test".
std::string_view without_type(std::string_view value);

// Without <> and blanks around.
std::string_view without_brackets(std::string_view value);

// Whether it looks like an address: one @ at least, no blanks, no angle brackets.
bool looks_like_address(std::string_view text);

// The next line without its end, taken off `text`.
std::string_view take_line(std::string_view& text);

}  // namespace tandem::mail
