#include "connectors/avaya_smdr/connector.hpp"

#include "connectors/avaya_records/instance.hpp"
#include "connectors/avaya_smdr/config.hpp"

namespace tandem::avaya_smdr {

namespace {

class SmdrConnector final : public connector::Connector {
public:
    const connector::Manifest& manifest() const override { return manifest_; }

    void validate(const connector::InstanceSpec& spec, config::Diagnostics& diagnostics) const override {
        read_config(spec.options, diagnostics);
    }

    std::vector<config::Node> listens(const connector::InstanceSpec& spec) const override {
        config::Diagnostics diagnostics;
        if (read_config(spec.options, diagnostics).connects) return {};
        return {spec.options.get("address")};
    }

    // An IP Office hands what it has buffered to whoever connects: a visit would take records away.
    async::Task<Result<std::optional<std::string>>> check(connector::InstanceSpec,
                                                          const net::HttpClient&,
                                                          const Clock&) const override {
        co_return std::optional<std::string>();
    }

    Result<std::unique_ptr<connector::Instance>> open(const connector::InstanceSpec& spec,
                                                      connector::Host& host) const override {
        config::Diagnostics diagnostics;
        Config config = read_config(spec.options, diagnostics);
        if (diagnostics.has_errors()) return fail(config_error(diagnostics.to_text()));
        return std::make_unique<avaya_records::LineInstance>(config,
                                                             avaya_records::LineKind{.content_type = "text/x-smdr"},
                                                             std::make_unique<Book>(book_options(config)), host);
    }

private:
    const connector::Manifest manifest_{.name = "avaya_smdr",
                                        .version = "1",
                                        .description = "Avaya IP Office: call records (SMDR) over TCP",
                                        .capabilities = {.receive = true},
                                        .streams = {"lines", "calls"},
                                        .needs_pack = true,
                                        .options = config_fields().table()};
};

}  // namespace

std::unique_ptr<const connector::Connector> connector() {
    return std::make_unique<SmdrConnector>();
}

}  // namespace tandem::avaya_smdr
