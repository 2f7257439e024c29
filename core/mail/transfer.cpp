#include "core/mail/transfer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace tandem::mail {
namespace {

constexpr std::size_t kPiece = 64 * 1024;

constexpr auto kSextets = [] {
    std::array<std::int8_t, 256> out{};
    out.fill(-1);
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < kAlphabet.size(); ++i)
        out[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
    return out;
}();

}  // namespace

void decode_base64(std::string_view text, const std::function<bool(std::string_view)>& take) {
    std::string out;
    out.reserve(kPiece + 3);
    std::uint32_t bits = 0;
    unsigned held = 0;  // sextets in `bits`
    for (const char c : text) {
        const auto sextet = kSextets[static_cast<unsigned char>(c)];
        if (sextet >= 0) {
            bits = (bits << 6U) | static_cast<std::uint32_t>(sextet);
            if (++held < 4) continue;
            out += {static_cast<char>(bits >> 16U), static_cast<char>(bits >> 8U), static_cast<char>(bits)};
        } else if (c == '=' && held >= 2) {
            out += static_cast<char>(bits >> (held == 2 ? 4U : 10U));
            if (held == 3) out += static_cast<char>(bits >> 2U);
        } else {
            continue;
        }
        held = 0;
        if (out.size() < kPiece - 3) continue;
        if (!take(out)) return;
        out.clear();
    }
    // What was cut off in the middle, or came without padding.
    if (held >= 2) out += static_cast<char>(bits >> (held == 2 ? 4U : 10U));
    if (held == 3) out += static_cast<char>(bits >> 2U);
    if (!out.empty()) take(out);
}

std::string base64_bytes(std::string_view text) {
    std::string out;
    decode_base64(text, [&](std::string_view piece) {
        out += piece;
        return true;
    });
    return out;
}

}  // namespace tandem::mail
