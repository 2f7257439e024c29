#include "core/api/html.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::api {

Html& Html::text(std::string_view value) {
    out_ += escape_html(sanitize_utf8(value));
    return *this;
}

Html& Html::attribute(Markup name, std::string_view value) {
    out_ += ' ';
    out_ += name.text;
    out_ += "=\"";
    text(value);
    out_ += '"';
    return *this;
}

std::string_view safe_link(std::string_view url) {
    const auto colon = url.find("://");
    if (colon == std::string_view::npos || colon + 3 == url.size()) return {};
    const auto scheme = url.substr(0, colon);
    if (!iequals_ascii(scheme, "http") && !iequals_ascii(scheme, "https")) return {};
    const auto forbidden = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '\\'; };
    return std::ranges::any_of(url, forbidden) ? std::string_view() : url;
}

std::string plain_direction(std::string_view name) {
    constexpr std::size_t kOctets = 3;  // E2 80 AA to E2 80 AE, E2 81 A6 to E2 81 A9
    std::string out;
    for (std::size_t at = 0; at < name.size();) {
        const auto three = name.substr(at, kOctets);
        const bool embedding = three >= "\xE2\x80\xAA" && three <= "\xE2\x80\xAE";
        const bool isolate = three >= "\xE2\x81\xA6" && three <= "\xE2\x81\xA9";
        if (embedding || isolate) {
            out += '_';
            at += kOctets;
        } else {
            out += name[at++];
        }
    }
    return out;
}

}  // namespace tandem::api
