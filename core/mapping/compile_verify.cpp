// Entries of `verify`.
#include "core/mapping/compiler.hpp"
#include "core/mapping/keys.hpp"
#include "core/mapping/verify_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace tandem::mapping {

using config::Node;

namespace {

std::vector<std::string> texts(const Node& node) {
    std::vector<std::string> out;
    if (!node) return out;
    for (const auto& item : node.items())
        out.push_back(item.text());
    return out;
}

// "header:Name" or "query:name"; the shape is checked already.
Place read_place(const std::string& text) {
    const auto colon = text.find(':');
    return {text.starts_with("query:"), text.substr(colon + 1)};
}

MessagePart read_text_part(const std::string& text) {
    using Kind = MessagePart::Kind;
    constexpr std::pair<std::string_view, Kind> kWords[] = {
        {"body", Kind::Body},
        {"body_sha256", Kind::BodySha256},
        {"body_sha256_hex", Kind::BodySha256Hex},
        {"url", Kind::Url},
        {"url_sha256_hex", Kind::UrlSha256Hex},
        {"url_without_query", Kind::UrlWithoutQuery},
        {"method", Kind::Method},
        {"secret", Kind::Secret},
    };
    for (const auto& [word, kind] : kWords) {
        if (text == word) return {.kind = kind};
    }
    constexpr std::pair<std::string_view, Kind> kPrefixes[] = {
        {"header:", Kind::Header},
        {"query:", Kind::Query},
        {"text:", Kind::Text},
    };
    for (const auto& [prefix, kind] : kPrefixes) {
        if (text.starts_with(prefix)) return {.kind = kind, .text = text.substr(prefix.size())};
    }
    return {.kind = Kind::Text, .text = text};
}

bool holds_secret(const std::vector<MessagePart>& parts) {
    return std::ranges::any_of(
        parts, [](const auto& part) { return part.kind == MessagePart::Kind::Secret || holds_secret(part.parts); });
}

template <class Names>
auto index_of(const Names& names, std::string_view word) {
    return static_cast<std::size_t>(std::ranges::find(names, word) - std::begin(names));
}

}  // namespace

void Compiler::verifications(const Node& node) {
    if (!node) return;
    for (const auto& item : node.items())
        verification(item);
    for (const auto& entry : program_.verifications) {
        if (entry.place && entry.place->in_query) program_.secret_query.push_back(entry.place->name);
        if (entry.field && is_plain_name(entry.field->expression.text()))
            program_.secret_query.emplace_back(entry.field->expression.text());
    }
}

void Compiler::verification(const Node& node) {
    const auto* scheme = find_scheme(node.get("scheme").text());
    check_scheme_parameters(node, *scheme);
    Verification out;
    out.kind = scheme->kind;
    out.when = optional_expression(node.get("when"));
    out.secret = node.get("secret").text();
    if (const auto secret = node.get("secret")) check_secret(secret);
    out.optional = node.get("optional").as_bool().value_or(false);
    out.prefix = node.get("prefix").text();
    out.tolerance_seconds = node.get("tolerance").as_int().value_or(0);
    if (out.kind == SchemeKind::Hmac || out.kind == SchemeKind::Digest) digest_rules(node, out);
    if (out.kind == SchemeKind::Jwt) out.jwt = jwt_rules(node);
    out.field = optional_expression(node.get("field"));
    out.username = optional_expression(node.get("username"));
    place(node, out);
    program_.verifications.push_back(std::move(out));
}

void Compiler::digest_rules(const Node& node, Verification& out) {
    out.separator = node.get("separator").text();
    out.base64 = node.get("encoding").text() == "base64";
    if (const auto algorithm = node.get("algorithm")) {
        out.algorithm = static_cast<Algorithm>(index_of(kAlgorithmNames, algorithm.text()));
    }
    if (const auto message = node.get("message")) {
        for (const auto& part : message.items())
            out.message.push_back(message_part(part));
    }
    if (out.message.empty()) out.message.push_back({});
    if (out.kind == SchemeKind::Digest && !holds_secret(out.message)) {
        error(node, "scheme digest has no key: `message` needs the part `secret`");
    }
    if (node.get("timestamp")) out.timestamp = read_place(node.get("timestamp").text());
    if (out.tolerance_seconds > 0 && !out.timestamp) error(node.get("tolerance"), "`tolerance` needs `timestamp`");
}

MessagePart Compiler::message_part(const Node& node) {
    if (node.kind() == config::NodeKind::Scalar) return read_text_part(node.text());
    MessagePart out;
    if (const auto text = node.get("text")) {
        out.kind = MessagePart::Kind::Expression;
        out.code = expression(text);
        return out;
    }
    out.kind = MessagePart::Kind::Sorted;
    for (const auto& part : node.get("sorted").items())
        out.parts.push_back(message_part(part));
    return out;
}

JwtRules Compiler::jwt_rules(const Node& node) {
    using Kind = MessagePart::Kind;
    constexpr Algorithm kAlgorithms[] = {Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512};
    constexpr std::string_view kNames[] = {"HS256", "HS384", "HS512"};
    JwtRules out;
    for (const auto& name : texts(node.get("algorithms")))
        out.algorithms.push_back(kAlgorithms[index_of(kNames, name)]);
    if (out.algorithms.empty()) out.algorithms.push_back(Algorithm::Sha256);
    if (const auto claims = node.get("claims")) {
        for (const auto& [name, value] : claims.entries()) {
            out.claims.push_back({name.text(), message_part(value)});
            const auto kind = out.claims.back().part.kind;
            if (kind == Kind::Expression || kind == Kind::BodySha256Hex || kind == Kind::UrlSha256Hex) continue;
            if (kind != Kind::Text || !value.text().starts_with("text:")) {
                error(value, "a claim is text:…, body_sha256_hex, url_sha256_hex or { text: EXPRESSION }");
            }
        }
    }
    out.require = texts(node.get("require"));
    out.max_age_seconds = node.get("max_age").as_int().value_or(0);
    return out;
}

void Compiler::check_scheme_parameters(const Node& node, const SchemeInfo& scheme) {
    const bool none = scheme.kind == SchemeKind::None;
    for (const auto& [key, value] : node.entries()) {
        if (key.text() == "scheme" || key.text() == "when") continue;
        if (!none && (key.text() == "secret" || key.text() == "optional")) continue;
        if (std::ranges::find(scheme.parameters, std::string_view(key.text()), &SchemeParameter::name) ==
            scheme.parameters.end()) {
            error(key, fmt::format("scheme {} has no '{}'", scheme.name, key.text()));
        }
    }
    if (none && !node.get("when")) error(node, "scheme none needs `when`: which requests the vendor does not sign");
    if (!none && !node.get("secret")) error(node, "key 'secret' is missing");
}

void Compiler::place(const Node& node, Verification& out) {
    const auto header = node.get("header");
    const auto query = node.get("query");
    const int given = (header ? 1 : 0) + (query ? 1 : 0) + (node.get("field") ? 1 : 0);
    if (header) out.place = Place{false, header.text()};
    if (query) out.place = Place{true, query.text()};
    if (out.kind == SchemeKind::Twilio && !header) out.place = Place{false, "X-Twilio-Signature"};
    const bool anywhere = out.kind == SchemeKind::Hmac || out.kind == SchemeKind::Digest ||
                          out.kind == SchemeKind::Jwt || out.kind == SchemeKind::Token;
    if (anywhere && given != 1) {
        error(node, fmt::format("scheme {} needs one of `header`, `query`, `field`", node.get("scheme").text()));
    }
}

bool Compiler::check_secret(const Node& node) {
    std::vector<std::string> names;
    for (const auto& setting : program_.settings) {
        if (!setting.secret()) continue;
        if (setting.name == node.text()) {
            if (secrets_ != nullptr) secrets_->push_back(setting.name);
            return true;
        }
        names.push_back(setting.name);
    }
    error(node, fmt::format("there is no secret setting '{}'{}", node.text(), suggestion(node.text(), names)));
    return false;
}

}  // namespace tandem::mapping
