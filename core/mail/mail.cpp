#include "core/mail/mail.hpp"

#include <algorithm>

namespace tandem::mail {

const std::string* Fields::first(std::string_view name) const {
    const auto found = std::ranges::find(list, name, &Field::name);
    return found == list.end() ? nullptr : &found->value;
}

std::string_view Fields::value(std::string_view name) const {
    const auto* found = first(name);
    return found == nullptr ? std::string_view() : std::string_view(*found);
}

}  // namespace tandem::mail
