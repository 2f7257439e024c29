// The configuration file of a gateway (config/tandem.yaml): read once at start and at every reload into plain values.
// What each option means stands in gateway_fields.cpp, from which config/tandem.schema.json is made.
#pragma once

#include "core/base/secret.hpp"
#include "core/config/diagnostics.hpp"
#include "core/config/field_table.hpp"
#include "core/config/node.hpp"
#include "core/config/substitution.hpp"
#include "core/config/units.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tandem::config {

struct LogOptions {
    std::string level = "info";  // a word that obs::parse_level knows
    bool json = false;
};

struct TlsOptions {
    std::filesystem::path certificate;
    std::filesystem::path key;
    std::vector<Address> listen;  // empty: the addresses of GatewayOptions::listen speak TLS
};

// Files of attachments that are fetched from vendors.
struct MediaOptions {
    Bytes max_size = mebibytes(25);
    Bytes max_total = gibibytes(20);
    Bytes reserve = gibibytes(1);
    std::chrono::milliseconds timeout = std::chrono::seconds(60);
    std::int64_t at_once = 2;
    std::vector<std::string> allow;
};

struct GatewayOptions {
    std::vector<Address> listen = {{"127.0.0.1", 8080}};
    std::filesystem::path data = "data";
    std::string node;        // the host name when none is given
    std::string public_url;  // without a slash at its end; empty: taken from each request
    std::vector<std::string> trusted_proxies;
    std::optional<TlsOptions> tls;
    Bytes body_limit = mebibytes(1);
    std::chrono::milliseconds header_timeout = std::chrono::seconds(10);
    std::chrono::milliseconds body_timeout = std::chrono::seconds(30);
    std::chrono::milliseconds idle_timeout = std::chrono::seconds(75);
    std::int64_t max_connections = 20'000;
    std::int64_t threads = 1;
    std::filesystem::path packs = "packs";  // searched before the built-in packs; need not exist
    LogOptions log;
    MediaOptions media;
};

struct JournalLimits {
    Bytes max_backlog = gibibytes(8);
    std::chrono::milliseconds max_backlog_age = std::chrono::hours(72);
    Bytes max_size = gibibytes(64);
    std::chrono::milliseconds retain = std::chrono::days(30);
};

struct StoreOptions {
    std::string url;             // as written; empty: store.db in the data folder
    std::filesystem::path file;  // what the url names
    std::chrono::milliseconds keep_feed = std::chrono::days(30);
};

struct IdentityOptions {
    std::string region = "RU";
    Position region_position;
    Secret key;  // empty: identity.key in the data folder, made at the first start
    std::int64_t auto_link_min_strength = 60;
    std::int64_t max_points = 64;
    std::vector<std::string> exclusive_schemes = {"account", "crm"};
    std::vector<std::string> own_numbers;
    std::vector<std::string> trunks;
    std::vector<std::string> shared_mailboxes;
    std::chrono::milliseconds conversation_gap = std::chrono::hours(4);
};

struct TokenOptions {
    std::string name;
    Secret secret;
    std::vector<std::string> scopes;  // read, write, pop, admin
};

struct PopOptions {
    std::vector<std::string> frame_ancestors;  // empty: nobody may frame the page
    std::string language = "en";               // when the browser asks for none that there is
};

struct ApiOptions {
    std::vector<TokenOptions> tokens;
    PopOptions pop;
    bool open_metrics = false;
};

struct ConnectorOptions {
    std::string name;
    std::string pack;               // at least one of these two is given
    std::string type;               // empty: http
    std::int64_t precedence = 100;  // when two sources disagree about one interaction, the lower one wins
    Node options;                   // read by the connector (rate_limit ...); Missing if absent
    Node settings;                  // read by the pack; Missing if absent
    Position position;
    std::string path;
};

struct GatewayConfig {
    GatewayOptions gateway;
    JournalLimits journal;
    StoreOptions store;
    IdentityOptions identity;
    ApiOptions api;
    std::vector<ConnectorOptions> connectors;
};

// Relative paths begin at the folder of the configuration file; the diagnostics are sorted. When the diagnostics hold
// errors the result is incomplete and must not be used to run.
GatewayConfig read_gateway(const Node& root, Diagnostics& diagnostics);

// Reads the file, puts in ${...} and reads the options.
GatewayConfig load_gateway(const std::string& path, const Environment& environment, Diagnostics& diagnostics);

const FieldTable& gateway_table();
std::string gateway_schema_json();

}  // namespace tandem::config
