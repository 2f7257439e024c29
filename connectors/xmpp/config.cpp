#include "connectors/xmpp/config.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/config/findings.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace tandem::xmpp {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kResource = "tandem";

std::optional<std::string> is_address(std::string_view text) {
    if (!parse_jid(text).empty()) return std::nullopt;
    return "is no XMPP address, as support@example.org";
}

void add_link(config::Fields<Config>& fields) {
    fields
        .choice<LinkMode>("link", &Config::link, {{"client", LinkMode::Client}, {"component", LinkMode::Component}},
                          "An account of its own, or a component of the server (XEP-0114) with an own domain.")
        .field("jid", &Config::jid,
               "Address of the account, as support@example.org or support@example.org/tandem; of a component its "
               "domain, or the address in it that messages are sent from.")
        .required()
        .check(is_address)
        .field("password", &Config::password, "Password of the account; secret of the component.")
        .required()
        .field("host", &Config::host, "Name or address of the server. Empty: the domain of jid.")
        .check(config::check_host)
        .field("port", &Config::port, "Its port. 0: 5222, with direct TLS 5223, for a component 5347.")
        .range(0, 65'535)
        .choice<TlsMode>("tls", &Config::tls,
                         {{"starttls", TlsMode::StartTls}, {"direct", TlsMode::Direct}, {"none", TlsMode::None}},
                         "How the connection is made secure. Without TLS everybody on the way reads along.")
        .usually("starttls; component: none")
        .field("tls_ca", &Config::tls_ca, "Certificates (PEM) that are trusted besides the system's.")
        .field("tls_name", &Config::tls_name, "Name in the server's certificate. Empty: the domain of jid.")
        .field("allow_plain", &Config::allow_plain,
               "Give the password to a server that offers no SCRAM; inside TLS only.");
}

void add_messages(config::Fields<Config>& fields) {
    fields
        .field("archive", &Config::archive,
               "Read from the server's archive (XEP-0313) what was missed; only a client has one.")
        .field(
            "backfill", &Config::backfill,
            "How far back the archive is read at the first start, and when the server has forgotten our place in it.")
        .range(0s, 365 * 24h)
        .field("page_size", &Config::page_size, "Messages that the archive is asked for at once.")
        .range(1, 500)
        .field("carbons", &Config::carbons, "Receive what is written and read in other clients of the account.")
        .field("confirm_receipts", &Config::confirm_receipts,
               "Confirm messages whose senders ask for it, after they are stored (XEP-0184).")
        .field("accept_contacts", &Config::accept_contacts, "Let everybody see whether the account is online.")
        .field("receipts", &Config::receipts, "Ask for delivery receipts and read markers of what is sent.")
        .field("window", &Config::window, "Messages that may wait for the server's acknowledgement at once.")
        .range(1, 500)
        .field("send_rate", &Config::send_rate, "Messages per second that are sent; further ones wait. 0: no limit.")
        .range(0, 10'000)
        .field("send_timeout", &Config::send_timeout,
               "How long the server may take to acknowledge; then nobody knows whether it took the message.")
        .range(1s, 55s);
}

}  // namespace

const config::Fields<Config>& config_fields() {
    static const auto fields = [] {
        config::Fields<Config> out;
        add_link(out);
        add_messages(out);
        out.field("login_limit", &Config::login_limit, "How long the login may take.")
            .range(100ms, 25s)
            .field("ping_after", &Config::ping_after,
                   "After this long without a word the server is asked whether it is there.")
            .range(100ms, 1h)
            .field("ping_limit", &Config::ping_limit,
                   "How long it may take to say so, or to acknowledge; then the link is made anew.")
            .range(100ms, 10min)
            .field("reconnect_first", &Config::reconnect_first,
                   "Wait before the first attempt to connect again; it doubles with every failure.")
            .range(1ms, 1h)
            .field("reconnect_limit", &Config::reconnect_limit, "It doubles up to this.")
            .range(1ms, 24h);
        return out;
    }();
    return fields;
}

Config read_config(const config::Node& options, config::Diagnostics& diagnostics) {
    Config out = config_fields().read(options, diagnostics);
    const auto tls = options.get("tls");
    const auto wrong = [&](std::string_view name, std::string text) {
        const auto node = options.get(name);
        diagnostics.error(node.position(), node.path(), std::move(text));
    };
    if (out.reconnect_first > out.reconnect_limit)
        wrong(options.get("reconnect_first") ? "reconnect_first" : "reconnect_limit",
              "reconnect_first must not be above reconnect_limit");
    if (out.link == LinkMode::Component) {
        for (const std::string_view name : {"archive", "carbons"}) {
            if (options.get(name).as_bool().value_or(false)) wrong(name, "only a client has it, not a component");
        }
        if (tls && out.tls == TlsMode::StartTls)
            diagnostics.error(tls.position(), tls.path(), "a component has no STARTTLS: direct or none");
        if (!tls) out.tls = TlsMode::None;
        out.archive = out.carbons = false;
    } else if (!out.jid.empty() && parse_jid(out.jid).local.empty()) {
        wrong("jid", "a client needs an account, as support@example.org");
    }
    if (tls && out.link == LinkMode::Client && out.tls == TlsMode::None)
        diagnostics.warning(tls.position(), tls.path(), "without TLS everybody on the way reads along");
    for (const std::string_view name : {"tls_ca", "tls_name"}) {
        if (out.tls == TlsMode::None && options.get(name)) wrong(name, "has no meaning with `tls: none`");
    }
    return out;
}

Jid Config::address() const {
    Jid out = parse_jid(jid);
    if (link == LinkMode::Client && out.resource.empty()) out.resource = kResource;
    return out;
}

std::string Config::connect_host() const {
    return host.empty() ? address().domain : host;
}

std::uint16_t Config::connect_port() const {
    if (port != 0) return static_cast<std::uint16_t>(port);
    if (link == LinkMode::Component) return 5'347;
    return tls == TlsMode::Direct ? 5'223 : 5'222;
}

std::string Config::certificate_name() const {
    return tls_name.empty() ? address().domain : tls_name;
}

Result<net::TlsContext> tls_context(const Config& config) {
    if (config.tls == TlsMode::None) return net::TlsContext();
    return net::load_client_tls(config.tls_ca, net::TlsProtocol::Unnamed);
}

net::LinkTarget link_target(const Config& config, net::TlsContext tls) {
    return {.host = config.connect_host(),
            .port = config.connect_port(),
            .tls = config.tls == TlsMode::Direct ? std::move(tls) : nullptr,
            .certificate_name = config.certificate_name()};
}

SessionOptions session_options(const Config& config, std::string nonce) {
    return {.mode = config.link,
            .jid = config.address(),
            .password = config.password,
            .tls = config.tls,
            .allow_plain = config.allow_plain,
            .nonce = std::move(nonce),
            .login_limit = config.login_limit,
            .ping_after = config.ping_after,
            .ping_limit = config.ping_limit};
}

std::string fresh_nonce() {
    std::array<std::uint8_t, 18> bytes{};
    random_bytes(bytes.data(), bytes.size());
    return base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace tandem::xmpp
