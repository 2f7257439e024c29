#include "connectors/avaya_dmcc/config.hpp"

#include "core/config/findings.hpp"

#include <boost/asio/ssl/context.hpp>

#include <set>

namespace tandem::avaya_dmcc {

namespace {

using namespace std::chrono_literals;

// None of what is written into a request may make it larger than a frame.
config::Check at_most(std::size_t limit) {
    return [limit](std::string_view text) -> std::optional<std::string> {
        if (text.size() <= limit) return std::nullopt;
        return "must have at most " + std::to_string(limit) + " octets";
    };
}

std::optional<std::string> check_extensions(std::string_view text) {
    std::vector<std::string> ignored;
    const auto good = expand(text, ignored);
    return good ? std::nullopt : std::optional(good.error().text);
}

std::optional<std::string> check_protocol(std::string_view text) {
    if (text == "3.0" || text.starts_with("ed2/") || text.starts_with("ed3/") || text.starts_with(kProtocolBase))
        return std::nullopt;
    return "must be 3.0 or begin with ed2/, ed3/ or " + std::string(kProtocolBase);
}

const config::Fields<SwitchConfig>& switch_fields() {
    static const auto fields = [] {
        config::Fields<SwitchConfig> out;
        out.field("name", &SwitchConfig::name, "Name of the switch connection in AES.")
            .required()
            .check(at_most(64))
            .field("vdns", &SwitchConfig::vdns, "VDNs that are monitored: extensions and ranges as 7100-7149.")
            .check(check_extensions)
            .field("splits", &SwitchConfig::splits, "Hunt groups, splits and skills.")
            .check(check_extensions)
            .field("stations", &SwitchConfig::stations, "Stations of agents.")
            .check(check_extensions)
            .field("device_files", &SwitchConfig::device_files,
                   "Files with further ones, a line each: vdn, split or station, and an extension or range.")
            .field("recorders", &SwitchConfig::recorders,
                   "Extensions of call recorders: they join calls and are no parties of them.")
            .check(check_extensions);
        return out;
    }();
    return fields;
}

void add_link(config::Fields<Config>& fields) {
    fields.field("hosts", &Config::hosts, "Names or addresses of AES; the first that answers is taken.")
        .required()
        .check(config::check_host)
        .field("port", &Config::port, "Its DMCC port. 0: 4722, without TLS 4721.")
        .range(0, 65'535)
        .field("tls", &Config::tls, "TLS from the first octet. Without it everybody on the way reads along.")
        .field("tls_ca", &Config::tls_ca, "Certificates (PEM) that are trusted besides the system's.")
        .field("tls_name", &Config::tls_name, "Name in the certificate of AES. Empty: the host.")
        .field("tls_insecure", &Config::tls_insecure,
               "Take any certificate: the link is encrypted, but nobody knows with whom.")
        .field("user", &Config::user, "CTI user of AES.")
        .required()
        .check(at_most(256))
        .field("password", &Config::password, "Its password.")
        .required()
        .field("application", &Config::application, "How the session is called in the lists of AES.")
        .check(at_most(64))
        .field("protocol_versions", &Config::protocol_versions,
               "Versions of the protocol that are offered, newest first.")
        .check(check_protocol)
        .field("session_duration", &Config::session_duration,
               "Asked for: how long a session lives without a word of ours. A third of what AES grants is the pause "
               "between them.")
        .range(10s, 2h)
        .field("session_cleanup", &Config::session_cleanup,
               "How long AES keeps a session whose connection is lost, with its monitors.")
        .range(1s, 2h)
        .field("keep_session", &Config::keep_session,
               "A gateway that stops leaves its session to AES for session_cleanup, so that it finds its monitors when "
               "it is started again within it. Otherwise it ends the session.");
}

void add_work(config::Fields<Config>& fields) {
    fields.table("switches", &Config::switches, switch_fields(), "Switches and what is monitored on them.")
        .required()
        .field("extension_length", &Config::extension_length,
               "A number with no more digits is taken for an extension where nothing else tells.")
        .range(1, 15)
        .field("request_rate", &Config::request_rate, "Requests per second.")
        .range(1, 5'000)
        .field("outstanding", &Config::outstanding, "Requests that may wait for their answers at once.")
        .range(1, 500)
        .field("request_timeout", &Config::request_timeout, "How long an answer may take.")
        .range(100ms, 5min)
        .field("agent_poll", &Config::agent_poll,
               "How often each station is asked who is logged in. 0s: never; then only events tell.")
        .range(0s, 24h)
        .field("agent_poll_rate", &Config::agent_poll_rate,
               "Such questions per second at most: with many stations a round takes longer than agent_poll.")
        .range(1, 1'000);
}

void add_limits(config::Fields<Config>& fields) {
    fields.field("max_calls", &Config::max_calls, "Calls that are followed at once; the oldest give way.")
        .range(100, 500'000)
        .field("quiet_limit", &Config::quiet_limit,
               "A call of which nothing was heard for so long has ended. At the start calls of that time are taken up "
               "again.")
        .range(1min, 24h * 7)
        .field("waiting", &Config::waiting,
               "Room for records that cannot be stored; when it is used up the link is given up until there is some.")
        .range(config::kibibytes(64), config::gibibytes(4))
        .field("reconnect_first", &Config::reconnect_first,
               "Wait before the first attempt to connect again; it doubles with every failure.")
        .range(1ms, 1h)
        .field("reconnect_limit", &Config::reconnect_limit, "It doubles up to this.")
        .range(1ms, 24h);
}

Devices devices_of(const SwitchConfig& one) {
    return {.vdns = one.vdns, .splits = one.splits, .stations = one.stations, .files = one.device_files};
}

void check_switches(const Config& config, const config::Node& options, config::Diagnostics& diagnostics) {
    const auto nodes = options.get("switches").items();
    std::set<std::string> names;
    for (std::size_t i = 0; i < config.switches.size() && i < nodes.size(); ++i) {
        const SwitchConfig& one = config.switches[i];
        const auto wrong = [&](std::string text) {
            diagnostics.error(nodes[i].position(), nodes[i].path(), std::move(text));
        };
        if (!one.name.empty() && !names.insert(one.name).second) wrong("the switch stands in the list twice");
        if (one.name.find(':') != std::string::npos) wrong("the name of a switch has no colon");
        if (one.vdns.empty() && one.splits.empty() && one.stations.empty() && one.device_files.empty())
            wrong("nothing is monitored: it needs vdns, splits, stations or device_files");
    }
}

}  // namespace

const config::Fields<Config>& config_fields() {
    static const auto fields = [] {
        config::Fields<Config> out;
        add_link(out);
        add_work(out);
        add_limits(out);
        return out;
    }();
    return fields;
}

Config read_config(const config::Node& options, config::Diagnostics& diagnostics) {
    Config config = config_fields().read(options, diagnostics);
    const auto wrong = [&](std::string_view name, std::string text) {
        const auto node = options.get(name);
        diagnostics.error(node.position(), node.path(), std::move(text));
    };
    for (const std::string_view name : {"tls_ca", "tls_name", "tls_insecure"}) {
        if (!config.tls && options.get(name))
            wrong(name, "has no meaning with `tls: false`: the link is not encrypted");
    }
    if (config.tls_insecure && options.get("tls_ca"))
        wrong("tls_ca", "has no meaning with tls_insecure: no certificate is looked at");
    if (options.get("hosts") && config.hosts.empty()) wrong("hosts", "must name at least one");
    if (options.get("protocol_versions") && config.protocol_versions.empty())
        wrong("protocol_versions", "must name at least one");
    if (config.reconnect_first > config.reconnect_limit)
        wrong(options.get("reconnect_first") ? "reconnect_first" : "reconnect_limit",
              "reconnect_first must not be above reconnect_limit");
    check_switches(config, options, diagnostics);
    return config;
}

std::uint16_t Config::connect_port() const {
    if (port != 0) return static_cast<std::uint16_t>(port);
    return tls ? 4722 : 4721;
}

Result<std::vector<Target>> targets(const Config& config) {
    std::vector<Target> out;
    for (const SwitchConfig& one : config.switches) {
        if (auto added = add_targets(one.name, devices_of(one), out); !added)
            return fail(std::move(added.error()).with_context("switch " + one.name));
    }
    return out;
}

void check_targets(const config::Node& options, config::Diagnostics& diagnostics) {
    config::Diagnostics ignored;
    const Config config = config_fields().read(options, ignored);
    const auto nodes = options.get("switches").items();
    std::vector<Target> all;
    for (std::size_t i = 0; i < config.switches.size() && i < nodes.size(); ++i) {
        const SwitchConfig& one = config.switches[i];
        const auto added = add_targets(one.name, devices_of(one), all);
        if (!added) diagnostics.error(nodes[i].position(), nodes[i].path(), added.error().text);
        if (!added || added->empty()) continue;
        const auto more = added->size() > 1 ? " and " + std::to_string(added->size() - 1) + " more" : "";
        diagnostics.warning(
            nodes[i].position(), nodes[i].path(),
            added->front() + more + ": named as two kinds of device; vdn goes before split and station");
    }
}

SessionOptions session_options(const Config& config) {
    SessionOptions out;
    out.login.application = config.application;
    out.login.user = config.user;
    out.login.password = config.password;
    out.login.cleanup = std::chrono::ceil<std::chrono::seconds>(config.session_cleanup);
    out.login.duration = std::chrono::ceil<std::chrono::seconds>(config.session_duration);
    out.login.protocols = config.protocol_versions;
    out.request_timeout = config.request_timeout;
    return out;
}

WorkOptions work_options(const Config& config, std::vector<Target> targets) {
    WorkOptions out;
    for (const SwitchConfig& one : config.switches)
        out.switches.push_back(one.name);
    out.targets = std::move(targets);
    out.rate = static_cast<double>(config.request_rate);
    out.outstanding = static_cast<std::size_t>(config.outstanding);
    out.answer_limit = config.request_timeout;
    out.agent_poll = config.agent_poll;
    out.agent_poll_rate = static_cast<double>(config.agent_poll_rate);
    return out;
}

Plan call_plan(const Config& config, const std::vector<Target>& targets) {
    Plan out;
    for (const Target& one : targets) {
        auto& set = one.kind == DeviceKind::Vdn ? out.vdns : one.kind == DeviceKind::Group ? out.queues : out.stations;
        set.insert(one.extension);
    }
    for (const SwitchConfig& one : config.switches) {
        std::vector<std::string> recorders;
        for (const std::string& text : one.recorders) {
            // Ranges were checked when the configuration was read.
            if (!expand(text, recorders)) break;
        }
        out.recorders.insert(recorders.begin(), recorders.end());
    }
    out.extension_length = static_cast<std::size_t>(config.extension_length);
    return out;
}

CallLimits call_limits(const Config& config) {
    CallLimits out;
    out.calls = static_cast<std::size_t>(config.max_calls);
    out.quiet = std::chrono::duration_cast<std::chrono::seconds>(config.quiet_limit);
    return out;
}

Result<net::TlsContext> tls_context(const Config& config) {
    if (!config.tls) return net::TlsContext();
    auto context = net::load_client_tls(config.tls_ca, net::TlsProtocol::Unnamed);
    if (context && config.tls_insecure) (*context)->set_verify_mode(boost::asio::ssl::verify_none);
    return context;
}

}  // namespace tandem::avaya_dmcc
