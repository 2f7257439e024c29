#include "core/mapping/split.hpp"

#include <algorithm>

namespace tandem::mapping {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

// Bytes that the first `characters` of a text take.
std::size_t prefix(std::string_view text, std::size_t characters) {
    std::size_t end = 0;
    while (end < text.size()) {
        const bool starts = (text[end] & 0xC0) != 0x80;
        if (starts && characters-- == 0) break;
        ++end;
    }
    return end;
}

// Where the part ends that begins the text; `fitting` bytes would fit.
std::size_t cut(std::string_view text, std::size_t fitting) {
    if (kSpace.contains(text[fitting])) return fitting;
    const auto part = text.substr(0, fitting);
    for (const std::string_view places : {std::string_view("\n"), kSpace}) {
        const auto at = part.find_last_of(places);
        if (at != std::string_view::npos && at >= fitting / 2) return at;
    }
    return fitting;
}

}  // namespace

std::vector<std::string_view> split_text(std::string_view text, std::size_t limit) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto fitting = prefix(text, limit);
        if (fitting == text.size()) {
            if (!text.empty() || parts.empty()) parts.push_back(text);
            return parts;
        }
        const auto end = cut(text, fitting);
        const auto last = text.find_last_not_of(kSpace, end == 0 ? 0 : end - 1);
        if (last != std::string_view::npos && last < end) parts.push_back(text.substr(0, last + 1));
        const auto next = text.find_first_not_of(kSpace, end);
        text.remove_prefix(next == std::string_view::npos ? text.size() : next);
    }
}

}  // namespace tandem::mapping
