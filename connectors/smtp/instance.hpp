// An instance of the smtp connector: sends, takes copies, or both.
#pragma once

#include "connectors/smtp/config.hpp"
#include "connectors/smtp/sink.hpp"
#include "connectors/smtp/standing.hpp"
#include "connectors/smtp/submitter.hpp"
#include "core/async/task_group.hpp"
#include "core/connector/connector.hpp"

#include <memory>
#include <optional>

namespace tandem::smtp {

struct TlsContexts {
    net::TlsContext submission;
    net::TlsContext journal;
};

// Blocks on the disk. Failure: Config.
Result<TlsContexts> load_contexts(const Config& config);

class SmtpInstance final : public connector::Instance {
public:
    // `host` outlives it.
    SmtpInstance(Config config, TlsContexts tls, connector::Host& host);

    // Failure: there is no submission, and the address of the journal cannot be listened on. Beside a submission that
    // is tried again while mails go out.
    async::Task<Result<void>> start() override;
    async::Task<Result<std::vector<connector::SentId>>> send(connector::Outgoing outgoing) override;
    // Of a mail that the sink took. Rejected: the address is none of ours; NotFound: the journal has dropped the mail.
    async::Task<Result<connector::MediaBytes>> fetch(connector::MediaWanted wanted) override;
    async::Task<void> stop() override;

    // Where copies are taken; 0 if none are.
    std::uint16_t port() const { return sink_ ? sink_->port() : 0; }

private:
    async::Task<void> open_later(async::Executor strand);

    connector::Host& host_;
    Standing standing_;
    std::optional<Submitter> submitter_;
    std::optional<Sink> sink_;
    std::unique_ptr<async::TaskGroup> group_;
};

}  // namespace tandem::smtp
