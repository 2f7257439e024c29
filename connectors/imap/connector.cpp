#include "connectors/imap/connector.hpp"

#include "connectors/imap/client.hpp"
#include "connectors/imap/config.hpp"

namespace tandem::imap {

namespace {

class ImapConnector final : public connector::Connector {
public:
    const connector::Manifest& manifest() const override { return manifest_; }

    void validate(const connector::InstanceSpec& spec, config::Diagnostics& diagnostics) const override {
        read_config(spec.options, diagnostics);
    }

    async::Task<Result<std::optional<std::string>>> check(connector::InstanceSpec spec,
                                                          const net::HttpClient& http,
                                                          const Clock& clock) const override {
        config::Diagnostics diagnostics;
        Config config = read_config(spec.options, diagnostics);
        if (diagnostics.has_errors()) co_return fail(config_error(diagnostics.to_text()));
        auto tls = tls_context(config);
        if (!tls) co_return fail(std::move(tls.error()));
        auto said = co_await probe(std::move(config), std::move(*tls), &http, clock);
        if (!said) co_return fail(std::move(said.error()));
        co_return std::move(*said);
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
        .name = "imap",
        .version = "1",
        .description = "IMAP: mailboxes are read, never changed",
        .capabilities = {.receive = true, .backfill = true, .media = true, .exclusive = true},
        .streams = {"*"},
        .needs_pack = true,
        .options = config_fields().table()};
};

}  // namespace

std::unique_ptr<const connector::Connector> connector() {
    return std::make_unique<ImapConnector>();
}

}  // namespace tandem::imap
