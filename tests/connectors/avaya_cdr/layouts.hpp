// Layouts of tests: that of a public collector (97 characters with its line end) and the one our README proposes.
#pragma once

#include "connectors/avaya_cdr/book.hpp"

#include <string_view>

namespace tandem::avaya_cdr::test {

inline Layout plain_layout() {
    Layout out;
    for (const auto& [name, length] : std::initializer_list<std::pair<const char*, std::size_t>>{
             {"date", 6},       {"space", 1},        {"time", 4},        {"space", 1},       {"sec-dur", 5},
             {"space", 1},      {"calling-num", 15}, {"space", 1},       {"dialed-num", 23}, {"space", 1},
             {"auth-code", 13}, {"space", 1},        {"in-trk-code", 4}, {"in-crt-id", 3},   {"space", 1},
             {"code-dial", 4},  {"space", 1},        {"code-used", 4},   {"out-crt-id", 3},  {"space", 1},
             {"cond-code", 1},  {"space", 1},        {"return", 1},      {"line-feed", 1}})
        out.add(name, length);
    return out;
}

inline Layout ucid_layout() {
    Layout out = plain_layout();
    out.add("vdn", 5);
    out.add("space", 1);
    out.add("ucid", 20);
    return out;
}

inline Rules rules_of(std::string_view name) {
    if (name == "teleseer") return {.format = Format::Teleseer, .layout = teleseer_layout()};
    if (name == "expanded") return {.format = Format::Expanded, .layout = expanded_layout()};
    return {.format = Format::Customized, .layout = name == "ucid" ? ucid_layout() : plain_layout()};
}

}  // namespace tandem::avaya_cdr::test
