#include "connectors/smtp/kept_mail.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

#include <charconv>
#include <cstdint>
#include <span>

namespace tandem::smtp {

namespace {

constexpr std::string_view kScheme = "mail:kept/";
constexpr std::size_t kDigestOctets = 12;

}  // namespace

std::string digest_of(std::string_view octets) {
    const auto digest = sha256(octets);
    return hex(std::span(digest).first(kDigestOctets));
}

std::string kept_name(Instant received_at, std::string_view octets) {
    return std::to_string(to_micros(received_at)) + "-" + digest_of(octets);
}

std::optional<KeptPart> parse_kept_url(std::string_view url) {
    if (!url.starts_with(kScheme)) return std::nullopt;
    url.remove_prefix(kScheme.size());
    const auto dash = url.find('-');
    const auto slash = url.find('/');
    if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) return std::nullopt;
    std::int64_t micros = 0;
    const auto [end, error] = std::from_chars(url.data(), url.data() + dash, micros);
    if (error != std::errc() || end != url.data() + dash) return std::nullopt;
    KeptPart out{.received_at = from_micros(micros),
                 .digest = std::string(url.substr(dash + 1, slash - dash - 1)),
                 .part = std::string(url.substr(slash + 1))};
    if (out.digest.size() != 2 * kDigestOctets || out.part.empty()) return std::nullopt;
    return out;
}

}  // namespace tandem::smtp
