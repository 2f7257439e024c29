#include "connectors/avaya_cdr/connector.hpp"

#include "connectors/avaya_cdr/config.hpp"
#include "connectors/avaya_records/instance.hpp"

namespace tandem::avaya_cdr {

namespace {

constexpr std::string_view kReliable =
    "the switch does not send text: it seems to use the Reliable Session Protocol, which is not supported. Set "
    "`Reliable Protocol` to n for this link (change ip-services)";

class CdrConnector final : public connector::Connector {
public:
    const connector::Manifest& manifest() const override { return manifest_; }

    void validate(const connector::InstanceSpec& spec, config::Diagnostics& diagnostics) const override {
        read_config(spec.options, diagnostics);
    }

    std::vector<config::Node> listens(const connector::InstanceSpec& spec) const override {
        return {spec.options.get("listen")};
    }

    // The switch comes to us.
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
        return std::make_unique<avaya_records::LineInstance>(
            config, avaya_records::LineKind{.content_type = "text/x-cdr", .binary = std::string(kReliable)},
            std::make_unique<Book>(book_options(config)), host);
    }

private:
    const connector::Manifest manifest_{
        .name = "avaya_cdr",
        .version = "1",
        .description = "Avaya Communication Manager: call detail records (CDR) over TCP",
        .capabilities = {.receive = true},
        .streams = {"lines", "calls"},
        .needs_pack = true,
        .options = config_fields().table()};
};

}  // namespace

std::unique_ptr<const connector::Connector> connector() {
    return std::make_unique<CdrConnector>();
}

}  // namespace tandem::avaya_cdr
