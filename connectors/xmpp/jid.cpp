#include "connectors/xmpp/jid.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::xmpp {

namespace {

constexpr std::size_t kMaxPart = 1'023;
constexpr std::string_view kForbiddenInLocal = "\"&'/:<>@";

bool clean(std::string_view text) {
    return text.size() <= kMaxPart && valid_utf8(text) &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

Jid parse_jid(std::string_view text) {
    Jid out;
    const auto slash = text.find('/');
    if (slash != std::string_view::npos) out.resource = text.substr(slash + 1);
    const std::string_view bare = text.substr(0, slash);
    const auto at = bare.find('@');
    if (at != std::string_view::npos) out.local = to_lower_ascii(bare.substr(0, at));
    out.domain = to_lower_ascii(at == std::string_view::npos ? bare : bare.substr(at + 1));
    const bool empty_part = out.domain.empty() || (at != std::string_view::npos && out.local.empty()) ||
                            (slash != std::string_view::npos && out.resource.empty());
    const bool wrong = out.local.find_first_of(kForbiddenInLocal) != std::string::npos ||
                       out.domain.find_first_of("@ ") != std::string::npos || out.local.find(' ') != std::string::npos;
    if (empty_part || wrong || !clean(out.local) || !clean(out.domain) || !clean(out.resource)) return {};
    return out;
}

}  // namespace tandem::xmpp
