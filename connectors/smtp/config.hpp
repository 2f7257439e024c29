// Options of the smtp connector, written under `options:` of a connector entry.
#pragma once

#include "connectors/smtp/session.hpp"
#include "core/config/fields.hpp"
#include "core/net/oauth2.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tandem::smtp {

struct SubmissionConfig {
    std::string from;
    std::string from_name;
    std::string reply_to;
    std::string copy_to;    // gets every mail, and stands in none
    std::string id_domain;  // empty: the domain of from
    std::string subject = "Message";

    std::string host;
    std::int64_t port = 0;  // 0: the usual one
    TlsMode tls = TlsMode::StartTls;
    std::filesystem::path tls_ca;
    std::string tls_name;  // empty: host
    std::string helo;      // empty: the domain of from
    AuthMethod auth = AuthMethod::Auto;
    std::string user;
    Secret password;
    std::optional<net::OAuth2Options> oauth2;
    bool dsn = true;

    std::int64_t window = 10;
    std::int64_t send_rate = 0;
    std::int64_t connections = 2;
    std::int64_t mails_per_connection = 100;
    std::int64_t domain_at_once = 2;
    std::int64_t domain_per_minute = 0;
    config::Bytes max_size = config::mebibytes(25);
    std::chrono::milliseconds connect_limit{10'000};
    std::chrono::milliseconds login_limit{15'000};
    std::chrono::milliseconds command_limit{15'000};
    std::chrono::milliseconds send_timeout{50'000};
    std::chrono::milliseconds idle{20'000};

    std::uint16_t connect_port() const;
    std::string certificate_name() const { return tls_name.empty() ? host : tls_name; }
    std::string sender_domain() const { return from.substr(from.rfind('@') + 1); }
    std::string message_domain() const { return id_domain.empty() ? sender_domain() : id_domain; }
    std::string own_name() const { return helo.empty() ? sender_domain() : helo; }
    bool logs_in() const { return auth != AuthMethod::None && !user.empty(); }
};

enum class JournalTls { None, StartTls, Direct };

struct JournalConfig {
    config::Address listen{};
    bool lmtp = false;
    std::vector<std::string> recipients;
    std::vector<std::string> peers = {"127.0.0.0/8", "::1"};
    std::string name = "tandem";
    JournalTls tls = JournalTls::None;
    std::filesystem::path certificate;
    std::filesystem::path key;
    std::filesystem::path client_ca;
    bool require_tls = false;

    config::Bytes max_size = config::mebibytes(50);
    config::Bytes max_memory = config::mebibytes(256);
    std::int64_t max_recipients = 100;
    std::int64_t connections = 50;
    std::int64_t connections_per_peer = 20;
    std::int64_t mails_per_minute = 0;
    std::chrono::milliseconds command_limit{300'000};
    std::chrono::milliseconds mail_limit{600'000};
};

struct Config {
    std::optional<SubmissionConfig> submission;
    std::optional<JournalConfig> journal;
};

const config::Fields<Config>& config_fields();

// With what several options together must be.
Config read_config(const config::Node& options, config::Diagnostics& diagnostics);

// `password` or token; made anew for every connection.
SessionOptions session_options(const SubmissionConfig& config, Secret password);

}  // namespace tandem::smtp
