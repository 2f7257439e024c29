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

    std::optional<connector::SendLimits> send_limits(const connector::InstanceSpec& spec) const override {
        if (spec.sender == nullptr || !spec.sender->by_http()) return std::nullopt;
        config::Diagnostics diagnostics;
        const Config config = config_fields().read(spec.options, diagnostics);
        return connector::SendLimits{.window = static_cast<std::size_t>(config.send_window),
                                     .rate = static_cast<double>(config.send_rate),
                                     .repeatable = spec.sender->repeatable()};
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
                                        .description = "Webhooks of any vendor that has a pack, and messages to it",
                                        .capabilities = {.receive = true, .hook = true, .send = true, .receipts = true},
                                        .streams = {""},
                                        .needs_pack = true,
                                        .options = config_fields().table()};
};

}  // namespace

std::unique_ptr<const connector::Connector> connector() {
    return std::make_unique<HttpConnector>();
}

}  // namespace tandem::http
