#include "core/identity/point.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/identity/scheme.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tandem::identity {
namespace {

constexpr std::size_t kMaxText = 2048;
constexpr std::string_view kClassWords[] = {"personal", "strong", "ephemeral", "trunk", "shared", "placeholder"};

void append_part(std::string& out, std::string_view part) {
    for (const char c : part) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == ':' || c == '%' || c == '?' || byte <= 0x20 || byte == 0x7F) {
            fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
        } else {
            out += c;
        }
    }
}

// URL decoders turn '+' into a space. Nothing else begins with a space here, mailboxes and base64 ids hold none.
std::string restore_plus(std::string_view text, bool everywhere) {
    std::string restored(text);
    if (everywhere) {
        std::ranges::replace(restored, ' ', '+');
    } else if (restored.size() > 1 && restored[0] == ' ' && restored[1] >= '0' && restored[1] <= '9') {
        restored[0] = '+';
    }
    return restored;
}

Result<Point> parse_phone(std::string_view text, std::string_view region) {
    auto phone = normalise_phone(percent_decode(restore_plus(text, false), false), region);
    if (phone) return phone_point(std::move(*phone)).point;
    return fail(std::move(phone.error()).with_context(fmt::format("'{}'", trim_ascii(text))));
}

Result<Point> parse_mailbox(std::string_view text) {
    const bool quoted = text.contains('"') || text.contains('<');
    const auto address = quoted ? std::string(text) : restore_plus(trim_ascii(text), true);
    auto mailbox = normalise_mailbox(percent_decode(address, false));
    if (mailbox) return mailbox_point(std::move(*mailbox)).point;
    return fail(std::move(mailbox.error()).with_context(fmt::format("'{}'", trim_ascii(text))));
}

// "scope:value" or "value". Colons inside the parts are encoded by to_text; people forget it in scopes like "bot:8812".
Result<Point> parse_scoped(std::string_view scheme, std::string_view rest, std::string_view region) {
    // The colon of @user:server is no separator.
    const auto colon = scheme == "matrix" || scheme == "xmpp" ? std::string_view::npos : rest.rfind(':');
    const bool scoped = colon != std::string_view::npos;
    const auto scope = percent_decode(scoped ? rest.substr(0, colon) : "", false);
    const auto encoded = scoped ? rest.substr(colon + 1) : rest;
    const auto value = percent_decode(restore_plus(encoded, scheme == "viber"), false);
    auto point = normalise(scheme, scope, value, region).point;
    if (point.value.empty()) return fail(rejected(fmt::format("'{}:' lacks a value after the scheme", scheme)));
    return point;
}

Result<Point> unknown_scheme(std::string_view scheme) {
    std::vector<std::string> names;
    for (const auto& known : schemes())
        names.emplace_back(known.name);
    const auto near = did_you_mean(scheme, names);
    return fail(rejected(near ? fmt::format("'{}' is no kind of contact point; did you mean '{}'?", scheme, *near)
                              : fmt::format("'{}' is no kind of contact point", scheme)));
}

std::string_view canonical_scheme(std::string_view typed) {
    if (typed == "phone" || typed == "callto" || typed == "sms") return "tel";
    if (typed == "email" || typed == "mail") return "mailto";
    return typed == "sips" ? "sip" : typed;
}

}  // namespace

std::string to_text(const Point& point) {
    auto text = point.scheme + ":";
    if (!point.scope.empty()) {
        append_part(text, point.scope);
        text += ':';
    }
    append_part(text, point.value);
    return text;
}

Result<Point> parse_point(std::string_view text, std::string_view region) {
    if (text.size() > kMaxText) return fail(rejected("too long for a contact point"));
    if (!valid_utf8(text)) return fail(rejected("a contact point must be UTF-8"));
    if (trim_ascii(text).empty()) return fail(rejected("an empty text is no contact point"));
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return text.contains('@') || text.contains("%40") ? parse_mailbox(text) : parse_phone(text, region);
    const auto typed = to_lower_ascii(trim_ascii(text.substr(0, colon)));
    const auto scheme = canonical_scheme(typed);
    const auto rest = text.substr(colon + 1);
    if (find_scheme(scheme) == nullptr) return unknown_scheme(typed);
    if (scheme == "tel") return parse_phone(rest, region);
    if (scheme == "mailto") return parse_mailbox(rest.substr(0, rest.find('?')));
    if (scheme != "sip") return parse_scoped(scheme, rest, region);
    auto sip = normalise("sip", "", percent_decode(rest, false), region).point;
    if (sip.scheme != "sip") return fail(rejected(fmt::format("'{}' is no sip address (user@host)", trim_ascii(rest))));
    return sip;
}

std::string_view to_string(PointClass point_class) {
    return kClassWords[static_cast<std::size_t>(point_class)];
}

std::optional<PointClass> parse_point_class(std::string_view text) {
    const auto* word = std::ranges::find(kClassWords, text);
    if (word == std::end(kClassWords)) return std::nullopt;
    return static_cast<PointClass>(word - std::begin(kClassWords));
}

PointId point_id(const Secret& key, const Point& point) {
    constexpr char kUnitSeparator = 0x1F;
    std::string text;
    text.reserve(point.scheme.size() + point.scope.size() + point.value.size() + 2);
    text.append(point.scheme).append(1, kUnitSeparator).append(point.scope).append(1, kUnitSeparator);
    text.append(point.value);
    const auto digest = hmac_sha256(key.reveal(), text);
    PointId id;
    std::ranges::copy_n(digest.begin(), static_cast<std::ptrdiff_t>(id.bytes.size()), id.bytes.begin());
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x80);  // version 8
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);  // variant of RFC 9562
    return id;
}

}  // namespace tandem::identity
