#include "core/mail/text/report_fields.hpp"

#include "core/base/text.hpp"
#include "core/mail/text/unicode.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>

namespace tandem::mail {
namespace {

constexpr std::size_t kMaxGroups = 1'000;
constexpr std::size_t kMaxFields = 10'000;
constexpr std::size_t kMaxValue = 4'000;
constexpr std::size_t kMaxName = 100;

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// "Name:" at the start of a line; nullopt for anything else.
std::optional<std::string_view> field_name(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > kMaxName) return std::nullopt;
    const auto name = trim_ascii(line.substr(0, colon));
    const bool plain = std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    return plain && !name.empty() ? std::optional(name) : std::nullopt;
}

// Base64 in lines, padded or not; nullopt if it is something else.
std::optional<std::string> unbase64_lines(std::string_view text) {
    std::string packed;
    std::ranges::copy_if(text, std::back_inserter(packed),
                         [](char c) { return !std::string_view(" \t\r\n").contains(c); });
    if (packed.size() < 16 || packed.contains(':')) return std::nullopt;
    return unbase64(packed);
}

class Reader {
public:
    std::vector<ReportGroup> read(std::string_view text) {
        while (!text.empty() && groups_.size() < kMaxGroups && fields_ < kMaxFields) {
            const auto line = take_line(text);
            if (trim_ascii(line).empty()) {
                const bool coded = iequals_ascii(report_value(group_, "content-transfer-encoding"), "base64");
                end_group();
                if (coded && !inside_base64_) return continue_with(unbase64_lines(text), text);
            } else if (is_blank(line[0]) && !group_.empty()) {
                append(group_.back().value, line);
            } else if (const auto name = field_name(line)) {
                ++fields_;
                group_.push_back({to_lower_ascii(*name), {}});
                append(group_.back().value, line.substr(line.find(':') + 1));
            }
        }
        end_group();
        return std::move(groups_);
    }

private:
    std::vector<ReportGroup> continue_with(const std::optional<std::string>& decoded, std::string_view as_written) {
        inside_base64_ = true;
        return read(decoded ? std::string_view(*decoded) : as_written);
    }

    static void append(std::string& value, std::string_view more) {
        if (value.size() >= kMaxValue) return;
        const std::string text = collapse_blanks(more.substr(0, kMaxValue - value.size()));
        if (!value.empty() && !text.empty()) value += ' ';
        value += text;
    }

    void end_group() {
        if (!group_.empty()) groups_.push_back(std::move(group_));
        group_.clear();
    }

    std::vector<ReportGroup> groups_;
    ReportGroup group_;
    std::size_t fields_ = 0;
    bool inside_base64_ = false;
};

}  // namespace

std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

std::vector<ReportGroup> read_report_groups(std::string_view text) {
    if (const auto decoded = unbase64_lines(text)) return Reader().read(*decoded);
    return Reader().read(text);
}

std::string_view report_value(const ReportGroup& group, std::string_view name) {
    const auto found = std::ranges::find(group, name, &ReportField::name);
    return found == group.end() ? std::string_view() : std::string_view(found->value);
}

std::string_view without_type(std::string_view value) {
    const std::size_t end = value.find(';');
    // An address or a text may hold a semicolon itself; a type is one word.
    const bool typed = end != std::string_view::npos && !trim_ascii(value.substr(0, end)).contains(' ');
    return trim_ascii(typed ? value.substr(end + 1) : value);
}

std::string_view without_brackets(std::string_view value) {
    value = trim_ascii(value);
    if (value.starts_with('<')) value.remove_prefix(1);
    if (value.ends_with('>')) value.remove_suffix(1);
    return trim_ascii(value);
}

bool looks_like_address(std::string_view text) {
    const std::size_t at = text.rfind('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.size() <= 320 &&
           text.find_first_of(" \t<>(),;\"") == std::string_view::npos;
}

}  // namespace tandem::mail
