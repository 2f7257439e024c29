// Options of the imap connector, written under `options:` of a connector entry.
#pragma once

#include "connectors/imap/folders.hpp"
#include "connectors/imap/session.hpp"
#include "core/config/fields.hpp"
#include "core/net/oauth2.hpp"
#include "core/net/tls.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tandem::imap {

// What is not said of a mailbox is as for all of the instance.
struct MailboxConfig {
    std::string user{};
    Secret password{};
    std::optional<net::OAuth2Options> oauth2{};
    std::string address{};  // empty: the user
    std::string host{};
    std::int64_t port = 0;
    std::vector<std::string> sent{}, journal{}, include{}, exclude{};

    const std::string& own_address() const { return address.empty() ? user : address; }
};

struct Config {
    std::string host;
    std::int64_t port = 0;  // 0: the usual one
    TlsMode tls = TlsMode::Implicit;
    std::filesystem::path tls_ca;  // besides the system's
    std::string tls_name;          // empty: the host
    AuthMode auth = AuthMode::Auto;
    Secret password;
    std::optional<net::OAuth2Options> oauth2;
    std::vector<MailboxConfig> mailboxes;

    std::vector<std::string> sent, journal, exclude;
    std::vector<std::string> include{"*"};

    std::int64_t connections = 3;
    std::int64_t logins = 20;
    std::chrono::milliseconds idle_renew = std::chrono::minutes(9);
    std::chrono::milliseconds poll = std::chrono::minutes(1);
    std::chrono::milliseconds look_through = std::chrono::minutes(30);
    bool notify = true;

    std::chrono::milliseconds backfill = std::chrono::hours(24 * 30);
    std::int64_t backfill_rate = 20;
    config::Bytes backfill_daily{std::int64_t{1} << 30};
    std::int64_t backfill_at_once = 4;
    config::Bytes max_size{std::int64_t{32} << 20};
    config::Bytes large_keeps{std::int64_t{1} << 20};

    std::chrono::milliseconds login_limit{25'000};
    std::chrono::milliseconds silence_limit{60'000};
    std::chrono::milliseconds reconnect_first{1'000};
    std::chrono::milliseconds reconnect_limit = std::chrono::minutes(10);
    std::chrono::milliseconds refused_retry = std::chrono::hours(1);

    std::uint16_t port_of(const MailboxConfig& mailbox) const;
    FolderWishes wishes_of(const MailboxConfig& mailbox) const;
    std::string certificate_name(const MailboxConfig& mailbox) const;
};

const config::Fields<Config>& config_fields();

// Mailboxes come out with everything that is said for all of them.
Config read_config(const config::Node& options, config::Diagnostics& diagnostics);

SessionOptions session_options(const Config& config, const MailboxConfig& mailbox, Secret token);

// What the configuration's TLS needs; empty without TLS. Reads files.
Result<net::TlsContext> tls_context(const Config& config);

}  // namespace tandem::imap
