#include "connectors/imap/conditions.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace tandem::imap {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTooManyConnections = std::chrono::minutes(5);
constexpr milliseconds kBusy = std::chrono::seconds(30);
constexpr std::uint64_t kLongestWish = 24ULL * 60 * 60 * 1000;

struct Meaning {
    std::string_view code;
    ErrorKind kind;
};
constexpr std::array<Meaning, 14> kCodes{{
    {"AUTHENTICATIONFAILED", ErrorKind::Auth},
    {"AUTHORIZATIONFAILED", ErrorKind::Auth},
    {"EXPIRED", ErrorKind::Auth},
    {"PRIVACYREQUIRED", ErrorKind::Config},
    {"CONTACTADMIN", ErrorKind::Config},
    {"NOPERM", ErrorKind::Rejected},
    {"NONEXISTENT", ErrorKind::NotFound},
    {"CANNOT", ErrorKind::Rejected},
    {"UNAVAILABLE", ErrorKind::Throttled},
    {"INUSE", ErrorKind::Throttled},
    {"LIMIT", ErrorKind::Throttled},
    {"THROTTLED", ErrorKind::Throttled},
    {"OVERQUOTA", ErrorKind::Throttled},
    {"SERVERBUG", ErrorKind::Transient},
}};

// Microsoft: "Request is throttled. Suggested Backoff Time: 299961 milliseconds".
std::optional<milliseconds> suggested(std::string_view lower) {
    static constexpr std::string_view kWords = "suggested backoff time: ";
    const auto at = lower.find(kWords);
    if (at == std::string_view::npos) return std::nullopt;
    std::string_view digits = lower.substr(at + kWords.size());
    digits = digits.substr(0, std::min(digits.find_first_not_of("0123456789"), digits.size()));
    const auto value = parse_number(digits);
    return value ? std::optional(milliseconds(std::min(*value, kLongestWish))) : std::nullopt;
}

std::optional<Error> throttling(const Response& response, const std::string& text) {
    const std::string lower = to_lower_ascii(response.text);
    if (const auto wait = suggested(lower)) return throttled(text, wait);
    if (lower.contains("authenticated but not connected")) return throttled(text, kTooManyConnections);
    for (const std::string_view word : {"throttle", "too many", "rate limit", "try again later", "bandwidth"}) {
        if (lower.contains(word)) return throttled(text, kBusy);
    }
    return std::nullopt;
}

std::optional<ErrorKind> kind_of(const Response& response) {
    const std::string word = response.code_word();
    const auto* const found = std::ranges::find_if(kCodes, [&](const Meaning& one) { return one.code == word; });
    return found == kCodes.end() ? std::nullopt : std::optional(found->kind);
}

std::string shown(const Response& response, std::string_view what) {
    const std::string code = response.code_word();
    return std::string(what) + ": " + (code.empty() ? "" : "[" + sanitize_utf8(code.substr(0, 40)) + "] ") +
           sanitize_utf8(std::string_view(response.text).substr(0, 200));
}

Error error_of(const Response& response, std::string_view what, ErrorKind usual) {
    const std::string text = shown(response, what);
    const auto kind = kind_of(response);
    auto slow = throttling(response, text);
    if (slow && (!kind || *kind != ErrorKind::Auth)) return std::move(*slow);
    if (kind && *kind == ErrorKind::Throttled) return throttled(text, kBusy);
    return Error{.kind = kind.value_or(usual), .text = text, .retry_after = std::nullopt, .code = response.code_word()};
}

}  // namespace

Error refusal(const Response& response, std::string_view what) {
    return error_of(response, what, response.condition == Condition::No ? ErrorKind::Rejected : ErrorKind::Transient);
}

Error login_refusal(const Response& response) {
    return error_of(response, "login", response.condition == Condition::No ? ErrorKind::Auth : ErrorKind::Transient);
}

}  // namespace tandem::imap
