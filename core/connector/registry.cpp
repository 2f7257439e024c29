#include "core/connector/registry.hpp"

#include "core/base/text.hpp"

#include <stdexcept>

namespace tandem::connector {

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
    connector->validate(spec, diagnostics);
}

}  // namespace tandem::connector
