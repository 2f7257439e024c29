// Options of the xmpp connector, written under `options:` of a connector entry.
#pragma once

#include "connectors/xmpp/session.hpp"
#include "core/config/fields.hpp"
#include "core/net/link.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace tandem::xmpp {

struct Config {
    LinkMode link = LinkMode::Client;
    std::string jid;
    Secret password;
    std::string host;       // empty: the domain of jid
    std::int64_t port = 0;  // 0: the usual one
    TlsMode tls = TlsMode::StartTls;
    std::filesystem::path tls_ca;  // besides the system's
    std::string tls_name;          // empty: the domain of jid
    bool allow_plain = false;

    bool archive = true;
    std::chrono::milliseconds backfill = std::chrono::hours(24);
    std::int64_t page_size = 100;
    bool carbons = true;
    bool confirm_receipts = true;
    bool accept_contacts = false;

    bool receipts = true;
    std::int64_t window = 20;
    std::int64_t send_rate = 0;
    std::chrono::milliseconds send_timeout{30'000};

    std::chrono::milliseconds login_limit{20'000};
    std::chrono::milliseconds ping_after{60'000};
    std::chrono::milliseconds ping_limit{20'000};
    std::chrono::milliseconds reconnect_first{1'000};
    std::chrono::milliseconds reconnect_limit{120'000};

    Jid address() const;  // of jid; a client without resource gets one
    std::string connect_host() const;
    std::uint16_t connect_port() const;
    std::string certificate_name() const;
};

const config::Fields<Config>& config_fields();

// With what several options together must be.
Config read_config(const config::Node& options, config::Diagnostics& diagnostics);

// `nonce` is made anew for every connection.
SessionOptions session_options(const Config& config, std::string nonce);

// nullptr without TLS. Blocks on the disk. Failure: Config, the file of authorities cannot be read.
Result<net::TlsContext> tls_context(const Config& config);
net::LinkTarget link_target(const Config& config, net::TlsContext tls);

std::string fresh_nonce();

}  // namespace tandem::xmpp
