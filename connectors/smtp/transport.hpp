// A Session on a Link: one connection to the submission server that carries one mail after another.
#pragma once

#include "connectors/smtp/config.hpp"
#include "connectors/smtp/session.hpp"
#include "core/async/task.hpp"
#include "core/net/link.hpp"

#include <functional>
#include <memory>

namespace tandem::smtp {

class Transport {
public:
    // Connected and logged in. Failure: as Session says, Transient without a connection.
    static async::Task<Result<std::unique_ptr<Transport>>> open(const SubmissionConfig& config,
                                                                net::TlsContext tls,
                                                                Secret password);

    // What the server said; failure: as Session says. When the task is cancelled the transport can only be closed.
    async::Task<Result<std::string>> deliver(Transaction transaction);

    bool ready() const { return session_.ready(); }
    const Extensions& extensions() const { return session_.extensions(); }
    std::size_t mails() const { return mails_; }
    std::size_t refused_copies() const { return session_.refused_copies(); }
    // Says goodbye and closes.
    async::Task<void> quit();
    // What goes on in it ends at once.
    void close();

private:
    Transport(std::unique_ptr<net::Link> link,
              SessionOptions options,
              net::TlsContext tls,
              std::string certificate_name);

    async::Task<void> converse();
    async::Task<bool> write();
    async::Task<void> read();
    async::Task<void> secure();
    std::chrono::steady_clock::duration left() const;
    void late();

    std::unique_ptr<net::Link> link_;
    Session session_;
    const net::TlsContext tls_;
    const std::string certificate_name_;
    std::size_t mails_ = 0;
};

// Who the mail server is for check --connect: greeting, TLS, login, QUIT. Failure: as open().
async::Task<Result<std::string>> probe(const SubmissionConfig& config, net::TlsContext tls, Secret password);

}  // namespace tandem::smtp
