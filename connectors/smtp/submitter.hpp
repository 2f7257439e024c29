// Sends: the pack's document becomes a mail, files are fetched, the mail goes over a connection of the pool, within the
// limits of its recipient's domain. On the instance's strand.
#pragma once

#include "connectors/smtp/document.hpp"
#include "connectors/smtp/domain_limits.hpp"
#include "connectors/smtp/pool.hpp"
#include "connectors/smtp/standing.hpp"
#include "core/async/task_group.hpp"
#include "core/connector/connector.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace tandem::smtp {

class Submitter {
public:
    // `host` outlives it.
    Submitter(SubmissionConfig config, net::TlsContext tls, connector::Host& host, Standing& standing);

    // Runs tidying tasks in the group, until close().
    void start(async::TaskGroup& group);
    async::Task<Result<std::vector<connector::SentId>>> send(connector::Outgoing outgoing);
    void close() { pool_.close(); }

private:
    using Time = std::chrono::steady_clock::time_point;

    async::Task<Result<mail::Draft>> draft(const Document& document, std::string id, Time deadline);
    async::Task<Result<void>> enter_domain(const std::string& domain, Time deadline);
    async::Task<Result<std::string>> deliver(Transaction transaction);
    void tell(const Error* error);

    const SubmissionConfig config_;
    connector::Host& host_;
    Standing& standing_;
    std::optional<net::OAuth2> tokens_;
    Pool pool_;
    DomainLimits domains_;
    async::Event left_domain_;
};

}  // namespace tandem::smtp
