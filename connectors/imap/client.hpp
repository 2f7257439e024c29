// An instance of the imap connector: its mailboxes, each with tasks of its own.
#pragma once

#include "connectors/imap/config.hpp"
#include "connectors/imap/mailbox.hpp"
#include "core/async/task_group.hpp"
#include "core/connector/connector.hpp"
#include "core/net/tls.hpp"

#include <memory>
#include <vector>

namespace tandem::imap {

class Client final : public connector::Instance {
public:
    // `tls` may be empty when the configuration wants none.
    Client(Config config, net::TlsContext tls, connector::Host& host);
    ~Client() override;

    // Success: one mailbox at least is being read; the others go on behind it. Failure: what is wrong
    // with each mailbox, of the first one's kind, when all were tried and none works.
    async::Task<Result<void>> start() override;
    // The octets of one part of a mail: "mail:imap/<mailbox>/<folder>/<uidvalidity>/<uid>/<part>", percent-encoded.
    async::Task<Result<connector::MediaBytes>> fetch(connector::MediaWanted wanted) override;
    async::Task<void> stop() override;

private:
    void make_mailboxes();

    const Config config_;
    const net::TlsContext tls_;
    connector::Host& host_;
    std::unique_ptr<Shared> shared_;
    std::unique_ptr<async::TaskGroup> group_;
    std::vector<std::unique_ptr<Mailbox>> mailboxes_;
};

// Logs in to the first ten mailboxes and lists their folders: `tandem check --connect`. What was found, for people.
// Failure, of the first one's kind: which of them cannot be read and why; a server that was not reached is not tried
// for its other mailboxes.
async::Task<Result<std::string>> probe(Config config,
                                       net::TlsContext tls,
                                       const net::HttpClient* http,
                                       const Clock& clock);

}  // namespace tandem::imap
