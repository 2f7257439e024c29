// An instance of the http connector: judges each request by the pack, makes it durable, then gives the vendor the
// answer that the pack says it expects. The other way, it sends the pack's request and lets the pack read the answer.
#pragma once

#include "connectors/http/config.hpp"
#include "connectors/http/token_bucket.hpp"
#include "core/connector/connector.hpp"

namespace tandem::http {

class Receiver final : public connector::Instance {
public:
    Receiver(const Config& config, connector::Host& host);

    async::Task<Result<void>> start() override;
    async::Task<Result<std::vector<connector::SentId>>> send(connector::Outgoing outgoing) override;
    async::Task<void> stop() override;

private:
    async::Task<net::HttpReply> receive(net::HttpRequest request);
    net::HttpResponse other_method(const net::HttpRequest& request, const std::vector<std::string>& methods);
    async::Task<Result<std::vector<connector::SentId>>> call(const connector::Outgoing& part);
    void count(const connector::Reception& reception);

    connector::Host& host_;
    const std::chrono::milliseconds send_timeout_;
    TokenBucket bucket_;
};

}  // namespace tandem::http
