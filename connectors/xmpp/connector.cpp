#include "connectors/xmpp/connector.hpp"

#include "connectors/xmpp/client.hpp"
#include "connectors/xmpp/config.hpp"

namespace tandem::xmpp {

namespace {

class XmppConnector final : public connector::Connector {
public:
    const connector::Manifest& manifest() const override { return manifest_; }

    void validate(const connector::InstanceSpec& spec, config::Diagnostics& diagnostics) const override {
        read_config(spec.options, diagnostics);
    }

    std::optional<connector::SendLimits> send_limits(const connector::InstanceSpec& spec) const override {
        config::Diagnostics diagnostics;
        const Config config = read_config(spec.options, diagnostics);
        return connector::SendLimits{
            .window = static_cast<std::size_t>(config.window),
            .rate = static_cast<double>(config.send_rate),
            .resolvable = config.archive,
            .names = [space = name_space_of({.jid = config.address()})](const connector::Outgoing& outgoing) {
                return std::vector<connector::SentId>{{space, outgoing.id}};
            }};
    }

    async::Task<Result<std::optional<std::string>>> check(connector::InstanceSpec spec,
                                                          const net::HttpClient&,
                                                          const Clock&) const override {
        config::Diagnostics diagnostics;
        Config config = read_config(spec.options, diagnostics);
        if (diagnostics.has_errors()) co_return fail(config_error(diagnostics.to_text()));
        auto tls = tls_context(config);
        if (!tls) co_return fail(std::move(tls.error()));
        const std::string said = "signed in as " + config.jid;
        if (auto good = co_await probe(std::move(config), std::move(*tls)); !good)
            co_return fail(std::move(good.error()));
        co_return said;
    }

    Result<std::unique_ptr<connector::Instance>> open(const connector::InstanceSpec& spec,
                                                      connector::Host& host) const override {
        config::Diagnostics diagnostics;
        Config config = read_config(spec.options, diagnostics);
        if (diagnostics.has_errors()) return fail(config_error(diagnostics.to_text()));
        auto tls = tls_context(config);
        if (!tls) return fail(std::move(tls.error()));
        return std::make_unique<Client>(std::move(config), std::move(*tls), host);
    }

private:
    const connector::Manifest manifest_{
        .name = "xmpp",
        .version = "1",
        .description = "XMPP: an account or a component of a chat server",
        .capabilities = {.receive = true, .send = true, .receipts = true, .backfill = true, .exclusive = true},
        .streams = {""},
        .needs_pack = true,
        .options = config_fields().table()};
};

}  // namespace

std::unique_ptr<const connector::Connector> connector() {
    return std::make_unique<XmppConnector>();
}

}  // namespace tandem::xmpp
