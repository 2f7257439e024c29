// Whatever a file holds: a tree or a finding with a position, never an exception, and places inside texts stay inside
// the file.
#include "core/config/gateway.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace tandem::config;

void require(bool holds) {
    if (!holds) std::abort();
}

void check_node(const Node& node, int lines) {
    require(node.position().line >= 1 && node.position().line <= lines);
    require(node.position().column >= 1);
    for (std::size_t offset : {std::size_t{0}, node.text().size() / 2, node.text().size()}) {
        auto place = node.position_in_text(offset);
        require(place.line >= 1 && place.line <= lines && place.column >= 1);
    }
    for (const auto& item : node.items())
        check_node(item, lines);
    for (const auto& [key, value] : node.entries()) {
        check_node(key, lines);
        check_node(value, lines);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Environment environment{
        .variable = [](const std::string& name) { return name.empty() ? std::nullopt : std::optional(name); },
        .file = [](const std::string& path) -> tandem::Result<std::string> { return path; }};
    Diagnostics diagnostics;
    auto root = parse_yaml(text, "f.yaml", diagnostics);
    require(root || diagnostics.has_errors());
    if (!root) return 0;

    check_node(root, 1 + static_cast<int>(std::ranges::count(text, '\n')));
    tandem::data::Arena arena;
    root.to_value(arena);
    read_gateway(substitute(root, environment, diagnostics), diagnostics);
    diagnostics.to_text();
    return 0;
}
