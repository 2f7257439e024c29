#include "core/mapping/compiler.hpp"

namespace tandem::mapping {

using config::Node;

void Compiler::media(const Node& node) {
    MediaProgram out;
    out.prefix = node.get("prefix").text();
    const auto resolve = node.get("resolve");
    const auto credentials = node.get("auth") ? node.get("auth") : node.get("headers");
    if (credentials && !node.get("hosts")) error(credentials, "needs `hosts`: where the credentials may go");
    if (resolve && !node.get("hosts")) error(resolve, "needs `hosts`: where its call may go");
    if (resolve && node.get("url")) error(node.get("url"), "is told by `resolve` already");
    const bool looked_up = resolve || node.get("url");
    if (looked_up != static_cast<bool>(node.get("prefix"))) {
        error(node, "`prefix` names what `url` or `resolve` makes an address of: one needs the other");
    }
    secrets_ = &out.secrets;
    call_scope(kMediaNameTexts, kMediaRoots, [&] {
        out.hosts = optional_expression(node.get("hosts"));
        out.let = let(node.get("let"));
        out.url = optional_expression(node.get("url"));
        if (resolve) media_lookup(resolve, out);
        out.plain.method = "GET";
        out.plain.url = constant("$place");
        out.download.method = "GET";
        out.download.url = constant("$place");
        out.download.headers = named_codes(node.get("headers"));
        if (node.get("auth")) out.download.auth = auth(node.get("auth"));
    });
    secrets_ = nullptr;
    program_.media = std::move(out);
}

void Compiler::media_lookup(const Node& node, MediaProgram& out) {
    out.lookup.emplace();
    send_request(node.get("request"), *out.lookup);
    if (!node.get("request").get("method")) out.lookup->method = "GET";
    const auto response = node.get("response");
    // Where the file is may hold a secret: the address is asked for, not kept.
    const Reading reading(*this, true);
    send_response(response, out.answer);
    out.place = expression(response.get("url"));
}

}  // namespace tandem::mapping
