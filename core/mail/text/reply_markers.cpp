#include "core/mail/text/reply_markers.hpp"

#include "core/base/embedded_file.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace tandem::embedded {
std::span<const EmbeddedFile> reply_markers();
}

namespace tandem::mail {
namespace {

constexpr std::array<std::string_view, 15> kKinds = {"intro",  "intro_name", "wrote",   "original", "forward",
                                                     "from",   "to",         "cc",      "date",     "subject",
                                                     "device", "device_of",  "product", "excuse",   "footer"};

std::string_view take(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const auto cell = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return cell;
}

}  // namespace

Markers::Markers() {
    std::string_view table = embedded::reply_markers().front().bytes;
    take(table, '\n');
    while (!table.empty()) {
        auto row = take(table, '\n');
        const auto kind = take(row, '\t');
        const auto language = take(row, '\t');
        const auto begin = take(row, '\t');
        const auto end = take(row, '\t');
        const auto* known = std::ranges::find(kKinds, kind);
        if (known == kKinds.end() || language.empty() || (begin.empty() && end.empty()) || !row.empty()) {
            throw std::logic_error("reply_markers.tsv: kind " + std::string(kind) + ", " + std::string(begin));
        }
        const bool suffix = kind == "wrote";  // its only column is what a line ends with
        rows_[static_cast<std::size_t>(known - kKinds.begin())].push_back(suffix ? Marker{"", begin}
                                                                                 : Marker{begin, end});
    }
}

const Markers& Markers::get() {
    static const Markers markers;
    return markers;
}

}  // namespace tandem::mail
