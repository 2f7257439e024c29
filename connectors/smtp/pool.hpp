// The connections of one instance to its submission server: made when there is a mail, used again for the next, ended
// when they are old or idle. On the instance's strand.
#pragma once

#include "connectors/smtp/transport.hpp"
#include "core/async/wait.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <vector>

namespace tandem::smtp {

class Pool {
public:
    // A connection that is lent. What was not ready() when it came back, or whose task was cancelled, is not used
    // again.
    class Lease {
    public:
        Lease(Pool& pool, std::unique_ptr<Transport> transport, bool used);
        Lease(Lease&& other) noexcept;
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Lease& operator=(Lease&&) = delete;

        Transport& operator*() const { return *transport_; }
        Transport* operator->() const { return transport_.get(); }
        // It carried mails before: the server may have ended it in the meantime.
        bool used() const { return used_; }

    private:
        Pool* pool_;
        std::unique_ptr<Transport> transport_;
        bool used_;
    };

    // `tokens` may be nullptr: then the password of the configuration counts. All outlive it.
    Pool(const SubmissionConfig& config, net::TlsContext tls, net::OAuth2* tokens)
        : config_(config), tls_(std::move(tls)), tokens_(tokens) {}

    // `fresh`: not one that was used. Failure: as Transport::open(); Full when none became free in time.
    async::Task<Result<Lease>> take(bool fresh, std::chrono::steady_clock::time_point deadline);

    // Ends idle connections, until close() and for as long as the task lives.
    async::Task<void> tidy();
    // Everything ends at once; nothing is lent any more.
    void close();

private:
    struct Idle {
        std::unique_ptr<Transport> transport;
        std::chrono::steady_clock::time_point since;
    };

    async::Task<Result<std::unique_ptr<Transport>>> open();
    void give_back(std::unique_ptr<Transport> transport);
    bool room() const { return open_ < static_cast<std::size_t>(config_.connections); }

    const SubmissionConfig& config_;
    const net::TlsContext tls_;
    net::OAuth2* const tokens_;
    std::list<Idle> idle_;  // the one used last in front
    std::vector<Transport*> lent_;
    std::size_t open_ = 0;  // lent, idle or being made
    bool closed_ = false;
    async::Event changed_;
};

}  // namespace tandem::smtp
