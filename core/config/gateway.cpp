#include "core/config/gateway.hpp"

#include "core/config/gateway_fields.hpp"

#include <map>
#include <unistd.h>

namespace tandem::config {
namespace {

// What a table of single fields cannot say.
class Review {
public:
    Review(const Node& root, Diagnostics& diagnostics) : root_(root), diagnostics_(diagnostics) {}

    void run(const GatewayConfig& config) {
        auto gateway = root_.get("gateway");
        numeric(gateway.get("listen"));
        numeric(gateway.get("tls").get("listen"));
        unique(root_.get("connectors"), "connector");
        unique(root_.get("api").get("tokens"), "token");
        auto backlog = root_.get("journal").get("max_backlog");
        auto size = root_.get("journal").get("max_size");
        if (config.journal.max_backlog > config.journal.max_size) {
            const auto& at = backlog ? backlog : size;
            diagnostics_.error(at.position(), at.path(), "max_backlog must not be above max_size");
        }
        if (config.gateway.media.max_size > config.gateway.media.max_total) {
            const auto media = gateway.get("media");
            const auto at = media.get("max_size") ? media.get("max_size") : media.get("max_total");
            diagnostics_.error(at.position(), at.path(), "max_size must not be above max_total");
        }
        for (const auto& token : root_.get("api").get("tokens").items()) {
            auto scopes = token.get("scopes");
            if (scopes.kind() == NodeKind::Sequence && scopes.items().empty()) {
                diagnostics_.error(scopes.position(), scopes.path(), "a token without scopes may do nothing");
            }
        }
    }

private:
    void numeric(const Node& listen) {
        auto items = listen.kind() == NodeKind::Sequence ? listen.items() : std::vector{listen};
        for (const auto& item : items) {
            auto address = parse_address(item.text());
            if (!address || address->host.empty() || is_network_address(address->host)) continue;
            diagnostics_.error(item.position(), item.path(), "must be an address of this machine, not a host name");
        }
        if (listen.kind() == NodeKind::Sequence && items.empty()) {
            diagnostics_.error(listen.position(), listen.path(), "must name at least one address");
        }
    }

    void unique(const Node& list, const std::string& what) {
        std::map<std::string, int> lines;
        for (const auto& item : list.items()) {
            auto name = item.get("name");
            if (!name) continue;
            auto [first, fresh] = lines.emplace(name.text(), name.position().line);
            if (fresh) continue;
            diagnostics_.error(name.position(), name.path(),
                               "another " + what + " has this name (line " + std::to_string(first->second) + ")");
        }
    }

    const Node& root_;
    Diagnostics& diagnostics_;
};

std::string host_name() {
    std::string name(256, '\0');
    if (gethostname(name.data(), name.size() - 1) != 0) return "tandem";
    name.resize(name.find('\0'));
    return name;
}

// Defaults that depend on other options or on where the file lies.
void complete(const Node& root, GatewayConfig& config) {
    auto folder = std::filesystem::path(root.position().file).parent_path();
    auto& gateway = config.gateway;
    if (!root.get("gateway").get("data")) gateway.data = folder / gateway.data;
    if (!root.get("gateway").get("packs")) gateway.packs = folder / gateway.packs;
    if (gateway.node.empty()) gateway.node = host_name();
    while (gateway.public_url.ends_with('/'))
        gateway.public_url.pop_back();
    config.identity.region_position = root.get("identity").get("region").position();
    auto& store = config.store;
    store.file = store.url.empty() ? gateway.data / "store.db" : (folder / store.url.substr(7)).lexically_normal();
    auto items = root.get("connectors").items();
    for (std::size_t i = 0; i < config.connectors.size() && i < items.size(); ++i) {
        config.connectors[i].position = items[i].position();
        config.connectors[i].path = items[i].path();
    }
}

}  // namespace

const FieldTable& gateway_table() {
    return *gateway_fields().table();
}

GatewayConfig read_gateway(const Node& root, Diagnostics& diagnostics) {
    auto config = gateway_fields().read(root, diagnostics);
    Review(root, diagnostics).run(config);
    complete(root, config);
    diagnostics.sort();
    return config;
}

GatewayConfig load_gateway(const std::string& path, const Environment& environment, Diagnostics& diagnostics) {
    auto root = load_yaml(path, diagnostics);
    if (!root) return {};
    if (root.kind() == NodeKind::Null) {
        diagnostics.error({path, 1, 1}, "", "the file is empty: config/minimal.yaml shows what it needs at least");
        return {};
    }
    return read_gateway(substitute(root, environment, diagnostics), diagnostics);
}

std::string gateway_schema_json() {
    return json_schema(*gateway_fields().table(), "Tandem configuration",
                       "Options of config/tandem.yaml. Made by gateway_schema_json(); do not edit.");
}

}  // namespace tandem::config
