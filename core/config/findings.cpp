#include "core/config/findings.hpp"

#include "core/config/units.hpp"

#include <algorithm>
#include <cctype>

namespace tandem::config {

void append_placed(const Diagnostics& findings,
                   const Position& place,
                   const std::string& path,
                   const std::string& whose,
                   Diagnostics& out) {
    for (const auto& finding : findings.all()) {
        const bool placed = !finding.position.file.empty();
        const auto& at = placed ? finding.position : place;
        const auto& where = placed || !finding.path.empty() ? finding.path : path;
        const auto text = placed ? finding.text : whose + ": " + finding.text;
        if (finding.severity == Severity::Error) {
            out.error(at, where, text);
        } else {
            out.warning(at, where, text);
        }
    }
}

std::optional<std::string> check_host(std::string_view text) {
    const auto good = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_'; };
    if (!text.empty() && (is_network_address(text) || std::ranges::all_of(text, good))) return std::nullopt;
    return "must be a name or an address, without scheme and port";
}

}  // namespace tandem::config
