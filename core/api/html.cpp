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

}  // namespace tandem::api
