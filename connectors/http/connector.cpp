#include "connectors/http/connector.hpp"

#include "connectors/http/config.hpp"
#include "connectors/http/receiver.hpp"

namespace tandem::http {

namespace {

class HttpConnector final : public connector::Connector {
public:
    const connector::Manifest& manifest() const override { return manifest_; }

    void validate(const connector::InstanceSpec& spec, config::Diagnostics& diagnostics) const override {
        config_fields().read(spec.options, diagnostics);
    }

    // Vendors come to us: there is nothing to try.
    async::Task<Result<void>> check(connector::InstanceSpec) const override { co_return Result<void>(); }

    Result<std::unique_ptr<connector::Instance>> open(const connector::InstanceSpec& spec,
                                                      connector::Host& host) const override {
        if (host.judge() == nullptr) return fail(config_error("the http connector needs a pack"));
        config::Diagnostics diagnostics;
        const Config config = config_fields().read(spec.options, diagnostics);
        if (diagnostics.has_errors()) return fail(config_error(diagnostics.to_text()));
        return std::make_unique<Receiver>(config, host);
    }

private:
    const connector::Manifest manifest_{.name = "http",
                                        .version = "1",
                                        .description = "Webhooks of any vendor that has a pack",
                                        .capabilities = {.receive = true, .receipts = true},
                                        .streams = {""},
                                        .needs_pack = true,
                                        .options = config_fields().table()};
};

}  // namespace

std::unique_ptr<const connector::Connector> connector() {
    return std::make_unique<HttpConnector>();
}

}  // namespace tandem::http
