#include "core/data/position.hpp"

#include <algorithm>

namespace tandem::data {

std::string position_text(std::string_view text, std::size_t offset) {
    auto before = text.substr(0, std::min(offset, text.size()));
    auto line = 1 + std::ranges::count(before, '\n');
    auto newline = before.rfind('\n');
    auto column = newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

std::unexpected<Error> corrupt_at(std::string_view text, std::size_t offset, std::string_view what) {
    return fail(corrupt(position_text(text, offset) + ": " + std::string(what)));
}

}  // namespace tandem::data
