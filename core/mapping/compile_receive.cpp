#include "core/base/text.hpp"
#include "core/mapping/compiler.hpp"
#include "core/mapping/keys.hpp"

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

MessagePart read_part(const std::string& text) {
    using Kind = MessagePart::Kind;
    constexpr std::pair<std::string_view, Kind> kWords[] = {
        {"body", Kind::Body},     {"body_sha256", Kind::BodySha256},
        {"url", Kind::Url},       {"url_without_query", Kind::UrlWithoutQuery},
        {"method", Kind::Method},
    };
    for (const auto& [word, kind] : kWords) {
        if (text == word) return {kind, {}};
    }
    constexpr std::pair<std::string_view, Kind> kPrefixes[] = {
        {"header:", Kind::Header},
        {"query:", Kind::Query},
        {"text:", Kind::Text},
    };
    for (const auto& [prefix, kind] : kPrefixes) {
        if (text.starts_with(prefix)) return {kind, text.substr(prefix.size())};
    }
    return {Kind::Text, text};
}

}  // namespace

void Compiler::receive(const Node& node) {
    program_.methods = texts(node.get("methods"));
    if (!node.get("methods")) program_.methods = {"POST"};
    for (const auto& header : texts(node.get("keep_headers")))
        program_.keep_headers.push_back(to_lower_ascii(header));
    program_.secret_query = texts(node.get("secret_query"));
    if (const auto decode = node.get("decode")) program_.decoder = decode.text();
    challenges(node.get("challenge"));
    members_ = &program_.guard_members;
    verifications(node.get("verify"));
    guards(node.get("guards"));
    program_.answer = answer(node.get("answer"), 200);
    members_ = &program_.map_members;
    program_.let = let(node.get("let"));
    in_records_ = true;
    records(node.get("records"));
    members_ = nullptr;
}

void Compiler::challenges(const Node& node) {
    if (!node) return;
    for (const auto& item : node.items()) {
        members_ = &program_.challenge_members;
        auto when = expression(item.get("when"));
        members_ = nullptr;  // the rest runs for handshakes only, with the whole request
        auto accept = optional_expression(item.get("accept"));
        auto yes = answer(item.get("answer"), 200);
        auto no = answer(item.get("refuse"), 403);
        if (when) program_.challenges.push_back({std::move(*when), std::move(accept), std::move(yes), std::move(no)});
    }
}

void Compiler::guards(const Node& node) {
    if (!node) return;
    for (const auto& item : node.items()) {
        auto when = expression(item.get("when"));
        if (!when) continue;
        Guard guard{.when = std::move(*when), .reason = optional_expression(item.get("reason")), .answer = {}};
        if (item.get("verdict").text() == "ignored") guard.verdict = Verdict::Ignored;
        guard.status = static_cast<int>(item.get("status").as_int().value_or(400));
        if (item.get("answer"))
            guard.answer = answer(item.get("answer"), guard.verdict == Verdict::Ignored ? 200 : guard.status);
        if (guard.verdict == Verdict::Ignored && item.get("status")) {
            error(item.get("status"), "only a rejection has a status; use `answer`");
        }
        program_.guards.push_back(std::move(guard));
    }
}

AnswerProgram Compiler::answer(const Node& node, int status) {
    AnswerProgram out{.status = status, .content_type = {}, .body = {}};
    if (!node) return out;
    out.status = static_cast<int>(node.get("status").as_int().value_or(status));
    out.content_type = node.get("type").text();
    out.body = optional_expression(node.get("body"));
    return out;
}

void Compiler::verifications(const Node& node) {
    if (!node) return;
    for (const auto& item : node.items())
        verification(item);
    for (const auto& entry : program_.verifications) {
        if (entry.place && entry.place->in_query) program_.secret_query.push_back(entry.place->name);
    }
}

void Compiler::verification(const Node& node) {
    const auto* scheme = find_scheme(node.get("scheme").text());
    check_scheme_parameters(node, *scheme);
    check_secret(node.get("secret"));
    Verification out;
    out.kind = scheme->kind;
    out.secret = node.get("secret").text();
    out.optional = node.get("optional").as_bool().value_or(false);
    out.prefix = node.get("prefix").text();
    out.base64 = node.get("encoding").text() == "base64";
    const auto& algorithm = node.get("algorithm").text();
    out.algorithm = algorithm == "sha1"     ? Algorithm::Sha1
                    : algorithm == "sha512" ? Algorithm::Sha512
                                            : Algorithm::Sha256;
    for (const auto& part : texts(node.get("message")))
        out.message.push_back(read_part(part));
    if (out.message.empty()) out.message.push_back({MessagePart::Kind::Body, {}});
    if (node.get("timestamp")) out.timestamp = read_place(node.get("timestamp").text());
    out.tolerance_seconds = node.get("tolerance").as_int().value_or(0);
    if (out.tolerance_seconds > 0 && !out.timestamp) error(node.get("tolerance"), "`tolerance` needs `timestamp`");
    out.field = optional_expression(node.get("field"));
    out.username = optional_expression(node.get("username"));
    place(node, out);
    program_.verifications.push_back(std::move(out));
}

void Compiler::check_scheme_parameters(const Node& node, const SchemeInfo& scheme) {
    for (const auto& [key, value] : node.entries()) {
        if (key.text() == "scheme" || key.text() == "secret" || key.text() == "optional") continue;
        if (std::ranges::find(scheme.parameters, std::string_view(key.text()), &SchemeParameter::name) ==
            scheme.parameters.end()) {
            error(key, fmt::format("scheme {} has no '{}'", scheme.name, key.text()));
        }
    }
}

void Compiler::place(const Node& node, Verification& out) {
    const auto header = node.get("header");
    const auto query = node.get("query");
    const int given = (header ? 1 : 0) + (query ? 1 : 0) + (out.field ? 1 : 0);
    if (header) out.place = Place{false, header.text()};
    if (query) out.place = Place{true, query.text()};
    if (out.kind == SchemeKind::Twilio && !header) out.place = Place{false, "X-Twilio-Signature"};
    if (out.kind == SchemeKind::Hmac && given != 1) error(node, "scheme hmac needs `header` or `query`");
    if (out.kind == SchemeKind::Token && given != 1)
        error(node, "scheme token needs one of `header`, `query`, `field`");
}

bool Compiler::check_secret(const Node& node) {
    std::vector<std::string> names;
    for (const auto& setting : program_.settings) {
        if (!setting.secret()) continue;
        if (setting.name == node.text()) return true;
        names.push_back(setting.name);
    }
    error(node, fmt::format("there is no secret setting '{}'{}", node.text(), suggestion(node.text(), names)));
    return false;
}

}  // namespace tandem::mapping
