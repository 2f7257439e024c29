// Builders of requests for tests.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::testing {

inline std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (kPlain.contains(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
    return out;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline std::string form_body(const Pairs& pairs) {
    std::string out;
    for (const auto& [name, value] : pairs)
        out += (out.empty() ? "" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
    return out;
}

}  // namespace tandem::testing
