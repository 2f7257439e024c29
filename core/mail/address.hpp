// Lists of addresses (RFC 5322, 3.4), tolerant and linear. Private to core/mail.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

struct Address {
    std::string address;  // domain in lower case, as A-labels; empty if there is none
    std::string name;     // decoded; empty if there is none
};

// Members of groups are taken out of them; an empty group gives none. At most `limit`.
std::vector<Address> parse_addresses(std::string_view value, std::string_view fallback, std::size_t limit);

// "<a@b>" or "a@b" to the address in its normal form.
std::string normal_address(std::string_view value);

}  // namespace tandem::mail
