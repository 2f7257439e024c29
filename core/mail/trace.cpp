#include "core/mail/trace.hpp"

#include "core/base/text.hpp"
#include "core/mail/charset.hpp"
#include "core/mail/header.hpp"
#include "core/mail/mime.hpp"

#include <algorithm>

namespace tandem::mail {

Hop read_received(std::string_view value) {
    constexpr std::size_t kLongest = 4096;
    const auto text = without_comments(value.substr(0, kLongest));
    const auto semicolon = text.rfind(';');
    Hop out;
    if (semicolon != std::string::npos) out.at = parse_date(trim_ascii(std::string_view(text).substr(semicolon + 1)));
    auto words = std::string_view(text).substr(0, semicolon);
    std::string* target = nullptr;
    while (!words.empty()) {
        const auto end = std::min(words.find_first_of(" \t"), words.size());
        const auto word = words.substr(0, end);
        words.remove_prefix(std::min(end + 1, words.size()));
        if (word.empty()) continue;
        if (target != nullptr) {
            if (target->empty()) *target = ascii_domain(clean_line(word));
            target = nullptr;
        } else if (iequals_ascii(word, "by")) {
            target = &out.by;
        } else if (iequals_ascii(word, "from")) {
            target = &out.from;
        }
    }
    return out;
}

}  // namespace tandem::mail
