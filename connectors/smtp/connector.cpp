#include "connectors/smtp/connector.hpp"

#include "connectors/smtp/config.hpp"
#include "connectors/smtp/document.hpp"
#include "connectors/smtp/instance.hpp"
#include "connectors/smtp/transport.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace tandem::smtp {

namespace {

connector::ExpectedNames expected_names(SubmissionConfig given, std::shared_ptr<const connector::Sender> sender) {
    if (sender == nullptr) return {};
    const auto config = std::make_shared<const SubmissionConfig>(std::move(given));
    return [config, sender = std::move(sender)](const connector::Outgoing& outgoing) {
        const auto made = sender->request(outgoing);
        return made ? names_of(made->body, *config, outgoing.id) : std::vector<connector::SentId>();
    };
}

class SmtpConnector final : public connector::Connector {
public:
    const connector::Manifest& manifest() const override { return manifest_; }

    void validate(const connector::InstanceSpec& spec, config::Diagnostics& diagnostics) const override {
        read_config(spec.options, diagnostics);
    }

    std::vector<config::Node> listens(const connector::InstanceSpec& spec) const override {
        return {spec.options.get("journal").get("listen")};
    }

    std::optional<connector::SendLimits> send_limits(const connector::InstanceSpec& spec) const override {
        config::Diagnostics diagnostics;
        const Config config = read_config(spec.options, diagnostics);
        if (!config.submission) return std::nullopt;
        return connector::SendLimits{.window = static_cast<std::size_t>(config.submission->window),
                                     .rate = static_cast<double>(config.submission->send_rate),
                                     .names = expected_names(*config.submission, spec.sender),
                                     .addresses = {config.submission->from}};
    }

    async::Task<Result<std::optional<std::string>>> check(connector::InstanceSpec spec,
                                                          const net::HttpClient& http,
                                                          const Clock& clock) const override {
        config::Diagnostics diagnostics;
        const Config config = read_config(spec.options, diagnostics);
        if (diagnostics.has_errors()) co_return fail(config_error(diagnostics.to_text()));
        auto tls = load_contexts(config);
        if (!tls) co_return fail(std::move(tls.error()));
        if (!config.submission) co_return std::optional<std::string>();
        Secret password = config.submission->password;
        if (config.submission->oauth2) {
            net::OAuth2 tokens(*config.submission->oauth2, &http, clock);
            auto token = co_await tokens.token();
            if (!token) co_return fail(std::move(token.error()));
            password = std::move(*token);
        }
        auto said = co_await probe(*config.submission, tls->submission, std::move(password));
        if (!said) co_return fail(std::move(said.error()));
        co_return std::optional<std::string>(std::move(*said));
    }

    Result<std::unique_ptr<connector::Instance>> open(const connector::InstanceSpec& spec,
                                                      connector::Host& host) const override {
        config::Diagnostics diagnostics;
        Config config = read_config(spec.options, diagnostics);
        if (diagnostics.has_errors()) return fail(config_error(diagnostics.to_text()));
        auto tls = load_contexts(config);
        if (!tls) return fail(std::move(tls.error()));
        return std::make_unique<SmtpInstance>(std::move(config), std::move(*tls), host);
    }

private:
    const connector::Manifest manifest_{
        .name = "smtp",
        .version = "1",
        .description = "SMTP: mails go out by a submission server, copies come in from mail servers",
        .capabilities = {.receive = true, .send = true, .media = true},
        .streams = {""},
        .needs_pack = true,
        .options = config_fields().table()};
};

}  // namespace

std::unique_ptr<const connector::Connector> connector() {
    return std::make_unique<SmtpConnector>();
}

}  // namespace tandem::smtp
