// One supervised instance, inside core/connector: its life cycle, its Host and its hook. Runs on the instance's strand.
#pragma once

#include "core/async/wait.hpp"
#include "core/connector/counters.hpp"
#include "core/connector/supervisor.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace tandem::connector {

// What all instances of one supervisor share. The references outlive it.
struct SupervisorContext {
    journal::Journal& journal;
    SupervisorOptions options;
    // A registry of its own: instances come and go with a reload, their numbers stay.
    mutable obs::Registry metrics = {};
};

class Session;  // one opened instance and its Host

class Supervised : public std::enable_shared_from_this<Supervised> {
public:
    Supervised(std::shared_ptr<const SupervisorContext> context,
               async::Executor strand,
               const Connector& connector,
               InstanceSpec spec);

    // Starts, watches, restarts, until request_stop(). Ends within a few stop limits of it, whatever the instance does.
    // `on_attempted` is called once, after the first attempt to start.
    async::Task<void> run(std::function<void()> on_attempted);
    void request_stop();
    // The task keeps this object alive.
    async::Task<net::HttpReply> hook(net::HttpRequest request) {
        return run_hook(shared_from_this(), std::move(request));
    }

    async::Task<Result<Resolution>> resolve(Outgoing outgoing) {
        return run_resolve(shared_from_this(), std::move(outgoing));
    }
    async::Task<Result<std::vector<SentId>>> send(Outgoing outgoing) {
        return run_send(shared_from_this(), std::move(outgoing));
    }

    async::Task<Result<MediaBytes>> fetch(MediaWanted wanted) {
        return run_fetch(shared_from_this(), std::move(wanted));
    }

    const async::Executor& strand() const { return strand_; }

    // Any thread from here on.
    const InstanceSpec& spec() const { return spec_; }
    const Connector& connector() const { return connector_; }
    InstanceStatus status() const;
    bool ended = false;      // of run(); kept by the supervisor on its strand
    bool attempted = false;  // the same
    bool abandoned() const { return abandoned_; }

private:
    friend class Session;
    using Millis = std::chrono::milliseconds;

    static async::Task<net::HttpReply> run_hook(std::shared_ptr<Supervised> self, net::HttpRequest request);
    static async::Task<Result<Resolution>> run_resolve(std::shared_ptr<Supervised> self, Outgoing outgoing);
    static async::Task<Result<std::vector<SentId>>> run_send(std::shared_ptr<Supervised> self, Outgoing outgoing);
    static async::Task<Result<MediaBytes>> run_fetch(std::shared_ptr<Supervised> self, MediaWanted wanted);
    async::Task<Result<void>> open(std::shared_ptr<Session> session);
    async::Task<bool> close(std::shared_ptr<Session> session);
    async::Task<bool> guarded(async::Task<void> work, Millis limit, bool interruptible, std::string what);
    async::Task<void> wait_before_retry(Error error);
    void set_state(State state, std::string detail, std::optional<Instant> retry_at = std::nullopt);
    Millis retry_delay(const Error& error);
    net::HttpResponse not_ready() const;

    const std::shared_ptr<const SupervisorContext> context_;
    const async::Executor strand_;
    const Connector& connector_;
    const InstanceSpec spec_;
    obs::Log log_;
    Counters counters_;
    async::Event changed_;  // stop was requested, a call returned, a session failed, a hook ended
    async::Backoff backoff_;
    async::Jitter jitter_;
    std::shared_ptr<Session> serving_;  // while its hook may be called
    bool stop_requested_ = false;
    std::atomic<bool> abandoned_{false};

    mutable std::mutex status_mutex_;
    InstanceStatus status_;  // without counters
};

}  // namespace tandem::connector
