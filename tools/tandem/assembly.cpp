#include "tools/tandem/assembly.hpp"

#include "connectors/all.hpp"
#include "core/api/api.hpp"
#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/config/file.hpp"
#include "core/config/findings.hpp"
#include "core/data/json.hpp"
#include "core/mapping/poll.hpp"
#include "core/mapping/send.hpp"
#include "tools/tandem/key_file.hpp"
#include "tools/tandem/pack_caller.hpp"
#include "tools/tandem/pack_judge.hpp"
#include "tools/tandem/pack_sender.hpp"
#include "tools/tandem/packs.hpp"
#include "tools/tandem/region.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

namespace tandem::tool {
namespace {

using config::ConnectorOptions;

std::string fingerprint(const ConnectorOptions& entry,
                        const PackText& pack,
                        const std::string& region,
                        const std::string& files) {
    data::Arena arena;
    std::string text = entry.name + '\0' + entry.type + '\0' + region + '\0' + pack.text + '\0' + files + '\0';
    data::write_json(entry.settings.to_value(arena), text);
    data::write_json(entry.options.to_value(arena), text);
    return hex(sha256(text));
}

constexpr std::size_t kLongestFile = 8 << 20;
constexpr std::size_t kLongestCertificates = 4 << 20;

using MessageCheck = std::function<Result<void>(std::string_view message)>;

class Assembler {
public:
    Assembler(Assembly& out, const connector::Registry& registry, config::Diagnostics& diagnostics)
        : out_(out), registry_(registry), diagnostics_(diagnostics), library_(out.config.gateway.packs) {
        for (const auto& address : out.config.gateway.listen)
            places_.push_back({address, "gateway.listen"});
        if (!out.config.gateway.tls) return;
        for (const auto& address : out.config.gateway.tls->listen)
            places_.push_back({address, "gateway.tls.listen"});
    }

    void add(const ConnectorOptions& entry) {
        connector::InstanceSpec spec;
        spec.name = entry.name;
        spec.connector = entry.type.empty() ? "http" : entry.type;
        spec.pack = entry.pack;
        spec.options = entry.options;
        PackText pack;
        std::string region = out_.config.identity.region;
        std::optional<mapping::SendAbilities> abilities;
        MessageCheck check;
        if (!entry.pack.empty() && !bind(entry, spec, pack, region, abilities, check)) return;
        registry_.validate(spec, entry.position, entry.path, diagnostics_);
        spec.fingerprint = fingerprint(entry, pack, region, files_of(spec));
        check_certificates(spec);
        check_places(spec);
        if (abilities) add_sending(spec, std::move(*abilities), std::move(check));
        out_.instances.push_back(std::move(spec));
    }

    pipeline::Sources take_sources() { return std::move(sources_); }

private:
    // An instance sends if its pack says how it looks on the timeline and its connector can do it as configured.
    void add_sending(const connector::InstanceSpec& spec, mapping::SendAbilities abilities, MessageCheck check) {
        const auto* connector = registry_.find(spec.connector);
        const auto limits = connector != nullptr ? connector->send_limits(spec) : std::nullopt;
        if (!limits) return;
        out_.lanes.push_back({.instance = spec.name,
                              .repeatable = limits->repeatable,
                              .resolvable = limits->resolvable,
                              .gives_ids = abilities.gives_ids,
                              .window = limits->window,
                              .rate = limits->rate,
                              .names = limits->names});
        out_.sending.push_back({.name = spec.name,
                                .channel = std::move(abilities.channel),
                                .provider = std::move(abilities.provider),
                                .to = std::move(abilities.to),
                                .max_text = abilities.max_text,
                                .max_media = abilities.max_media,
                                .channels = {abilities.channels.begin(), abilities.channels.end()},
                                .addresses = limits->addresses,
                                .check = std::move(check)});
    }

    // What a connector's own check, which touches no file, leaves open: the certificates of its peer.
    void check_certificates(const connector::InstanceSpec& spec) {
        const auto node = spec.options.get("tls_ca");
        if (node.kind() != config::NodeKind::Scalar || node.text().empty()) return;
        const auto folder = std::filesystem::path(node.position().file).parent_path();
        const auto read = config::read_bounded((folder / node.text()).string(), kLongestCertificates);
        if (!read) {
            diagnostics_.error(node.position(), node.path(), read.error().text);
        } else if (!read->contains("-----BEGIN CERTIFICATE-----")) {
            diagnostics_.error(node.position(), node.path(), "holds no certificate in PEM form");
        }
    }

    // What the files are that the options name, in short.
    std::string files_of(const connector::InstanceSpec& spec) const {
        std::string out;
        const auto* connector = registry_.find(spec.connector);
        if (connector == nullptr || diagnostics_.has_errors()) return out;
        for (const auto& file : connector->files(spec))
            out += hex(sha256(config::read_bounded(file.string(), kLongestFile).value_or("")));
        return out;
    }

    // Two that listen at one place: the one that starts later would fail for ever.
    void check_places(const connector::InstanceSpec& spec) {
        const auto* connector = registry_.find(spec.connector);
        if (connector == nullptr) return;
        for (const auto& node : connector->listens(spec)) {
            const auto address = config::parse_address(node.text());
            if (!address) continue;
            const auto taken =
                std::ranges::find_if(places_, [&](const Place& one) { return overlap(one.address, *address); });
            if (taken != places_.end())
                diagnostics_.error(node.position(), node.path(), taken->who + " is at " + to_text(taken->address));
            places_.push_back({*address, "'" + spec.name + "'"});
        }
    }

    bool bind(const ConnectorOptions& entry,
              connector::InstanceSpec& spec,
              PackText& text,
              std::string& region,
              std::optional<mapping::SendAbilities>& abilities,
              MessageCheck& check) {
        auto pack = compiled(entry, text);
        if (!pack) return false;
        config::Diagnostics findings;
        auto settings = mapping::read_settings(*pack, entry.settings, entry.path + ".settings", findings);
        region = region_of(settings, entry.settings, region, findings);
        config::append_placed(findings, entry.position, entry.path + ".settings", "'" + entry.name + "'", diagnostics_);
        if (findings.has_errors()) return false;
        const auto& base = out_.config.gateway.public_url;
        auto bound = std::make_shared<const mapping::BoundPack>(pack, std::move(settings), entry.name, region,
                                                                base.empty() ? "" : base + "/hooks/" + entry.name);
        // These are about requests; who asks nobody in need not verify them.
        const auto* connector = registry_.find(spec.connector);
        const bool hook = connector == nullptr || connector->manifest().capabilities.hook;
        for (const auto& warning : hook ? bound->warnings() : std::vector<std::string>()) {
            diagnostics_.warning(entry.position, entry.path + ".settings", warning);
        }
        warn_of_literals(*pack, entry);
        if (!can_poll(*bound, entry)) return false;
        spec.judge = std::make_shared<PackJudge>(bound);
        spec.caller = std::make_shared<PackCaller>(bound);
        abilities = mapping::send_abilities(*pack);
        if (abilities) {
            spec.sender = std::make_shared<PackSender>(bound);
            check = [bound](std::string_view text) -> Result<void> {
                data::Arena arena;
                const auto message = data::parse_json(text, arena);
                if (!message) return fail(message.error());
                return mapping::check_message(*bound, *message, arena);
            };
        }
        auto media = mapping::media_abilities(*bound);
        if (media) out_.media.push_back(entry.name);
        sources_[entry.name] = {bound, region, static_cast<int>(entry.precedence), std::move(media)};
        return true;
    }

    // What the first request of a poll lacks would otherwise show when the gateway runs.
    bool can_poll(const mapping::BoundPack& bound, const ConnectorOptions& entry) {
        bool good = true;
        for (const auto& poll : mapping::polls(bound)) {
            data::Arena arena;
            const mapping::PollPlace place{.since = Instant{}, .until = Instant{}};
            const auto request = mapping::poll_request(bound, poll.name, place, mapping::Reveal::Nothing, arena);
            if (request) continue;
            diagnostics_.error(entry.position, entry.path + ".settings",
                               "poll " + poll.name + " cannot ask: " + request.error().text);
            good = false;
        }
        return good;
    }

    void warn_of_literals(const mapping::Pack& pack, const ConnectorOptions& entry) {
        for (const auto& setting : pack.settings()) {
            auto node = setting.secret() ? entry.settings.get(setting.name) : config::Node();
            if (node.kind() != config::NodeKind::Scalar || node.substituted()) continue;
            diagnostics_.warning(node.position(), node.path(),
                                 "a secret in plain sight; take it from \"${env:NAME}\" or \"${file:path}\"");
        }
    }

    // Each pack is compiled once, however many instances use it.
    std::shared_ptr<const mapping::Pack> compiled(const ConnectorOptions& entry, PackText& text) {
        if (auto found = library_.find(entry.pack)) text = std::move(*found);
        auto known = packs_.find(entry.pack);
        if (known != packs_.end()) return known->second;
        config::Diagnostics findings;
        auto pack = library_.load(entry.pack, entry.position, findings, entry.path + ".pack");
        diagnostics_.append(findings);
        packs_[entry.pack] = pack;
        return pack;
    }

    struct Place {
        config::Address address;
        std::string who;  // listens there
    };

    Assembly& out_;
    const connector::Registry& registry_;
    config::Diagnostics& diagnostics_;
    PackLibrary library_;
    std::map<std::string, std::shared_ptr<const mapping::Pack>> packs_;
    pipeline::Sources sources_;
    std::vector<Place> places_;
};

constexpr std::size_t kShortToken = 16;

// What is legal and still not what anybody wants.
void warn(const config::GatewayConfig& config, const config::Position& where, config::Diagnostics& diagnostics) {
    if (config.connectors.empty()) diagnostics.warning(where, "connectors", "there are none: nothing will be received");
    if (config.api.tokens.empty()) {
        diagnostics.warning(where, "api.tokens",
                            "there are none: only tokens made by `tandem token create` can read anything");
    }
    for (std::size_t i = 0; i < config.api.tokens.size(); ++i) {
        if (config.api.tokens[i].secret.reveal().size() >= kShortToken) continue;
        diagnostics.warning(where, "api.tokens[" + std::to_string(i) + "].secret",
                            "shorter than 16 characters: easy to guess");
    }
}

// What `run` would stumble over later: `check` must not say ok to it.
void check_values(const config::GatewayConfig& config,
                  const config::Position& where,
                  config::Diagnostics& diagnostics) {
    for (const auto& source : config.api.pop.frame_ancestors) {
        if (api::valid_frame_ancestor(source)) continue;
        diagnostics.error(where, "api.pop.frame_ancestors",
                          "'" + source + "' is no origin like https://console.example.com");
    }
    if (auto problem = region_problem(config.identity.region); !problem.empty()) {
        diagnostics.error(config.identity.region_position, "identity.region", problem);
    }
    if (!config.gateway.tls) return;
    for (const auto& file : {config.gateway.tls->certificate, config.gateway.tls->key}) {
        auto read = config::read_bounded(file.string(), 1 << 20);
        if (!read) diagnostics.error(where, "gateway.tls", read.error().text);
    }
}

}  // namespace

connector::Registry make_registry() {
    connector::Registry registry;
    connectors::add_all(registry);
    return registry;
}

std::optional<Assembly> assemble(const std::string& config_file,
                                 const connector::Registry& registry,
                                 config::Diagnostics& diagnostics) {
    Assembly out;
    out.config = config::load_gateway(config_file, config::Environment::of_process(), diagnostics);
    if (diagnostics.has_errors()) return std::nullopt;
    config::Position where{config_file, 1, 1};
    warn(out.config, where, diagnostics);
    check_values(out.config, where, diagnostics);
    Assembler assembler(out, registry, diagnostics);
    for (const auto& entry : out.config.connectors)
        assembler.add(entry);
    const auto& identity = out.config.identity;
    auto rules =
        identity::read_point_rules({identity.trunks, identity.shared_mailboxes, identity.own_numbers}, identity.region);
    if (rules) {
        out.point_rules = std::move(*rules);
    } else {
        diagnostics.error({config_file, 0, 0}, "identity", rules.error().text);
    }
    if (diagnostics.has_errors()) return std::nullopt;
    out.sources = std::make_shared<const pipeline::Sources>(assembler.take_sources());
    return out;
}

Result<void> prepare_data_folder(const Assembly& assembly) {
    std::error_code error;
    std::filesystem::create_directories(assembly.config.gateway.data, error);
    if (error)
        return fail(config_error("cannot make " + assembly.config.gateway.data.string() + ": " + error.message()));
    return {};
}

Result<Secret> point_key(const Assembly& assembly) {
    if (!assembly.config.identity.key.empty()) return assembly.config.identity.key;
    auto key = key_in(assembly.config.gateway.data / "identity.key");
    if (!key) return fail(std::move(key.error()).with_context("the key of contact points"));
    return key;
}

pipeline::IdentityContext identity_context(const Assembly& assembly, Secret key) {
    return {std::move(key), assembly.point_rules};
}

}  // namespace tandem::tool
