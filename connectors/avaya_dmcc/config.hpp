// Options of the avaya_dmcc connector, written under `options:` of a connector entry.
#pragma once

#include "connectors/avaya_dmcc/calls.hpp"
#include "connectors/avaya_dmcc/plan.hpp"
#include "connectors/avaya_dmcc/session.hpp"
#include "connectors/avaya_dmcc/work.hpp"
#include "core/config/fields.hpp"
#include "core/net/tls.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tandem::avaya_dmcc {

struct SwitchConfig {
    std::string name;
    std::vector<std::string> vdns, splits, stations, recorders;  // extensions and ranges
    std::vector<std::filesystem::path> device_files;
};

struct Config {
    std::vector<std::string> hosts;
    std::int64_t port = 0;  // 0: the usual one
    bool tls = true;
    std::filesystem::path tls_ca;  // besides the system's
    std::string tls_name;          // empty: the host
    bool tls_insecure = false;

    std::string user;
    Secret password;
    std::string application = "tandem";
    std::vector<std::string> protocol_versions{"ed3/privE", "ed3/privD", "ed3/privC", "ed3/privB", "ed3/privA",
                                               "ed3/priv9", "ed3/priv8", "ed3/priv7", "ed3/priv6", "ed3/priv5"};
    std::chrono::milliseconds session_duration{180'000};
    std::chrono::milliseconds session_cleanup{60'000};
    bool keep_session = true;

    std::vector<SwitchConfig> switches;
    std::int64_t extension_length = 7;
    std::int64_t request_rate = 20;
    std::int64_t outstanding = 8;
    std::chrono::milliseconds request_timeout{10'000};
    std::chrono::milliseconds agent_poll{30'000};
    std::int64_t agent_poll_rate = 5;

    std::int64_t max_calls = 20'000;
    std::chrono::milliseconds quiet_limit = std::chrono::hours(12);
    config::Bytes waiting{std::int64_t{64} << 20};

    std::chrono::milliseconds reconnect_first{1'000};
    std::chrono::milliseconds reconnect_limit{30'000};

    std::uint16_t connect_port() const;
};

const config::Fields<Config>& config_fields();

// With what several options together must be. Pure: files are read by targets().
Config read_config(const config::Node& options, config::Diagnostics& diagnostics);

// All devices; reads the files. Failure: Config.
Result<std::vector<Target>> targets(const Config& config);
// The same of options without a mistake, to find what is wrong with the files or odd about the whole.
void check_targets(const config::Node& options, config::Diagnostics& diagnostics);

SessionOptions session_options(const Config& config);
WorkOptions work_options(const Config& config, std::vector<Target> targets);
Plan call_plan(const Config& config, const std::vector<Target>& targets);
CallLimits call_limits(const Config& config);

// What the configuration's TLS needs; empty without TLS. Reads files.
Result<net::TlsContext> tls_context(const Config& config);

}  // namespace tandem::avaya_dmcc
