#include "core/base/text.hpp"
#include "core/mapping/compiler.hpp"
#include "core/mapping/keys.hpp"
#include "core/model/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
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
    out.provider = node.get("provider") ? node.get("provider").text() : program_.name;
    for (const auto& item : node.get("to").items()) {
        if (std::ranges::find(model::schemes(), std::string_view(item.text())) == model::schemes().end()) {
            error(item, fmt::format("'{}' is not a scheme of contact points", item.text()));
        }
        out.to.push_back(item.text());
    }
    out.by_http = static_cast<bool>(node.get("response"));
    if (out.to.empty()) error(node.get("to"), "a pack that can write to nobody");
    send_channel(node.get("channel"), out);
    send_limits(node, out);
    call_scope(kSendNameTexts, kMessageRoots, [&] {
        out.let = let(node.get("let"));
        for (const auto& item : node.get("refuse").items()) {
            if (auto when = expression(item.get("when"))) {
                out.refusals.push_back({std::move(*when), optional_expression(item.get("reason"))});
            }
        }
        if (const auto reference = node.get("reference")) {
            out.reference_space = expression(reference.get("namespace"));
            out.reference = expression(reference.get("external_id"));
        }
        send_requests(node, out);
        {
            const Scope scope(*this);
            const Reading reading(*this);
            const auto response = node.get("response");
            send_response(response, out.response);
            out.ids = optional_expression(response.get("ids"));
            out.name_space = optional_expression(response.get("namespace"));
        }
        if (const auto query = node.get("query")) out.query = send_query(query);
    });
    program_.send = std::move(out);
}

QueryProgram Compiler::send_query(const Node& node) {
    QueryProgram out;
    send_request(node.get("request"), out.request);
    if (!node.get("request").get("method")) out.request.method = "GET";
    const Scope scope(*this);
    const Reading reading(*this);
    const auto response = node.get("response");
    send_response(response, out.response);
    out.found = expression(response.get("found"));
    out.ids = optional_expression(response.get("ids"));
    out.name_space = expression(response.get("namespace"));
    return out;
}

void Compiler::send_channel(const Node& node, SendProgram& out) {
    const auto known = [&](const Node& word) {
        if (std::ranges::find(model::channels(), std::string_view(word.text())) != model::channels().end()) return;
        error(word, fmt::format("'{}' is not a channel: {}", word.text(), fmt::join(model::channels(), ", ")));
    };
    if (node.kind() != config::NodeKind::Mapping) {
        known(node);
        out.channel = node.text();
        return;
    }
    for (const auto& [scheme, channel] : node.entries()) {
        if (std::ranges::find(out.to, scheme.text()) == out.to.end()) {
            error(scheme, fmt::format("'{}' is not one of the schemes in `to`", scheme.text()));
        }
        known(channel);
        out.channels.emplace_back(scheme.text(), channel.text());
    }
    for (const auto& scheme : out.to) {
        if (std::ranges::find(out.channels, scheme, &std::pair<std::string, std::string>::first) ==
            out.channels.end()) {
            error(node, fmt::format("no channel for the scheme '{}'", scheme));
        }
    }
}

void Compiler::send_limits(const Node& node, SendProgram& out) {
    out.max_text = node.get("max_text").as_int().value_or(INT64_MAX);
    out.split = node.get("split").as_bool().value_or(false);
    if (out.split && !node.get("max_text")) error(node.get("split"), "`split` needs `max_text`");
    out.max_media = node.get("max_media").as_int().value_or(0);
    out.caption = node.get("caption").as_int().value_or(-1);
    if (out.caption >= 0 && out.max_media == 0) error(node.get("caption"), "`caption` needs `max_media`");
    out.repeatable = node.get("repeatable").as_bool().value_or(false);
    std::vector<std::string> known;
    for (const auto& setting : program_.settings)
        known.push_back(setting.name);
    for (const auto& item : node.get("needs").items()) {
        out.needs.push_back(item.text());
        if (std::ranges::find(known, item.text()) != known.end()) continue;
        error(item, fmt::format("there is no setting '{}'{}", item.text(), suggestion(item.text(), known)));
    }
}

// Without an answer over HTTP there is no request over HTTP: the connector takes a document.
void Compiler::check_document(const Node& node) {
    for (const std::string_view key : {"requests", "query", "split", "caption"}) {
        if (node.get(key)) error(node.get(key), fmt::format("`{}` is for HTTP: it needs `response`", key));
    }
    const auto request = node.get("request");
    if (!request) return;
    for (const auto& [key, value] : request.entries()) {
        if (key.text() != "json") error(key, "without `response` a request is a document for the connector: `json`");
    }
}

void Compiler::send_requests(const Node& node, SendProgram& out) {
    if (!out.by_http) {
        check_document(node);
        if (const auto json = node.get("request").get("json"))
            out.requests.emplace_back().second.json = open_template(json);
        return;
    }
    if ((node.get("request") ? 1 : 0) + (node.get("requests") ? 1 : 0) != 1) {
        error(node, "needs `request`, or a list `requests`");
    }
    if (const auto request = node.get("request")) send_request(request, out.requests.emplace_back().second);
    if (node.get("requests") && node.get("requests").items().empty())
        error(node.get("requests"), "a list without requests");
    for (const auto& item : node.get("requests").items()) {
        if (!out.requests.empty() && !out.requests.back().first)
            error(item, "is never reached: the one before has no `when`");
        auto& [when, request] = out.requests.emplace_back();
        when = optional_expression(item.get("when"));
        send_request(item.get("request"), request);
    }
}

void Compiler::send_request(const Node& node, RequestProgram& out) {
    if (const auto method = node.get("method")) out.method = method.text();
    signatures(node.get("signatures"), out);
    if (!node.get("url")) error(node, "key 'url' is missing");
    out.url = optional_expression(node.get("url"));
    out.query = named_codes(node.get("query"));
    out.headers = named_codes(node.get("headers"));
    check_headers(node.get("headers"));
    if (const auto given = node.get("auth")) out.auth = auth(given);
    send_body(node, out);
    for (const auto& name : signatures_) {
        if (std::ranges::find(signed_, name) != signed_.end()) continue;
        error(node.get("signatures").get(name), fmt::format("nothing in the request has signature('{}')", name));
    }
    signatures_.clear();
    signed_.clear();
}

void Compiler::check_headers(const Node& node) {
    if (!node) return;
    for (const auto& [name, value] : node.entries()) {
        const auto& text = name.text();
        const bool token = !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
            return std::isalnum(c) != 0 || std::string_view("!#$%&'*+-.^_`|~").contains(static_cast<char>(c));
        });
        if (!token) error(name, "this is no name of a header");
        for (const std::string_view own : {"host", "content-length", "connection", "transfer-encoding"}) {
            if (to_lower_ascii(text) == own) error(name, "this header is the gateway's own");
        }
    }
}

void Compiler::signatures(const Node& node, RequestProgram& out) {
    if (!node) return;
    for (const auto& [name, item] : node.entries()) {
        auto message = expression(item.get("message"));
        if (!message) continue;
        SignatureProgram signature{.name = name.text(), .secret = {}, .message = std::move(*message)};
        if (const auto secret = item.get("secret")) {
            check_secret(secret);
            signature.secret = secret.text();
        }
        if (const auto algorithm = item.get("algorithm")) {
            const auto at = std::ranges::find(kAlgorithmNames, std::string_view(algorithm.text()));
            signature.algorithm = static_cast<Algorithm>(at - kAlgorithmNames.begin());
        }
        const auto encoding = item.get("encoding").text();
        if (encoding == "HEX") signature.encoding = SignatureEncoding::UpperHex;
        if (encoding == "base64") signature.encoding = SignatureEncoding::Base64;
        out.signatures.push_back(std::move(signature));
    }
    for (const auto& signature : out.signatures)
        signatures_.push_back(signature.name);
}

void Compiler::send_body(const Node& node, RequestProgram& out) {
    const auto json = node.get("json");
    const auto xml = node.get("xml");
    const auto form = node.get("form");
    const auto multipart = node.get("multipart");
    const auto text = node.get("text");
    const auto bodies = std::ranges::count_if(std::array{json, xml, form, multipart, text},
                                              [](const Node& body) { return static_cast<bool>(body); });
    if (bodies > 0 && out.method == "GET") error(node, "a GET has no body: use `query`");
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
    const Reading reading(*this);
    if (const auto decode = node.get("decode")) out.decoder = decode.text();
    out.let = let(node.get("let"));
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
    oauth2_used_ = oauth2_used_ || has_token;
    if (has_token && asking_token_) error(node, "the request for the token cannot need it");
    if (has_token && !oauth2_) error(node, "the pack has no section `oauth2`");
    if (!has_token && !node.get("secret")) error(node, "this scheme needs `secret`");
    if (!has_token && node.get("secret")) check_secret(node.get("secret"));
    out.secret = node.get("secret").text();
    out.name = node.get("name").text();
    out.prefix = node.get("prefix").text();
    out.username = optional_expression(node.get("username"));
    const bool in_query = has_token && !out.name.empty();
    const bool named =
        out.scheme == AuthProgram::Scheme::Header || out.scheme == AuthProgram::Scheme::Query || in_query;
    if (in_query && !out.prefix.empty()) error(node.get("prefix"), "a token in the query has no prefix");
    if (named && out.name.empty()) error(node, "this scheme needs the `name` of the header or parameter");
    if (!named && node.get("name"))
        error(node.get("name"), "only the schemes header, query and oauth2 (a query parameter) have a `name`");
    if (out.scheme == AuthProgram::Scheme::Basic && !out.username) error(node, "scheme basic needs `username`");
    return out;
}

}  // namespace tandem::mapping
