#include "core/mapping/formats.hpp"

#include "core/base/text.hpp"
#include "core/identity/point.hpp"

#include <algorithm>

namespace tandem::mapping {
namespace {

bool blank_or_control(char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F;
}

// Some address that the pattern means.
std::string example_of(std::string_view pattern) {
    std::string out(pattern);
    if (out.starts_with('@')) out.insert(0, 1, 'x');
    if (const auto star = out.find('*'); star != std::string::npos) out[star] = 'x';
    return out;
}

std::optional<std::string> mailboxes_fault(std::string_view pattern) {
    const auto at = pattern.rfind('@');
    if (std::ranges::any_of(pattern, blank_or_control))
        return "must be one address without spaces and control characters";
    if (iequals_ascii(pattern.substr(0, 7), "mailto:")) return "must be an address without mailto:";
    if (at == std::string_view::npos) return "must be an address; a whole domain begins with @, such as @example.com";
    if (pattern.substr(at).contains('*') || std::ranges::count(pattern, '*') > 1)
        return "may have one *, and that before the @";
    const auto example = identity::normalise_mailbox(example_of(pattern));
    if (!example) return "can fit no address: " + example.error().text;
    if (!fits_mailbox(*example, pattern)) return "can fit no address; write it as support@example.com or @example.com";
    return std::nullopt;
}

}  // namespace

// Both in normal form but for the `*`, which no normal form has: it is taken out and put back.
bool fits_mailbox(std::string_view mailbox, std::string_view pattern) {
    const auto at = pattern.rfind('@');
    if (at == std::string_view::npos) return false;
    const auto normal = identity::normalise_mailbox("x" + std::string(pattern.substr(at)));
    if (!normal) return false;
    const auto domain = std::string_view(*normal).substr(1);
    if (!mailbox.ends_with(domain)) return false;
    const auto local = mailbox.substr(0, mailbox.size() - domain.size());
    if (local.contains('@')) return false;
    const auto wanted = pattern.substr(0, at);
    if (wanted.empty()) return true;
    const auto star = wanted.find('*');
    if (star == std::string_view::npos) return iequals_ascii(local, wanted);
    const auto tail = wanted.substr(star + 1);
    return local.size() + 1 >= wanted.size() && iequals_ascii(local.substr(0, star), wanted.substr(0, star)) &&
           iequals_ascii(local.substr(local.size() - tail.size()), tail);
}

std::optional<std::string> format_fault(std::string_view format, std::string_view text) {
    if (format == "mailboxes") return mailboxes_fault(text);
    if (format == "regex") return regex_fault(text);
    return std::nullopt;
}

}  // namespace tandem::mapping
