#include "connectors/http/connector.hpp"

#include "connectors/http/config.hpp"
#include "connectors/http/receiver.hpp"
#include "connectors/http/vendor_client.hpp"

#include <algorithm>

namespace tandem::http {

namespace {

constexpr std::chrono::milliseconds kProbeTimeout = std::chrono::seconds(15);

class HttpConnector final : public connector::Connector {
public:
    const connector::Manifest& manifest() const override { return manifest_; }

    void validate(const connector::InstanceSpec& spec, config::Diagnostics& diagnostics) const override {
        config_fields().read(spec.options, diagnostics);
        const auto polls = spec.caller == nullptr ? std::vector<connector::Poll>() : spec.caller->polls();
        const auto idle = [&](std::string_view name, std::string text) {
            const auto node = spec.options.get(name);
            if (node) diagnostics.warning(node.position(), node.path(), std::move(text));
        };
        if (polls.empty()) idle("poll_every", "has no effect: nothing is polled with this pack and its settings");
        if (std::ranges::none_of(polls, &connector::Poll::backfill))
            idle("backfill_days", "has no effect: nothing that is polled here can be asked for the past");
    }

    std::optional<connector::SendLimits> send_limits(const connector::InstanceSpec& spec) const override {
        if (spec.sender == nullptr || !spec.sender->by_http()) return std::nullopt;
        config::Diagnostics diagnostics;
        const Config config = config_fields().read(spec.options, diagnostics);
        return connector::SendLimits{
            .window = static_cast<std::size_t>(config.send_window),
            .rate = static_cast<double>(config.send_rate),
            .repeatable = spec.sender->repeatable(),
            .resolvable = spec.sender->resolvable(),
            .names = [sender = spec.sender](const connector::Outgoing& outgoing) { return sender->names(outgoing); }};
    }

    async::Task<Result<std::optional<std::string>>> check(connector::InstanceSpec spec,
                                                          const net::HttpClient& http,
                                                          const Clock& clock) const override {
        using Said = std::optional<std::string>;
        if (spec.caller == nullptr || !spec.caller->has_probe()) co_return Said();
        auto request = spec.caller->probe_request();
        if (!request) co_return fail(std::move(request.error()));
        VendorClient vendor(&http, spec.caller.get(), clock);
        auto response = co_await vendor.send(std::move(*request), true, kProbeTimeout);
        if (!response) co_return fail(std::move(response.error()));
        auto said = spec.caller->probe({response->status, response->headers, response->body});
        if (!said) co_return fail(std::move(said.error()));
        co_return Said(std::move(*said));
    }

    Result<std::unique_ptr<connector::Instance>> open(const connector::InstanceSpec& spec,
                                                      connector::Host& host) const override {
        if (host.judge() == nullptr) return fail(config_error("the http connector needs a pack"));
        config::Diagnostics diagnostics;
        const Config config = config_fields().read(spec.options, diagnostics);
        if (diagnostics.has_errors()) return fail(config_error(diagnostics.to_text()));
        return std::make_unique<Receiver>(config, host);
    }

private:
    const connector::Manifest manifest_{
        .name = "http",
        .version = "1",
        .description = "Webhooks and polls of any vendor that has a pack, and messages to it",
        .capabilities =
            {.receive = true, .hook = true, .send = true, .receipts = true, .backfill = true, .media = true},
        .streams = {"", "poll:*"},
        .needs_pack = true,
        .options = config_fields().table()};
};

}  // namespace

std::unique_ptr<const connector::Connector> connector() {
    return std::make_unique<HttpConnector>();
}

}  // namespace tandem::http
