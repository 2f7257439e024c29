#include "core/mapping/documentation.hpp"

#include "core/mapping/functions.hpp"
#include "core/mapping/verify.hpp"

#include <fmt/format.h>

namespace tandem::mapping {

namespace {

// A '|' would end the cell.
std::string cell(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '|') out += '\\';
        out += c;
    }
    return out;
}

// A code span, also of text that holds backticks.
std::string code(std::string_view text) {
    return text.contains('`') ? fmt::format("`` {} ``", cell(text)) : fmt::format("`{}`", cell(text));
}

}  // namespace

std::string schemes_markdown() {
    std::string out =
        "| scheme | what it is | keys beside `scheme`, `when`, `secret`, `optional` |\n| --- | --- | --- |\n";
    for (const auto& scheme : schemes()) {
        std::string parameters;
        for (const auto& parameter : scheme.parameters) {
            if (!parameters.empty()) parameters += "<br>";
            parameters += fmt::format("`{}`: {}", parameter.name, parameter.help);
        }
        out += fmt::format("| `{}` | {} | {} |\n", scheme.name, cell(scheme.description), cell(parameters));
    }
    return out;
}

std::string pack_functions_markdown() {
    std::string out = "| function | result | meaning | example |\n| --- | --- | --- | --- |\n";
    for (const auto& function : pack_functions().all()) {
        if (!function.extension) continue;
        out += fmt::format("| {} | {} | {} | {} → {} |\n", code(expr::signature(function)), cell(function.result),
                           cell(function.description), code(function.example), code(function.example_result));
    }
    return out;
}

}  // namespace tandem::mapping
