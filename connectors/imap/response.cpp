#include "connectors/imap/response.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <charconv>

namespace tandem::imap {

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool Value::is(std::string_view word) const {
    return kind == Kind::Atom && iequals_ascii(text, word);
}

std::optional<std::uint64_t> Value::number() const {
    return kind == Kind::Atom ? parse_number(text) : std::nullopt;
}

std::string Response::code_word() const {
    std::string out = code.substr(0, code.find(' '));
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return out;
}

std::string_view Response::code_rest() const {
    const auto space = code.find(' ');
    return space == std::string::npos ? std::string_view() : std::string_view(code).substr(space + 1);
}

}  // namespace tandem::imap
