#include "connectors/avaya/device.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::avaya {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_digit);
}

std::string_view without_scheme(std::string_view id) {
    for (const std::string_view scheme : {"sip:", "sips:", "tel:"})
        if (id.size() > scheme.size() && iequals_ascii(id.substr(0, scheme.size()), scheme))
            return id.substr(scheme.size());
    return id;
}

}  // namespace

Device parse_device(std::string_view id, std::string_view type_of_number) {
    id = without_scheme(trim_ascii(id));
    Device device;
    const auto colon = id.find(':');
    if (colon != std::string_view::npos) {
        const auto rest = id.substr(colon + 1);
        device.switch_name = rest.substr(0, rest.find(':'));
    }
    const auto number = id.substr(0, colon);
    device.number = number.substr(0, number.find('@'));
    device.dynamic = type_of_number == "dynamic" || !trunk_party(device.number).group.empty();
    return device;
}

bool same_device(const Device& a, const Device& b) {
    if (a.number != b.number || a.empty()) return false;
    return a.switch_name.empty() || b.switch_name.empty() || iequals_ascii(a.switch_name, b.switch_name);
}

TrunkParty trunk_party(std::string_view number) {
    if (number.size() < 4 || (number.front() != 'T' && number.front() != 't')) return {};
    const auto hash = number.find('#');
    if (hash == std::string_view::npos) return {};
    const auto group = number.substr(1, hash - 1);
    const auto member = number.substr(hash + 1);
    if (!all_digits(group) || !all_digits(member)) return {};
    return {.group = std::string(group), .member = std::string(member)};
}

std::string digits_of(std::string_view number) {
    std::string digits;
    std::ranges::copy_if(number, std::back_inserter(digits), is_digit);
    return digits;
}

bool is_extension(std::string_view number, std::size_t longest) {
    return all_digits(number) && number.size() <= longest;
}

}  // namespace tandem::avaya
