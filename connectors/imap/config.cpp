#include "connectors/imap/config.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/net/tls.hpp"

#include <array>
#include <set>

namespace tandem::imap {

namespace {

using namespace std::chrono_literals;

const config::Fields<net::OAuth2Options>& oauth2_fields() {
    static const auto fields = [] {
        config::Fields<net::OAuth2Options> out;
        out.field("token_url", &net::OAuth2Options::token_url, "Where tokens are asked for.")
            .required()
            .check(config::check_http_url)
            .field("client_id", &net::OAuth2Options::client_id, "The application's id.")
            .required()
            .field("client_secret", &net::OAuth2Options::client_secret, "The application's secret.")
            .field("scope", &net::OAuth2Options::scope, "What the token is to be good for.")
            .field("refresh_token", &net::OAuth2Options::refresh_token,
                   "Of the mailbox' owner. Empty: the application's own credentials are enough.");
        return out;
    }();
    return fields;
}

const config::Fields<MailboxConfig>& mailbox_fields() {
    static const auto fields = [] {
        config::Fields<MailboxConfig> out;
        out.field("user", &MailboxConfig::user, "Who logs in, usually the address.")
            .required()
            .field("password", &MailboxConfig::password, "Password of the mailbox.")
            .table("oauth2", &MailboxConfig::oauth2, oauth2_fields(), "Log in with a token instead.")
            .field("address", &MailboxConfig::address, "The mailbox' own address. Empty: the user.")
            .field("host", &MailboxConfig::host, "Its server.")
            .field("port", &MailboxConfig::port, "Its port.")
            .range(0, 65'535)
            .field("sent", &MailboxConfig::sent, "Names of its folders of sent mail.")
            .field("journal", &MailboxConfig::journal, "Names of its folders that copies of all mail go to.")
            .field("include", &MailboxConfig::include, "Patterns of its folders that are read.")
            .field("exclude", &MailboxConfig::exclude, "Patterns of its folders that are not.");
        return out;
    }();
    return fields;
}

void add_server(config::Fields<Config>& fields) {
    fields
        .table("mailboxes", &Config::mailboxes, mailbox_fields(), "The mailboxes; what one does not say is as for all.")
        .required()
        .field("host", &Config::host, "Name or address of the server.")
        .field("port", &Config::port, "Its port. 0: 993, without direct TLS 143.")
        .range(0, 65'535)
        .choice<TlsMode>(
            "tls", &Config::tls,
            {{"implicit", TlsMode::Implicit}, {"starttls", TlsMode::StartTls}, {"none", TlsMode::None}},
            "How the connection is made secure. Without TLS everybody on the way reads along, the password too.")
        .field("tls_ca", &Config::tls_ca, "Certificates (PEM) that are trusted besides the system's.")
        .field("tls_name", &Config::tls_name, "Name in the server's certificate. Empty: the host.")
        .choice<AuthMode>("auth", &Config::auth,
                          {{"auto", AuthMode::Auto},
                           {"scram", AuthMode::Scram},
                           {"plain", AuthMode::Plain},
                           {"login", AuthMode::Login},
                           {"xoauth2", AuthMode::XOAuth2},
                           {"oauthbearer", AuthMode::OAuthBearer}},
                          "How to log in; auto takes the best that the server offers.")
        .field("password", &Config::password, "Password of every mailbox without one.")
        .table("oauth2", &Config::oauth2, oauth2_fields(), "Tokens for every mailbox without password or oauth2.");
}

void add_folders(config::Fields<Config>& fields) {
    fields
        .field("sent", &Config::sent,
               "Names of the folders of sent mail. Empty: found by SPECIAL-USE, else by the usual names.")
        .field("journal", &Config::journal, "Names of folders that copies of all mail go to.")
        .field("include", &Config::include, "Patterns of the folders that are read; * and ? stand for anything.")
        .field("exclude", &Config::exclude,
               "Patterns of folders that are not. Drafts, Junk and Trash are not read in any case.")
        .field("connections", &Config::connections,
               "Connections per mailbox at once: new mail, sent mail, import. With 1 one does everything in turn.")
        .range(1, 5)
        .field("logins", &Config::logins, "Logins per second of the whole instance.")
        .range(1, 1'000)
        .field("idle_renew", &Config::idle_renew, "IDLE is renewed after this time.")
        .range(100ms, 29min)
        .field("poll", &Config::poll,
               "How often folders are looked at that no IDLE watches, and all of a server that has no IDLE.")
        .range(100ms, 1h)
        .field("look_through", &Config::look_through,
               "How often every folder is opened anew: a server does not tell that it has renumbered its mails.")
        .range(100ms, 24h)
        .field("notify", &Config::notify, "Let the server tell about all folders, where it can (NOTIFY).");
}

void add_old_mail(config::Fields<Config>& fields) {
    fields.field("backfill", &Config::backfill, "How far back old mail is imported. 0s: not at all.")
        .range(0s, 24h * 36'500)
        .field("backfill_rate", &Config::backfill_rate, "Old mails per second and mailbox. 0: no limit.")
        .range(0, 10'000)
        .field("backfill_daily", &Config::backfill_daily, "Octets of old mail per day and mailbox. 0B: no limit.")
        .range(config::Bytes{0}, config::gibibytes(10'000))
        .field("backfill_at_once", &Config::backfill_at_once, "Mailboxes whose old mail is imported at once.")
        .range(1, 100)
        .field("max_size", &Config::max_size, "A larger mail is stored with its beginning only, marked as truncated.")
        .range(config::kibibytes(16), config::mebibytes(150))
        .field("large_keeps", &Config::large_keeps, "How much of it.")
        .range(config::kibibytes(4), config::mebibytes(16));
}

void complete(MailboxConfig& mailbox, const Config& all) {
    if (mailbox.password.empty() && !mailbox.oauth2) {
        mailbox.oauth2 = all.oauth2;
        mailbox.password = all.password;
    }
    if (mailbox.host.empty()) mailbox.host = all.host;
    if (mailbox.port == 0) mailbox.port = all.port;
    if (mailbox.sent.empty()) mailbox.sent = all.sent;
    if (mailbox.journal.empty()) mailbox.journal = all.journal;
    if (mailbox.include.empty()) mailbox.include = all.include;
    if (mailbox.exclude.empty()) mailbox.exclude = all.exclude;
}

void check_mailbox(const MailboxConfig& mailbox, const config::Node& node, config::Diagnostics& diagnostics) {
    const auto wrong = [&](const std::string& text) { diagnostics.error(node.position(), node.path(), text); };
    if (mailbox.host.empty()) wrong("has no host, nor have all mailboxes");
    if (mailbox.password.empty() && !mailbox.oauth2) wrong("has neither password nor oauth2, nor have all mailboxes");
    if (mailbox.user.find_first_of("\r\n\x01") != std::string::npos) wrong("the user may not hold control characters");
}

}  // namespace

const config::Fields<Config>& config_fields() {
    static const auto fields = [] {
        config::Fields<Config> out;
        add_server(out);
        add_folders(out);
        add_old_mail(out);
        out.field("login_limit", &Config::login_limit, "How long connecting and logging in may take.")
            .range(100ms, 5min)
            .field("silence_limit", &Config::silence_limit,
                   "After this long without an octet of an answer the connection is made anew.")
            .range(100ms, 10min)
            .field("reconnect_first", &Config::reconnect_first,
                   "Wait before the first attempt to connect again; it doubles with every failure.")
            .range(1ms, 1h)
            .field("reconnect_limit", &Config::reconnect_limit, "It doubles up to this.")
            .range(1ms, 24h)
            .field("refused_retry", &Config::refused_retry,
                   "After three refused logins a mailbox is tried this often, so that it is not locked.")
            .range(100ms, 24h);
        return out;
    }();
    return fields;
}

Config read_config(const config::Node& options, config::Diagnostics& diagnostics) {
    Config out = config_fields().read(options, diagnostics);
    const auto nodes = options.get("mailboxes").items();
    std::set<std::string> users;
    for (std::size_t i = 0; i < out.mailboxes.size(); ++i) {
        MailboxConfig& mailbox = out.mailboxes[i];
        complete(mailbox, out);
        if (i >= nodes.size() || mailbox.user.empty()) continue;
        check_mailbox(mailbox, nodes[i], diagnostics);
        if (!users.insert(mailbox.user).second)
            diagnostics.error(nodes[i].position(), nodes[i].path(), "the user stands in the list twice");
    }
    if (const auto mailboxes = options.get("mailboxes"); mailboxes && out.mailboxes.empty())
        diagnostics.error(mailboxes.position(), mailboxes.path(), "no mailbox");
    return out;
}

std::uint16_t Config::port_of(const MailboxConfig& mailbox) const {
    if (mailbox.port != 0) return static_cast<std::uint16_t>(mailbox.port);
    return tls == TlsMode::Implicit ? 993 : 143;
}

FolderWishes Config::wishes_of(const MailboxConfig& mailbox) const {
    return {.sent = mailbox.sent, .journal = mailbox.journal, .include = mailbox.include, .exclude = mailbox.exclude};
}

std::string Config::certificate_name(const MailboxConfig& mailbox) const {
    return tls_name.empty() ? mailbox.host : tls_name;
}

SessionOptions session_options(const Config& config, const MailboxConfig& mailbox, Secret token) {
    std::array<std::uint8_t, 18> bytes{};
    random_bytes(bytes.data(), bytes.size());
    return {.tls = config.tls,
            .auth = config.auth,
            .user = mailbox.user,
            .password = mailbox.password,
            .token = std::move(token),
            .nonce = base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()}),
            .silence = config.silence_limit};
}

Result<net::TlsContext> tls_context(const Config& config) {
    if (config.tls == TlsMode::None) return net::TlsContext();
    return net::load_client_tls(config.tls_ca, net::TlsProtocol::Unnamed);
}

}  // namespace tandem::imap
