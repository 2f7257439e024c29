#include "core/data/content_type.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::data {
namespace {

// Reads a quoted string whose opening quote was taken; leaves `rest` behind the closing one.
std::string quoted(std::string_view& rest) {
    std::string out;
    std::size_t i = 0;
    for (; i < rest.size() && rest[i] != '"'; ++i) {
        // Browsers do not escape backslashes in file names, so only quote and backslash count as escaped.
        if (rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\')) ++i;
        out.push_back(rest[i]);
    }
    rest.remove_prefix(std::min(rest.size(), i + 1));
    return out;
}

}  // namespace

std::string_view HeaderValue::parameter(std::string_view name) const {
    auto found = std::ranges::find(parameters, name, &std::pair<std::string, std::string>::first);
    return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

HeaderValue parse_header_value(std::string_view text) {
    HeaderValue out;
    auto rest = text.substr(std::min(text.find(';'), text.size()));
    out.value = to_lower_ascii(trim_ascii(text.substr(0, text.size() - rest.size())));
    while (!rest.empty()) {
        rest.remove_prefix(1);  // the semicolon
        auto equals = rest.find_first_of("=;");
        if (equals == std::string_view::npos) break;
        if (rest[equals] == ';') {
            rest.remove_prefix(equals);
            continue;
        }
        auto name = to_lower_ascii(trim_ascii(rest.substr(0, equals)));
        rest = trim_ascii(rest.substr(equals + 1));
        std::string value;
        if (rest.starts_with('"')) {
            rest.remove_prefix(1);
            value = quoted(rest);
            rest.remove_prefix(std::min(rest.find(';'), rest.size()));
        } else {
            auto end = std::min(rest.find(';'), rest.size());
            value = trim_ascii(rest.substr(0, end));
            rest.remove_prefix(end);
        }
        out.parameters.emplace_back(std::move(name), std::move(value));
    }
    return out;
}

}  // namespace tandem::data
