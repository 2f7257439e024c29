// IMAP from a server in any octets, cut anywhere: no crash, the cuts change nothing, everything that looks at answers
// survives it, and a session never writes what is not harmless.
#include "connectors/imap/folders.hpp"
#include "connectors/imap/mail.hpp"
#include "connectors/imap/place.hpp"
#include "connectors/imap/session.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace tandem::imap;

constexpr ReaderLimits kLimits{.line = 4'096, .literals = 2'048, .literal = 100'000, .depth = 16, .values = 500};

void show(const std::vector<Value>& values, std::string& out) {
    for (const Value& one : values) {
        out += std::to_string(static_cast<int>(one.kind)) + (one.cut ? "!" : "") + one.text + "(";
        show(one.items, out);
        out += ")";
    }
}

std::string cut(std::string_view octets, std::size_t piece) {
    ResponseReader reader(kLimits);
    std::string seen;
    for (std::size_t at = 0; at < octets.size(); at += piece) {
        reader.feed(octets.substr(at, piece));
        for (const Response& one : reader.take()) {
            seen += one.tag + "|" + one.code + "|" + one.word + "|" + std::to_string(one.number) + one.text;
            show(one.values, seen);
        }
    }
    return seen + reader.fault().value_or("");
}

void look(std::string_view octets) {
    ResponseReader reader(kLimits);
    reader.feed(octets);
    std::vector<Listed> listed;
    for (Response& one : reader.take()) {
        if (auto folder = read_list(one)) listed.push_back(std::move(*folder));
        if (const auto info = read_info(one)) {
            const Folder folder{.raw = "x", .name = "x"};
            mail_event({.mailbox = "a@b", .folder = &folder}, *info, one.text, false);
        }
        parse_uid_set(one.text, 1'000);
        if (auto octets_of = read_octets(one)) message_id(octets_of->text);
    }
    choose_folders(listed, {.include = {"*a*"}, .exclude = {"b*"}});
    parse_live_place(octets);
    parse_backfill_place(octets);
}

void converse(std::string_view octets) {
    const Session::Time now{};
    for (const AuthMode auth : {AuthMode::Auto, AuthMode::OAuthBearer, AuthMode::Login}) {
        SessionOptions options{
            .tls = TlsMode::None, .auth = auth, .user = "user", .password = tandem::Secret("pencil")};
        if (auth == AuthMode::OAuthBearer) options.token = tandem::Secret("token");
        options.nonce = "n";
        Session session(std::move(options), now);
        std::size_t half = octets.size() / 2;
        session.receive(octets.substr(0, half), now);
        if (session.online() && !session.busy()) session.idle(now);
        session.receive(octets.substr(half), now);
        if (session.online()) session.done(now);
        if (session.online() && !session.busy() && session.command("UID STORE 1 FLAGS ()", now)) std::abort();
        session.take_events();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string whole = cut(octets, octets.size());
    const std::string pieces = cut(octets, data[0] % 70 + 1U);
    if (whole != pieces) std::abort();
    look(octets);
    converse(octets);
    return 0;
}
