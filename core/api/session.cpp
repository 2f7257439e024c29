#include "core/api/session.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tandem::api {
namespace {

std::string random_text(std::size_t size) {
    std::string bytes(size, '\0');
    random_bytes(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
    return base64url(bytes);
}

}  // namespace

SessionSigner::SessionSigner(Secret key) : key_(key.empty() ? Secret(random_text(32)) : std::move(key)) {}

Session SessionSigner::open(std::string_view fingerprint, Instant expires) const {
    return {random_text(12), std::string(fingerprint), expires};
}

std::string SessionSigner::seal(const Session& session) const {
    auto payload = session.id + "." + session.fingerprint + "." + std::to_string(to_micros(session.expires));
    return payload + "." + sign("session", payload);
}

std::optional<Session> SessionSigner::read(std::string_view cookie, Instant now) const {
    const auto dot = cookie.rfind('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto payload = cookie.substr(0, dot);
    if (!constant_time_equal(cookie.substr(dot + 1), sign("session", payload))) return std::nullopt;
    const auto first = payload.find('.');
    const auto second = payload.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    std::int64_t expires = 0;
    const auto number = payload.substr(second + 1);
    std::from_chars(number.data(), number.data() + number.size(), expires);
    if (now >= from_micros(expires)) return std::nullopt;
    return Session{std::string(payload.substr(0, first)), std::string(payload.substr(first + 1, second - first - 1)),
                   from_micros(expires)};
}

std::string SessionSigner::form_token(std::string_view session_id) const {
    return sign("form", session_id);
}

bool SessionSigner::form_token_valid(std::string_view session_id, std::string_view given) const {
    return constant_time_equal(given, form_token(session_id));
}

std::string SessionSigner::sign(std::string_view purpose, std::string_view text) const {
    const auto mac = hmac_sha256(key_.reveal(), std::string(purpose) + ":" + std::string(text));
    return base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const auto end = std::min(header.find(';'), header.size());
        const auto pair = trim_ascii(header.substr(0, end));
        header.remove_prefix(std::min(end + 1, header.size()));
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
    }
    return std::nullopt;
}

}  // namespace tandem::api
