// The lines of a mail's text with what each looks like by itself. Private to core/mail/text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

enum class LineKind : std::uint8_t {
    Empty,
    Text,
    Quote,      // begins with >
    Rule,       // nothing but dashes, underscores or the like
    Signature,  // "-- ": what follows is a signature
    Device,     // "Sent from my …"
};

struct Line {
    std::string_view text;  // without line end
    LineKind kind = LineKind::Text;
    std::string folded =
        {};  // without quote marks, stars and blanks at its ends, case folded; empty for lines too long to mark
};

// Longer lines are text or quotes, never markers.
constexpr std::size_t kMarkerBytes = 400;

// `work` grows by the bytes and table rows looked at.
std::vector<Line> split_lines(std::string_view text, std::size_t& work);

// Texts as the folded ones of lines hold them: what a person would call the content of a line.
std::string fold_line(std::string_view line);

// A date or a time of day: "2016", "02.04.2012", "14:20". Years are 1900 to 2099.
bool has_date(std::string_view text);
bool has_digit(std::string_view text);

}  // namespace tandem::mail
