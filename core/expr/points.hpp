// Code points of UTF-8 text, the unit in which expressions count. Private to core/expr. A byte that is no part of valid
// UTF-8 counts as a point of its own.
#pragma once

#include "core/data/arena.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tandem::expr {

// Long texts count as work in proportion to their length.
inline constexpr std::size_t kTextPerStep = 1024;

// Bytes of the point that begins `text`, which must not be empty.
inline std::size_t point_length(std::string_view text) {
    auto lead = static_cast<unsigned char>(text.front());
    std::size_t wanted = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    wanted = std::min(wanted, text.size());
    std::size_t length = 1;
    while (length < wanted && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80)
        ++length;
    return length;
}

inline std::size_t count_points(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); ++count)
        text.remove_prefix(point_length(text));
    return count;
}

// Byte offset of every point and, last, the size of the text. `count` is count_points(text).
inline std::span<const std::uint32_t> point_starts(std::string_view text, std::size_t count, data::Arena& arena) {
    auto starts = arena.array<std::uint32_t>(count + 1);
    std::size_t at = 0;
    for (std::size_t i = 0; i < count; ++i) {
        starts[i] = static_cast<std::uint32_t>(at);
        at += point_length(text.substr(at));
    }
    starts[count] = static_cast<std::uint32_t>(text.size());
    return starts;
}

}  // namespace tandem::expr
