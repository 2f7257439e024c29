// What secret('name') gives an expression: not the secret but a mark in its place, which is filled in when the request
// is written. An expression can put it anywhere and read it nowhere. Private to the layer.
#pragma once

#include <string>
#include <string_view>

namespace tandem::mapping {

inline constexpr char kMarkBegin = '\x02';
inline constexpr char kMarkEnd = '\x03';
inline constexpr char kSignatureMark = '\x1f';  // before the name of a signature, which a setting's name cannot have

inline bool has_secret(std::string_view text) {
    return text.contains(kMarkBegin);
}

// `reveal` gives the text for a name. A begin without its end stays as it is.
template <class RevealName>
std::string fill_secrets(std::string_view text, RevealName reveal) {
    std::string out;
    for (;;) {
        const auto begin = text.find(kMarkBegin);
        const auto end = begin == std::string_view::npos ? begin : text.find(kMarkEnd, begin);
        if (end == std::string_view::npos) return out.append(text);
        out.append(text.substr(0, begin));
        out += reveal(text.substr(begin + 1, end - begin - 1));
        text.remove_prefix(end + 1);
    }
}

}  // namespace tandem::mapping
