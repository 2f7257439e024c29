// An instance of the http connector: judges each request by the pack, makes it durable, then gives the vendor the
// answer that the pack says it expects. The other way, it sends the pack's request and lets the pack read the answer;
// and it runs the pack's polls.
#pragma once

#include "connectors/http/config.hpp"
#include "connectors/http/poller.hpp"
#include "connectors/http/token_bucket.hpp"
#include "connectors/http/vendor_client.hpp"
#include "core/async/task_group.hpp"
#include "core/connector/connector.hpp"

#include <memory>
#include <vector>

namespace tandem::http {

class Receiver final : public connector::Instance {
public:
    Receiver(const Config& config, connector::Host& host, PollPatience patience = {});
    ~Receiver() override;

    async::Task<Result<void>> start() override;
    async::Task<Result<std::vector<connector::SentId>>> send(connector::Outgoing outgoing) override;
    async::Task<Result<connector::Resolution>> resolve(connector::Outgoing outgoing) override;
    async::Task<Result<connector::MediaBytes>> fetch(connector::MediaWanted wanted) override;
    async::Task<void> stop() override;

private:
    async::Task<net::HttpReply> receive(net::HttpRequest request);
    net::HttpResponse other_method(const net::HttpRequest& request, const std::vector<std::string>& methods);
    async::Task<Result<std::vector<connector::SentId>>> call(const connector::Outgoing& part);
    void count(const connector::Reception& reception);

    async::Task<void> start_polls();

    connector::Host& host_;
    const Config config_;
    const PollPatience patience_;
    TokenBucket bucket_;
    VendorClient vendor_;
    PollTroubles troubles_;
    std::vector<std::unique_ptr<Poller>> pollers_;
    std::unique_ptr<async::TaskGroup> polling_;  // only where there are polls
};

}  // namespace tandem::http
