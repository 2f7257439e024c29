#include "core/connector/registry.hpp"

#include "core/base/text.hpp"
#include "core/config/findings.hpp"

#include <stdexcept>

namespace tandem::connector {

namespace {

// A pack says what goes over HTTP, or what a connector with a protocol of its own sends and receives; none does both.
void check_pack(const Registry& registry,
                const InstanceSpec& spec,
                const Connector& connector,
                const config::Position& position,
                const std::string& path,
                config::Diagnostics& diagnostics) {
    const bool http = connector.manifest().capabilities.hook;
    const bool asks = spec.caller != nullptr && (spec.caller->has_probe() || !spec.caller->polls().empty());
    if (!http && (asks || (spec.sender != nullptr && spec.sender->by_http()))) {
        diagnostics.error(position, path + ".pack",
                          "pack '" + spec.pack + "' speaks HTTP with its vendor, a connector of type '" +
                              spec.connector + "' does not");
    }
    if (http && spec.sender != nullptr && !spec.sender->by_http()) {
        const auto type =
            registry.find(spec.pack) != nullptr ? "`type: " + spec.pack + "`" : "the `type` that it is for";
        diagnostics.error(position, path + ".pack",
                          "pack '" + spec.pack + "' is not for HTTP: give the connector " + type);
    }
}

}  // namespace

std::string_view to_string(State state) {
    switch (state) {
        case State::Stopped:
            return "stopped";
        case State::Connecting:
            return "connecting";
        case State::Ready:
            return "ready";
        case State::Degraded:
            return "degraded";
        case State::AuthNeeded:
            return "auth_needed";
        case State::Failed:
            return "failed";
    }
    return "unknown";
}

void Registry::add(std::unique_ptr<const Connector> connector) {
    const std::string& name = connector->manifest().name;
    if (find(name) != nullptr) throw std::invalid_argument("two connectors named " + name);
    connectors_.push_back(std::move(connector));
}

const Connector* Registry::find(std::string_view name) const {
    for (const auto& connector : connectors_) {
        if (connector->manifest().name == name) return connector.get();
    }
    return nullptr;
}

void Registry::validate(const InstanceSpec& spec,
                        config::Position position,
                        const std::string& path,
                        config::Diagnostics& diagnostics) const {
    const Connector* connector = find(spec.connector);
    if (connector == nullptr) {
        std::vector<std::string> names;
        for (const auto& known : connectors_)
            names.push_back(known->manifest().name);
        const auto near = did_you_mean(spec.connector, names);
        diagnostics.error(
            std::move(position), path,
            "there is no connector type '" + spec.connector + "'" + (near ? "; did you mean '" + *near + "'?" : ""));
        return;
    }
    if (connector->manifest().needs_pack && spec.judge == nullptr) {
        diagnostics.error(std::move(position), path,
                          "a connector of type '" + spec.connector + "' needs a pack: write `pack: <name>`");
    }
    check_pack(*this, spec, *connector, position, path, diagnostics);
    config::Diagnostics findings;
    connector->validate(spec, findings);
    config::append_placed(findings, position, path + ".options", "'" + spec.name + "'", diagnostics);
}

void Registry::validate_files(const InstanceSpec& spec, config::Diagnostics& diagnostics) const {
    if (const Connector* connector = find(spec.connector)) connector->validate_files(spec, diagnostics);
}

}  // namespace tandem::connector
