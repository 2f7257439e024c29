#include "core/mapping/compiler.hpp"
#include "core/model/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::mapping {

using config::Node;

namespace {

ErrorKind kind_of(std::string_view word) {
    constexpr std::pair<std::string_view, ErrorKind> kKinds[] = {
        {"transient", ErrorKind::Transient}, {"throttled", ErrorKind::Throttled},
        {"auth", ErrorKind::Auth},           {"config", ErrorKind::Config},
        {"opted_out", ErrorKind::OptedOut},  {"unknown_outcome", ErrorKind::UnknownOutcome},
    };
    for (const auto& [name, kind] : kKinds) {
        if (name == word) return kind;
    }
    return ErrorKind::Rejected;
}

AuthProgram::Scheme scheme_of(std::string_view word) {
    if (word == "basic") return AuthProgram::Scheme::Basic;
    if (word == "header") return AuthProgram::Scheme::Header;
    if (word == "query") return AuthProgram::Scheme::Query;
    if (word == "oauth2") return AuthProgram::Scheme::OAuth2;
    return AuthProgram::Scheme::Bearer;
}

}  // namespace

void Compiler::send(const Node& node) {
    SendProgram out;
    const auto channel = node.get("channel");
    out.channel = channel.text();
    if (std::ranges::find(model::channels(), std::string_view(out.channel)) == model::channels().end()) {
        error(channel, fmt::format("'{}' is not a channel: {}", out.channel, fmt::join(model::channels(), ", ")));
    }
    out.provider = node.get("provider") ? node.get("provider").text() : program_.name;
    for (const auto& item : node.get("to").items()) {
        if (std::ranges::find(model::schemes(), std::string_view(item.text())) == model::schemes().end()) {
            error(item, fmt::format("'{}' is not a scheme of contact points", item.text()));
        }
        out.to.push_back(item.text());
    }
    out.max_text = node.get("max_text").as_int().value_or(INT64_MAX);
    out.split = node.get("split").as_bool().value_or(false);
    if (out.split && !node.get("max_text")) error(node.get("split"), "`split` needs `max_text`");
    out.max_media = node.get("max_media").as_int().value_or(0);
    out.repeatable = node.get("repeatable").as_bool().value_or(false);
    Scope scope(*this);
    in_send_ = true;
    in_records_ = true;
    names_.push_back("message");
    out.message_slot = names_.size() - 1;
    program_.slots = std::max(program_.slots, names_.size());
    out.let = let(node.get("let"));
    send_request(node.get("request"), out.request);
    const auto response = node.get("response");
    send_response(response, out.response);
    out.ids = optional_expression(response.get("ids"));
    out.name_space = expression(response.get("namespace"));
    in_send_ = false;
    program_.send = std::move(out);
}

void Compiler::send_request(const Node& node, RequestProgram& out) {
    if (const auto method = node.get("method")) out.method = method.text();
    out.url = expression(node.get("url"));
    out.query = named_codes(node.get("query"));
    out.headers = named_codes(node.get("headers"));
    if (const auto given = node.get("auth")) out.auth = auth(given);
    send_body(node, out);
}

void Compiler::send_body(const Node& node, RequestProgram& out) {
    const auto json = node.get("json");
    const auto xml = node.get("xml");
    const auto form = node.get("form");
    const auto multipart = node.get("multipart");
    const auto text = node.get("text");
    const auto bodies = std::ranges::count_if(std::array{json, xml, form, multipart, text},
                                              [](const Node& body) { return static_cast<bool>(body); });
    if (bodies > 1) error(node, "a body is one of `json`, `xml`, `form`, `multipart`, `text`");
    if (json) out.json = open_template(json);
    if (xml) out.xml = open_template(xml);
    if (form) out.form = named_codes(form);
    if (multipart) out.multipart = named_codes(multipart);
    if (text) out.text = expression(text);
    out.content_type = node.get("type").text();
    if (text && out.content_type.empty()) error(node, "`text` needs its `type`");
    if (!text && !xml && node.get("type")) {
        error(node.get("type"), "`json`, `form` and `multipart` say their type themselves");
    }
    if (xml && out.content_type.empty()) out.content_type = "text/xml; charset=utf-8";
}

void Compiler::send_response(const Node& node, ResponseProgram& out) {
    if (!node) return;
    if (const auto decode = node.get("decode")) out.decoder = decode.text();
    out.accepted = optional_expression(node.get("accepted"));
    out.code = optional_expression(node.get("code"));
    out.reason = optional_expression(node.get("reason"));
    if (!node.get("errors")) return;
    for (const auto& item : node.get("errors").items()) {
        auto when = expression(item.get("when"));
        if (!when) continue;
        out.errors.push_back({.when = std::move(*when),
                              .kind = kind_of(item.get("kind").text()),
                              .code = optional_expression(item.get("code")),
                              .reason = optional_expression(item.get("reason")),
                              .retry_after = optional_expression(item.get("retry_after"))});
    }
}

NamedCodes Compiler::named_codes(const Node& node) {
    NamedCodes out;
    if (!node) return out;
    for (const auto& [key, value] : node.entries()) {
        if (auto code = expression(value)) out.emplace_back(key.text(), std::move(*code));
    }
    return out;
}

AuthProgram Compiler::auth(const Node& node) {
    AuthProgram out;
    out.scheme = scheme_of(node.get("scheme").text());
    const bool has_token = out.scheme == AuthProgram::Scheme::OAuth2;
    if (has_token && node.get("secret"))
        error(node.get("secret"), "oauth2 has its credentials in the section `oauth2`");
    if (has_token && !oauth2_) error(node, "the pack has no section `oauth2`");
    if (!has_token && !node.get("secret")) error(node, "this scheme needs `secret`");
    if (!has_token && node.get("secret")) check_secret(node.get("secret"));
    out.secret = node.get("secret").text();
    out.name = node.get("name").text();
    out.prefix = node.get("prefix").text();
    out.username = optional_expression(node.get("username"));
    const bool named = out.scheme == AuthProgram::Scheme::Header || out.scheme == AuthProgram::Scheme::Query;
    if (named && out.name.empty()) error(node, "this scheme needs the `name` of the header or parameter");
    if (!named && node.get("name")) error(node.get("name"), "only the schemes header and query have a `name`");
    if (out.scheme == AuthProgram::Scheme::Basic && !out.username) error(node, "scheme basic needs `username`");
    return out;
}

}  // namespace tandem::mapping
