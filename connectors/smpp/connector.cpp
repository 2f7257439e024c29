#include "connectors/smpp/connector.hpp"

#include "connectors/smpp/client.hpp"
#include "connectors/smpp/config.hpp"

namespace tandem::smpp {

namespace {

constexpr std::size_t kUsualPassword = 8;

class SmppConnector final : public connector::Connector {
public:
    const connector::Manifest& manifest() const override { return manifest_; }

    void validate(const connector::InstanceSpec& spec, config::Diagnostics& diagnostics) const override {
        read_config(spec.options, spec.name, diagnostics);
    }

    // The window is kept by the client; here it bounds how many messages may wait in it.
    std::optional<connector::SendLimits> send_limits(const connector::InstanceSpec& spec) const override {
        config::Diagnostics diagnostics;
        const Config config = read_config(spec.options, spec.name, diagnostics);
        if (config.bind == BindMode::Receiver) return std::nullopt;
        return connector::SendLimits{.window = static_cast<std::size_t>(config.window), .resolvable = true};
    }

    async::Task<Result<std::optional<std::string>>> check(connector::InstanceSpec spec,
                                                          const net::HttpClient&,
                                                          const Clock&) const override {
        config::Diagnostics diagnostics;
        Config config = read_config(spec.options, spec.name, diagnostics);
        if (diagnostics.has_errors()) co_return fail(config_error(diagnostics.to_text()));
        const std::string said = "bound as " + config.system_id;
        auto tls = tls_context(config);
        if (!tls) co_return fail(std::move(tls.error()));
        if (auto bound = co_await probe(std::move(config), std::move(*tls)); !bound)
            co_return fail(std::move(bound.error()));
        co_return said;
    }

    Result<std::unique_ptr<connector::Instance>> open(const connector::InstanceSpec& spec,
                                                      connector::Host& host) const override {
        config::Diagnostics diagnostics;
        Config config = read_config(spec.options, spec.name, diagnostics);
        if (diagnostics.has_errors()) return fail(config_error(diagnostics.to_text()));
        if (config.password.reveal().size() > kUsualPassword)
            host.log().warn("the password is longer than SMPP has room for; some centres cut or refuse it");
        auto tls = tls_context(config);
        if (!tls) return fail(std::move(tls.error()));
        return std::make_unique<Client>(std::move(config), std::move(*tls), host);
    }

private:
    const connector::Manifest manifest_{
        .name = "smpp",
        .version = "1",
        .description = "SMPP 3.4: an account at a message centre",
        .capabilities = {.receive = true, .send = true, .receipts = true, .exclusive = true},
        .streams = {""},
        .needs_pack = true,
        .options = config_fields().table()};
};

}  // namespace

std::unique_ptr<const connector::Connector> connector() {
    return std::make_unique<SmppConnector>();
}

}  // namespace tandem::smpp
