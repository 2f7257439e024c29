// From a configuration file to the parts that run: checked options, compiled packs bound to their settings, instances.
// What `run`, `check`, `replay` and the rest share, so that all of them see the same thing.
#pragma once

#include "core/config/diagnostics.hpp"
#include "core/config/gateway.hpp"
#include "core/connector/connector.hpp"
#include "core/connector/registry.hpp"
#include "core/outbox/dispatcher.hpp"
#include "core/outbox/messages.hpp"
#include "core/pipeline/normaliser.hpp"
#include "core/pipeline/sources.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tandem::tool {

struct Assembly {
    config::GatewayConfig config;
    std::shared_ptr<const pipeline::Sources> sources;  // by instance name
    std::vector<connector::InstanceSpec> instances;
    std::vector<outbox::SendingInstance> sending;
    std::vector<outbox::Lane> lanes;  // of those that send
    std::vector<std::string> media;   // those whose attachments' files are fetched
    identity::PointRules point_rules;

    std::string consumer() const { return "pipeline@" + config.gateway.node; }
    std::filesystem::path journal_file() const { return config.gateway.data / "journal.db"; }
    std::filesystem::path session_key_file() const { return config.gateway.data / "session.key"; }
    std::filesystem::path media_folder() const { return config.gateway.data / "media"; }
    std::filesystem::path token_file() const { return config.gateway.data / "tokens.json"; }
};

// Reads everything that can be wrong before anything is opened. nullopt when `diagnostics` hold errors.
std::optional<Assembly> assemble(const std::string& config_file,
                                 const connector::Registry& registry,
                                 config::Diagnostics& diagnostics);

// The connectors of this binary.
connector::Registry make_registry();

// Makes the data folder if it is missing. Failure: Config with the system's reason.
Result<void> prepare_data_folder(const Assembly& assembly);

// The key of contact points' ids: from the configuration, else from identity.key in the data folder, which is made (and
// synced) when it does not exist. Losing it re-keys every contact point, so it belongs in the backup.
Result<Secret> point_key(const Assembly& assembly);

pipeline::IdentityContext identity_context(const Assembly& assembly, Secret key);

}  // namespace tandem::tool
