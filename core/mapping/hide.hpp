// Secrets in what a vendor answered. Vendors repeat what they were asked with: the address of the next page with the
// access token in it, the request with its key. Private to the layer; for callers: without_secrets() of poll.hpp.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tandem::mapping {

// `text` with *** in the place of every one of `secrets`, also percent-encoded (RFC 3986) and as JSON writes it in a
// text (RFC 8259), in part or in whole. nullopt: none occurs, the bytes shall stay.
//
// Below 6 bytes a secret is part of many words and is not looked for. Below 16 it counts only where it stands alone,
// with no letter or digit beside it, so that a password of digits leaves the vendor's ids as they are.
std::optional<std::string> hidden(std::string_view text, std::span<const std::string_view> secrets);

}  // namespace tandem::mapping
