#include "connectors/avaya_dmcc/connector.hpp"

#include "connectors/avaya_dmcc/client.hpp"
#include "connectors/avaya_dmcc/config.hpp"

namespace tandem::avaya_dmcc {

namespace {

class DmccConnector final : public connector::Connector {
public:
    const connector::Manifest& manifest() const override { return manifest_; }

    void validate(const connector::InstanceSpec& spec, config::Diagnostics& diagnostics) const override {
        read_config(spec.options, diagnostics);
    }

    void validate_files(const connector::InstanceSpec& spec, config::Diagnostics& diagnostics) const override {
        check_targets(spec.options, diagnostics);
    }

    std::vector<std::filesystem::path> files(const connector::InstanceSpec& spec) const override {
        config::Diagnostics ignored;
        std::vector<std::filesystem::path> out;
        for (const SwitchConfig& one : read_config(spec.options, ignored).switches)
            out.insert(out.end(), one.device_files.begin(), one.device_files.end());
        return out;
    }

    async::Task<Result<std::optional<std::string>>> check(connector::InstanceSpec spec,
                                                          const net::HttpClient&,
                                                          const Clock&) const override {
        config::Diagnostics diagnostics;
        Config config = read_config(spec.options, diagnostics);
        if (diagnostics.has_errors()) co_return fail(config_error(diagnostics.to_text()));
        const auto devices = targets(config);
        if (!devices) co_return fail(devices.error());
        auto tls = tls_context(config);
        if (!tls) co_return fail(std::move(tls.error()));
        auto said = co_await probe(std::move(config), std::move(*tls));
        if (!said) co_return fail(std::move(said.error()));
        co_return *said + "; " + std::to_string(devices->size()) + " devices would be monitored";
    }

    Result<std::unique_ptr<connector::Instance>> open(const connector::InstanceSpec& spec,
                                                      connector::Host& host) const override {
        config::Diagnostics diagnostics;
        Config config = read_config(spec.options, diagnostics);
        if (diagnostics.has_errors()) return fail(config_error(diagnostics.to_text()));
        auto devices = targets(config);
        if (!devices) return fail(std::move(devices.error()));
        auto tls = tls_context(config);
        if (!tls) return fail(std::move(tls.error()));
        if (config.tls_insecure) host.log().warn("tls_insecure: nobody knows whether this is the AES");
        return std::make_unique<Client>(std::move(config), std::move(*devices), std::move(*tls), host);
    }

private:
    const connector::Manifest manifest_{
        .name = "avaya_dmcc",
        .version = "1",
        .description = "Avaya Aura: calls and agents of a Communication Manager by AES (DMCC)",
        .capabilities = {.receive = true, .exclusive = true},
        .streams = {std::string(kCallStream), std::string(kSessionStream)},
        .needs_pack = true,
        .options = config_fields().table()};
};

}  // namespace

std::unique_ptr<const connector::Connector> connector() {
    return std::make_unique<DmccConnector>();
}

}  // namespace tandem::avaya_dmcc
