#include "core/identity/scheme.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tandem::identity {
namespace {

using enum PointClass;

constexpr std::size_t kMaxPart = 512;  // longer scopes and ids are replaced by their digest, so keys stay small

constexpr Scheme kSchemes[] = {
    {"account", true, Strong},   {"anon", false, Placeholder},   {"apple", true, Personal},
    {"cookie", true, Ephemeral}, {"crm", true, Strong},          {"device", true, Ephemeral},
    {"ext", true, Ephemeral},    {"facebook", true, Personal},   {"instagram", true, Personal},
    {"jiochat", true, Personal}, {"line", true, Personal},       {"mailto", false, Personal},
    {"matrix", false, Personal}, {"rocketchat", true, Personal}, {"sip", false, Personal},
    {"slack", true, Personal},   {"tel", false, Personal},       {"telegram", true, Personal},
    {"viber", true, Personal},   {"vk", true, Personal},         {"webchat", true, Ephemeral},
    {"wechat", true, Personal},  {"whatsapp", true, Personal},   {"xmpp", false, Personal},
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// Control characters would make two different points hash alike: 0x1F separates the parts of a point id.
std::string clean_part(std::string_view text) {
    auto part = sanitize_utf8(trim_ascii(text));
    std::erase_if(part, is_control);
    if (part.size() > kMaxPart) part = "sha256." + hex(sha256(part));
    return std::string(trim_ascii(part));
}

// "71-03", "(123) 45 67" -> digits; texts with anything else stay.
std::string digits_or_text(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (is_digit(c)) {
            digits += c;
        } else if (!std::string_view(" -().").contains(c)) {
            return std::string(text);
        }
    }
    return digits.empty() ? std::string(text) : digits;
}

NormalPoint anonymous() {
    return {{"anon", "", ""}, Placeholder};
}

// A sender with letters is a brand name that one or many systems use; bare digits are one extension or short code.
NormalPoint unnormalised(std::string_view scope, std::string_view value) {
    auto text = digits_or_text(value);
    const bool digits =
        std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '+' || c == '*' || c == '#'; });
    return {{"ext", std::string(scope), std::move(text)}, digits ? Ephemeral : Shared};
}

std::string_view first_of(std::string_view a, std::string_view b, std::string_view c) {
    return !a.empty() ? a : (!b.empty() ? b : c);
}

std::string_view without_prefix(std::string_view text, std::string_view prefix) {
    const bool has = text.size() >= prefix.size() && iequals_ascii(text.substr(0, prefix.size()), prefix);
    return has ? text.substr(prefix.size()) : text;
}

// The host of "host:port;params?headers" in lower case; empty if it is none.
std::string sip_host(std::string_view text) {
    const bool address = text.starts_with('[');
    const auto end = address ? text.find(']') : text.find_first_of(":;?>");
    if (address && end == std::string_view::npos) return {};
    auto host = to_lower_ascii(text.substr(0, address ? end + 1 : end));
    while (host.ends_with('.'))
        host.pop_back();
    const auto allowed = [&](char c) {
        return is_digit(c) || is_letter(c) || std::string_view(address ? "[:.]" : "._-").contains(c);
    };
    return std::ranges::all_of(host, allowed) ? host : std::string();
}

// user@host of "<sip:user;params@host:port;params?headers>"; the user part is case-sensitive (RFC 3261, 19.1.4). Only
// what comes as a URI is percent-decoded: "user@host" may be decoded already.
std::optional<std::string> sip_address(std::string_view text) {
    if (const auto open = text.find('<'); open != std::string_view::npos) text = text.substr(open + 1);
    const auto rest = without_prefix(without_prefix(trim_ascii(text), "sips:"), "sip:");
    const bool uri = rest.size() != text.size();
    const auto at = rest.rfind('@');
    if (at == std::string_view::npos) return std::nullopt;
    const auto raw_user = rest.substr(0, std::min(at, rest.find_first_of(";:")));
    const auto user = clean_part(uri ? percent_decode(raw_user, false) : std::string(raw_user));
    const auto host = sip_host(rest.substr(at + 1));
    if (user.empty() || user.find_first_of("<>:;") != std::string::npos || host.empty()) return std::nullopt;
    return user + "@" + host;
}

NormalPoint sip_point(std::string_view scope, std::string_view value) {
    auto address = sip_address(value);
    if (!address) return unnormalised(first_of(scope, "sip", ""), value);
    if (address->ends_with(".invalid") || withheld(std::string_view(*address).substr(0, address->find('@')))) {
        return anonymous();  // RFC 3323, 4.1.1.3: anonymous@anonymous.invalid
    }
    return {{"sip", "", std::move(*address)}, Personal};
}

// Telephone digits as the vendor gives them, or a business-scoped id "US.1349..." with its country in capitals.
std::string whatsapp_id(std::string_view value) {
    auto id = std::string(without_prefix(value, "whatsapp:"));
    if (id.size() > 3 && is_letter(id[0]) && is_letter(id[1]) && id[2] == '.') {
        std::ranges::transform(id.begin(), id.begin() + 2, id.begin(),
                               [](char c) { return static_cast<char>(c & ~0x20); });
        return id;
    }
    const auto digits = digits_or_text(without_prefix(id, "+"));
    return std::ranges::all_of(digits, is_digit) ? digits : std::string(value);
}

// @user:server; the server is a host name, the user may have capitals (Matrix specification, "Historical user IDs").
std::string matrix_id(std::string_view value) {
    const auto colon = std::min(value.find(':'), value.size());
    return std::string(value.substr(0, colon)) + to_lower_ascii(value.substr(colon));
}

// The bare address (RFC 7622): without resource, both parts in lower case.
std::string xmpp_address(std::string_view value) {
    value = without_prefix(value, "xmpp:");
    return to_lower_ascii(value.substr(0, value.find('/')));
}

}  // namespace

std::span<const Scheme> schemes() {
    return kSchemes;
}

const Scheme* find_scheme(std::string_view name) {
    const auto* found = std::ranges::find(kSchemes, name, &Scheme::name);
    return found == std::end(kSchemes) ? nullptr : found;
}

bool withheld(std::string_view text) {
    // The numbers spell ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE on a keypad; carriers and Twilio send
    // them in place of a hidden number. None of them is a valid number anywhere.
    constexpr std::string_view kWords[] = {"anonymous",
                                           "unavailable",
                                           "unknown",
                                           "restricted",
                                           "private",
                                           "withheld",
                                           "blocked",
                                           "hidden",
                                           "none",
                                           "null",
                                           "private number",
                                           "number withheld",
                                           "no number",
                                           "not available",
                                           "unknown caller",
                                           "caller id blocked",
                                           "аноним",
                                           "номер скрыт",
                                           "скрытый номер",
                                           "скрыт",
                                           "неизвестен",
                                           "неизвестный номер",
                                           "266696687",
                                           "7378742833",
                                           "2562533",
                                           "8656696",
                                           "86282452253",
                                           "n/a",
                                           "-"};
    const auto word = to_lower_ascii(trim_ascii(without_prefix(text, "+")));
    if (word.empty() || std::ranges::all_of(word, [](char c) { return c == '0'; })) return true;
    return std::ranges::find(kWords, std::string_view(word)) != std::end(kWords);
}

bool role_mailbox(std::string_view mailbox) {
    // RFC 2142 and what mail systems and companies use besides.
    constexpr std::string_view kRoles[] = {"abuse",         "accounting",    "accounts",  "admin",     "administrator",
                                           "alert",         "alerts",        "billing",   "bounce",    "bounces",
                                           "career",        "careers",       "contact",   "contacts",  "do-not-reply",
                                           "do_not_reply",  "donotreply",    "feedback",  "ftp",       "help",
                                           "helpdesk",      "hostmaster",    "hr",        "info",      "information",
                                           "invoice",       "invoices",      "jobs",      "legal",     "listserv",
                                           "mailer-daemon", "majordomo",     "marketing", "news",      "newsletter",
                                           "no-reply",      "no.reply",      "no_reply",  "noc",       "noreply",
                                           "notification",  "notifications", "notify",    "office",    "order",
                                           "orders",        "postmaster",    "press",     "privacy",   "reception",
                                           "robot",         "root",          "sales",     "secretary", "security",
                                           "service",       "services",      "shop",      "support",   "unsubscribe",
                                           "usenet",        "uucp",          "webmaster", "www"};
    auto local = mailbox.substr(0, mailbox.rfind('@'));
    local = local.substr(0, local.find('+'));
    for (const std::string_view end : {"-request", "-owner", "-bounces", "-unsubscribe", "-noreply", "-no-reply"}) {
        if (local.ends_with(end)) return true;
    }
    return local.starts_with("owner-") || local.starts_with("bounce-") ||
           std::ranges::find(kRoles, local) != std::end(kRoles);
}

NormalPoint phone_point(Phone phone) {
    return {{"tel", "", std::move(phone.e164)}, phone.point_class};
}

NormalPoint mailbox_point(std::string mailbox) {
    const auto point_class = role_mailbox(mailbox) ? Shared : Personal;
    return {{"mailto", "", std::move(mailbox)}, point_class};
}

NormalPoint normalise(std::string_view scheme,
                      std::string_view scope,
                      std::string_view value,
                      std::string_view region) {
    const auto name = to_lower_ascii(trim_ascii(scheme));
    if (name == "tel") {
        if (auto phone = normalise_phone(value, region)) return phone_point(std::move(*phone));
    } else if (name == "mailto") {
        if (auto mailbox = normalise_mailbox(value)) return mailbox_point(std::move(*mailbox));
    }
    const auto text = clean_part(value);
    const auto place = clean_part(scope);
    if (text.empty()) return anonymous();
    if (name == "tel" && withheld(text)) return anonymous();
    if (name == "sip" || (name == "tel" && text.contains('@'))) return sip_point(place, text);
    if (name == "tel") return unnormalised(first_of(place, region, "tel"), text);
    if (name == "mailto") return unnormalised(first_of(place, "mailto", ""), text);
    if (name == "ext") return unnormalised(place, text);
    if (name == "whatsapp") return {{name, place, whatsapp_id(text)}, Personal};
    if (name == "matrix") return {{name, "", matrix_id(text)}, Personal};
    if (name == "xmpp") return {{name, "", xmpp_address(text)}, Personal};
    const auto* known = find_scheme(name);
    return {{name, place, text}, known == nullptr ? Personal : known->point_class};
}

std::optional<NormalPoint> offered_phone(const Point& point) {
    std::string_view digits = point.value;
    if (point.scheme == "sip") {
        digits = digits.substr(0, digits.rfind('@'));
    } else if (point.scheme != "whatsapp") {
        return std::nullopt;
    }
    digits = without_prefix(digits, "+");
    constexpr std::size_t kShortestWithCountry = 8;
    if (digits.size() < kShortestWithCountry || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
    auto phone = normalise_phone(digits, "");
    if (!phone) return std::nullopt;
    return phone_point(std::move(*phone));
}

}  // namespace tandem::identity
