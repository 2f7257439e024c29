#include "core/data/gsm.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::data {

namespace {

constexpr unsigned char kEscape = 0x1B;

constexpr std::array<std::string_view, 128> kDefault = {
    "@", "£", "$",  "¥", "è", "é", "ù", "ì", "ò", "Ç", "\n", "Ø", "ø", "\r", "Å", "å",  //
    "Δ", "_", "Φ",  "Γ", "Λ", "Ω", "Π", "Ψ", "Σ", "Θ", "Ξ",  "",  "Æ", "æ",  "ß", "É",  //
    " ", "!", "\"", "#", "¤", "%", "&", "'", "(", ")", "*",  "+", ",", "-",  ".", "/",  //
    "0", "1", "2",  "3", "4", "5", "6", "7", "8", "9", ":",  ";", "<", "=",  ">", "?",  //
    "¡", "A", "B",  "C", "D", "E", "F", "G", "H", "I", "J",  "K", "L", "M",  "N", "O",  //
    "P", "Q", "R",  "S", "T", "U", "V", "W", "X", "Y", "Z",  "Ä", "Ö", "Ñ",  "Ü", "§",  //
    "¿", "a", "b",  "c", "d", "e", "f", "g", "h", "i", "j",  "k", "l", "m",  "n", "o",  //
    "p", "q", "r",  "s", "t", "u", "v", "w", "x", "y", "z",  "ä", "ö", "ñ",  "ü", "à"};

constexpr std::array<std::pair<unsigned char, std::string_view>, 10> kExtension{{{0x0A, "\f"},
                                                                                 {0x14, "^"},
                                                                                 {0x28, "{"},
                                                                                 {0x29, "}"},
                                                                                 {0x2F, "\\"},
                                                                                 {0x3C, "["},
                                                                                 {0x3D, "~"},
                                                                                 {0x3E, "]"},
                                                                                 {0x40, "|"},
                                                                                 {0x65, "€"}}};

}  // namespace

std::string gsm_to_utf8(std::string_view septets) {
    std::string out;
    out.reserve(septets.size());
    bool escaped = false;
    for (const char c : septets) {
        const auto septet = static_cast<unsigned char>(c);
        if (septet == kEscape) {
            escaped = true;
            continue;
        }
        const auto* extended =
            std::ranges::find(kExtension, septet, &std::pair<unsigned char, std::string_view>::first);
        if (septet >= kDefault.size()) {
            out += "\xEF\xBF\xBD";
        } else if (escaped && extended != kExtension.end()) {
            out += extended->second;
        } else {
            out += kDefault[septet];
        }
        escaped = false;
    }
    return out;
}

std::optional<std::string> utf8_to_gsm(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto starts = [text](std::string_view character) {
            return !character.empty() && text.starts_with(character);
        };
        const auto* plain = std::ranges::find_if(kDefault, starts);
        const auto* extended = std::ranges::find_if(kExtension, [&](const auto& one) { return starts(one.second); });
        if (plain != kDefault.end()) {
            out += static_cast<char>(plain - kDefault.begin());
            text.remove_prefix(plain->size());
        } else if (extended != kExtension.end()) {
            out += {static_cast<char>(kEscape), static_cast<char>(extended->first)};
            text.remove_prefix(extended->second.size());
        } else {
            return std::nullopt;
        }
    }
    return out;
}

}  // namespace tandem::data
