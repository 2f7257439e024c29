#include "core/mail/flowed.hpp"

#include <algorithm>
#include <cstddef>

namespace tandem::mail {

std::string unflow(std::string_view text, bool delsp) {
    std::string out;
    std::size_t depth_before = 0;
    bool flows = false;  // the line before goes on here
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto depth = std::min(line.find_first_not_of('>'), line.size());
        const auto marks = line.substr(0, depth);
        line.remove_prefix(depth);
        if (line.starts_with(' ')) line.remove_prefix(1);  // stuffed (4.4)
        const bool signature = line == "-- ";
        const bool joins = flows && depth == depth_before && !signature;
        if (!joins) {
            if (flows) out += '\n';
            out += marks;
            if (!marks.empty() && !line.empty()) out += ' ';
        }
        flows = line.ends_with(' ') && !signature;
        if (flows && delsp) line.remove_suffix(1);
        out += line;
        depth_before = depth;
        if (!flows) out += '\n';
    }
    return out;
}

}  // namespace tandem::mail
