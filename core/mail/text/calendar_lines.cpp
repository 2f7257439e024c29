#include "core/mail/text/calendar_lines.hpp"

#include "core/base/text.hpp"
#include "core/mail/text/report_fields.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace tandem::mail {
namespace {

constexpr std::size_t kMaxLines = 20'000;
constexpr std::size_t kMaxLine = 64 * 1024;
constexpr std::size_t kMaxParameters = 50;

std::string to_upper(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return out;
}

// The place of the first of `signs` outside quotes, or the end.
std::size_t find_outside(std::string_view text, std::string_view signs) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') quoted = !quoted;
        if (!quoted && signs.contains(text[i])) return i;
    }
    return text.size();
}

std::string without_quotes(std::string_view text) {
    std::string out(text);
    std::erase(out, '"');
    return out;
}

// A quote that is never closed would hide the colon: then the line is read as if there were no quotes.
std::optional<CalendarLine> parse(std::string_view line) {
    std::size_t colon = find_outside(line, ":");
    if (colon == line.size()) colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    CalendarLine out{.name = {}, .parameters = {}, .value = std::string(line.substr(colon + 1))};
    std::string_view head = line.substr(0, colon);
    std::size_t end = find_outside(head, ";");
    out.name = to_upper(trim_ascii(head.substr(0, end)));
    while (end < head.size() && out.parameters.size() < kMaxParameters) {
        head.remove_prefix(end + 1);
        end = find_outside(head, ";");
        const auto item = head.substr(0, end);
        const std::size_t equals = std::min(item.find('='), item.size());
        const auto value = item.substr(std::min(equals + 1, item.size()));
        out.parameters.emplace_back(to_upper(trim_ascii(item.substr(0, equals))), without_quotes(value));
    }
    return out;
}

}  // namespace

std::string_view CalendarLine::parameter(std::string_view key) const {
    const auto found = std::ranges::find(parameters, key, &std::pair<std::string, std::string>::first);
    return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

std::vector<CalendarLine> read_calendar_lines(std::string_view text) {
    std::vector<CalendarLine> lines;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    while (!text.empty() && lines.size() < kMaxLines) {
        std::string line(take_line(text));
        while (text.starts_with(' ') || text.starts_with('\t')) {
            const auto more = take_line(text).substr(1);
            if (line.size() + more.size() <= kMaxLine) line += more;
        }
        if (auto parsed = parse(line)) lines.push_back(std::move(*parsed));
    }
    return lines;
}

std::string unescape_calendar(std::string_view value) {
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\' && i + 1 < value.size()) {
            ++i;
            out += value[i] == 'n' || value[i] == 'N' ? '\n' : value[i];
        } else {
            out += value[i];
        }
    }
    return out;
}

}  // namespace tandem::mail
