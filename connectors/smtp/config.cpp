#include "connectors/smtp/config.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/config/findings.hpp"
#include "core/mail/compose.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tandem::smtp {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxHeaderText = 500;

std::optional<std::string> is_mail_address(std::string_view text) {
    if (mail::is_address(text)) return std::nullopt;
    return "is no mail address, as support@example.org";
}

std::optional<std::string> is_name(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-.:[]").find(c) != std::string_view::npos;
    };
    if (!text.empty() && text.size() <= 253 && std::ranges::all_of(text, allowed)) return std::nullopt;
    return "is no host name";
}

// Of UTF-8: U+0000 to U+001F, U+007F to U+009F.
bool has_control(std::string_view text) {
    bool first_of_two = false;  // C2, which U+0080 to U+00BF begin with
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x20 || octet == 0x7F || (first_of_two && octet < 0xA0)) return true;
        first_of_two = octet == 0xC2;
    }
    return false;
}

// What stands in a header: a line break would begin another field, and the other control characters are shown by
// nobody.
std::optional<std::string> is_header_text(std::string_view text) {
    if (has_control(text)) return "must be one line without control characters";
    if (text.size() > kMaxHeaderText) return "must not be longer than 500 octets";
    return std::nullopt;
}

std::optional<std::string> is_recipient(std::string_view text) {
    if (mail::is_address(text.starts_with('@') ? "x" + std::string(text) : std::string(text))) return std::nullopt;
    return "is neither a mail address nor a domain as @example.org";
}

const config::Fields<net::OAuth2Options>& oauth_fields() {
    static const auto fields =
        config::Fields<net::OAuth2Options>()
            .field("token_url", &net::OAuth2Options::token_url, "Where tokens are asked for.")
            .required()
            .check(config::check_http_url)
            .field("client_id", &net::OAuth2Options::client_id, "Id of the application.")
            .required()
            .field("client_secret", &net::OAuth2Options::client_secret, "Its secret.")
            .field("refresh_token", &net::OAuth2Options::refresh_token,
                   "A user's consent. Without it the application asks in its own name (client credentials).")
            .field("scope", &net::OAuth2Options::scope,
                   "What the token is for, as https://outlook.office365.com/.default or https://mail.google.com/.");
    return fields;
}

void add_sender(config::Fields<SubmissionConfig>& fields) {
    fields.field("from", &SubmissionConfig::from, "Address that mails come from, also of their envelope.")
        .required()
        .check(is_mail_address)
        .field("from_name", &SubmissionConfig::from_name, "Name that is shown with it.")
        .check(is_header_text)
        .field("reply_to", &SubmissionConfig::reply_to, "Where answers shall go, if not to `from`.")
        .check(is_mail_address)
        .field("copy_to", &SubmissionConfig::copy_to,
               "Gets a blind copy of every mail: a journal, or a mailbox whose rule files it under Sent.")
        .check(is_mail_address)
        .field("id_domain", &SubmissionConfig::id_domain, "Right half of Message-ID. Empty: the domain of `from`.")
        .check(is_name)
        .field("subject", &SubmissionConfig::subject, "Subject of a mail for which nobody gave one.")
        .check(is_header_text);
}

void add_server(config::Fields<SubmissionConfig>& fields) {
    fields.field("host", &SubmissionConfig::host, "Name or address of the submission server.")
        .required()
        .check(config::check_host)
        .field("port", &SubmissionConfig::port, "Its port. 0: 587, with direct TLS 465, without TLS 25.")
        .range(0, 65'535)
        .choice<TlsMode>("tls", &SubmissionConfig::tls,
                         {{"starttls", TlsMode::StartTls}, {"direct", TlsMode::Direct}, {"none", TlsMode::None}},
                         "How the connection is made secure. Without TLS nobody logs in.")
        .field("tls_ca", &SubmissionConfig::tls_ca, "Certificates (PEM) that are trusted besides the system's.")
        .field("tls_name", &SubmissionConfig::tls_name, "Name in the server's certificate. Empty: host.")
        .field("helo", &SubmissionConfig::helo, "Our name (EHLO). Empty: the domain of `from`.")
        .check(is_name)
        .choice<AuthMethod>("auth", &SubmissionConfig::auth,
                            {{"auto", AuthMethod::Auto},
                             {"scram", AuthMethod::Scram},
                             {"plain", AuthMethod::Plain},
                             {"login", AuthMethod::Login},
                             {"xoauth2", AuthMethod::XOAuth2},
                             {"oauthbearer", AuthMethod::OAuthBearer},
                             {"none", AuthMethod::None}},
                            "How to log in. auto: what the server offers; none without `user`.")
        .field("user", &SubmissionConfig::user, "Account; of many servers the mail address.")
        .field("password", &SubmissionConfig::password, "Its password, or a token that does not expire.")
        .table("oauth2", &SubmissionConfig::oauth2, oauth_fields(), "Tokens in place of a password.")
        .field("dsn", &SubmissionConfig::dsn,
               "Ask for reports of failure and delay that name the message, where the server can (RFC 3461).");
}

void add_limits(config::Fields<SubmissionConfig>& fields) {
    fields.field("window", &SubmissionConfig::window, "Mails that are on their way at once.")
        .range(1, 200)
        .field("send_rate", &SubmissionConfig::send_rate, "Mails per second; further ones wait. 0: no limit.")
        .range(0, 1'000)
        .field("connections", &SubmissionConfig::connections, "Connections to the server.")
        .range(1, 50)
        .field("mails_per_connection", &SubmissionConfig::mails_per_connection, "Then a connection is made anew.")
        .range(1, 10'000)
        .field("domain_at_once", &SubmissionConfig::domain_at_once,
               "Mails to one recipient domain at once; others wait. 0: no limit.")
        .range(0, 200)
        .field("domain_per_minute", &SubmissionConfig::domain_per_minute,
               "Mails to one recipient domain per minute. 0: no limit.")
        .range(0, 100'000)
        .field("max_size", &SubmissionConfig::max_size, "Of a mail as it is sent; files grow by a third.")
        .range(config::kibibytes(16), config::mebibytes(150))
        .field("connect_limit", &SubmissionConfig::connect_limit, "How long a connection may take.")
        .range(100ms, 30s)
        .field("login_limit", &SubmissionConfig::login_limit, "How long greeting and login may take.")
        .range(100ms, 30s)
        .field("command_limit", &SubmissionConfig::command_limit, "How long the answer to a command may take.")
        .range(100ms, 50s)
        .field("send_timeout", &SubmissionConfig::send_timeout,
               "How long sending one mail may take; when the server has all of it by then, nobody knows whether it "
               "took it.")
        .range(1s, 55s)
        .field("idle", &SubmissionConfig::idle, "A connection without mails is ended after this long.")
        .range(100ms, 5min);
}

const config::Fields<SubmissionConfig>& submission_fields() {
    static const auto fields = [] {
        config::Fields<SubmissionConfig> out;
        add_sender(out);
        add_server(out);
        add_limits(out);
        return out;
    }();
    return fields;
}

void add_listener(config::Fields<JournalConfig>& fields) {
    fields.field("listen", &JournalConfig::listen, "Where mails are taken, as 0.0.0.0:2525.")
        .required()
        .field("lmtp", &JournalConfig::lmtp, "Speak LMTP (RFC 2033) in place of SMTP.")
        .field("recipients", &JournalConfig::recipients,
               "Addresses that are taken, or whole domains as @journal.example.org. All others are refused.")
        .required()
        .check(is_recipient)
        .field("peers", &JournalConfig::peers, "Networks whose hosts may connect.")
        .check(config::check_network)
        .field("name", &JournalConfig::name, "Our name in the greeting.")
        .check(is_name)
        .choice<JournalTls>(
            "tls", &JournalConfig::tls,
            {{"none", JournalTls::None}, {"starttls", JournalTls::StartTls}, {"direct", JournalTls::Direct}},
            "Whether TLS is offered, or comes first.")
        .field("certificate", &JournalConfig::certificate, "Ours (PEM), with the intermediate ones.")
        .field("key", &JournalConfig::key, "Its key (PEM).")
        .field("client_ca", &JournalConfig::client_ca,
               "Only hosts that show a certificate of these authorities (PEM) may send.")
        .field("require_tls", &JournalConfig::require_tls, "Take no mail in the clear.");
}

const config::Fields<JournalConfig>& journal_fields() {
    static const auto fields = [] {
        config::Fields<JournalConfig> out;
        add_listener(out);
        out.field("max_size", &JournalConfig::max_size, "Of one mail; larger ones are refused.")
            .range(config::kibibytes(64), config::mebibytes(400))
            .field("max_memory", &JournalConfig::max_memory,
                   "Of all mails that are coming in; further ones are asked to come later.")
            .range(config::mebibytes(1), config::gibibytes(16))
            .field("max_recipients", &JournalConfig::max_recipients, "Of one mail.")
            .range(1, 10'000)
            .field("connections", &JournalConfig::connections, "At once.")
            .range(1, 10'000)
            .field("connections_per_peer", &JournalConfig::connections_per_peer, "At once from one address.")
            .range(1, 10'000)
            .field("mails_per_minute", &JournalConfig::mails_per_minute,
                   "From one address; further ones are asked to come later. 0: no limit.")
            .range(0, 1'000'000)
            .field("command_limit", &JournalConfig::command_limit, "How long a peer may be silent.")
            .range(100ms, 1h)
            .field("mail_limit", &JournalConfig::mail_limit, "How long one mail may take to come.")
            .range(100ms, 2h);
        return out;
    }();
    return fields;
}

void check_submission(const SubmissionConfig& config, const config::Node& node, config::Diagnostics& diagnostics) {
    const auto wrong = [&](std::string_view key, std::string text) {
        const auto at = node.get(key);
        diagnostics.error(at ? at.position() : node.position(), at ? at.path() : node.path(), std::move(text));
    };
    if (config.logs_in() && config.tls == TlsMode::None)
        wrong("tls", "nobody logs in without TLS: starttls or direct, or leave `user` out");
    for (const std::string_view key : {"tls_ca", "tls_name"}) {
        if (config.tls == TlsMode::None && node.get(key)) wrong(key, "has no meaning with `tls: none`");
    }
    if (config.logs_in() && config.password.empty() && !config.oauth2) wrong("user", "needs `password` or `oauth2`");
    if (!config.password.empty() && config.oauth2) wrong("oauth2", "either `password` or `oauth2`");
    const bool token = config.auth == AuthMethod::XOAuth2 || config.auth == AuthMethod::OAuthBearer;
    if (config.oauth2 && !token && config.auth != AuthMethod::Auto) wrong("auth", "tokens need xoauth2 or oauthbearer");
    if (config.auth != AuthMethod::Auto && config.auth != AuthMethod::None && config.user.empty())
        wrong("auth", "needs `user`");
}

std::string fresh_nonce() {
    std::array<std::uint8_t, 18> bytes{};
    random_bytes(bytes.data(), bytes.size());
    return base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void check_journal(const JournalConfig& config, const config::Node& node, config::Diagnostics& diagnostics) {
    const auto wrong = [&](std::string_view key, std::string text) {
        const auto at = node.get(key);
        diagnostics.error(at ? at.position() : node.position(), at ? at.path() : node.path(), std::move(text));
    };
    const bool files = !config.certificate.empty() && !config.key.empty();
    if (config.tls != JournalTls::None && !files) wrong("tls", "needs `certificate` and `key`");
    if (config.tls == JournalTls::None && (config.require_tls || !config.client_ca.empty()))
        wrong(config.require_tls ? "require_tls" : "client_ca", "needs `tls`");
    for (const std::string_view key : {"certificate", "key"}) {
        if (config.tls == JournalTls::None && node.get(key)) wrong(key, "has no meaning with `tls: none`");
    }
    if (config.peers.empty()) wrong("peers", "nobody could connect");
    if (config.max_memory < config.max_size) wrong("max_memory", "must not be below max_size");
    if (!config.listen.host.empty() && !config::is_network_address(config.listen.host))
        wrong("listen", "must be an address of this machine, as 0.0.0.0:2525");
}

}  // namespace

const config::Fields<Config>& config_fields() {
    static const auto fields = config::Fields<Config>()
                                   .table("submission", &Config::submission, submission_fields(), "Sending.")
                                   .table("journal", &Config::journal, journal_fields(),
                                          "Taking copies of mails that a mail server sends here.")
                                   .any_of({"submission", "journal"});
    return fields;
}

Config read_config(const config::Node& options, config::Diagnostics& diagnostics) {
    Config out = config_fields().read(options, diagnostics);
    if (diagnostics.has_errors()) return out;
    if (out.submission) check_submission(*out.submission, options.get("submission"), diagnostics);
    if (out.journal) check_journal(*out.journal, options.get("journal"), diagnostics);
    return out;
}

std::uint16_t SubmissionConfig::connect_port() const {
    if (port != 0) return static_cast<std::uint16_t>(port);
    if (tls == TlsMode::None) return 25;
    return tls == TlsMode::Direct ? 465 : 587;
}

SessionOptions session_options(const SubmissionConfig& config, Secret password) {
    const bool token = config.oauth2 || config.auth == AuthMethod::XOAuth2 || config.auth == AuthMethod::OAuthBearer;
    return {.tls = config.tls,
            .helo = config.own_name(),
            .host = config.host,
            .credentials = {.method = config.logs_in() ? config.auth : AuthMethod::None,
                            .user = config.user,
                            .password = std::move(password),
                            .token = token,
                            .nonce = fresh_nonce()},
            .dsn = config.dsn,
            .login_limit = config.login_limit,
            .command_limit = config.command_limit};
}

}  // namespace tandem::smtp
