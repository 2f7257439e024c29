// For an instance that keeps one connection to its peer: makes it again, with back-off, until the instance stops. What
// the host and start() must know of that is told here.
//
//   the first attempt fails          start() fails
//   a human must act (Auth, Config)  the host is told that the instance has failed
//   any other end                    state Failed with the time until the next attempt
//
// All members are called on the instance's strand.
#pragma once

#include "core/async/backoff.hpp"
#include "core/async/task.hpp"
#include "core/async/wait.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/connector/connector.hpp"

#include <chrono>
#include <functional>
#include <optional>

namespace tandem::connector {

// Whether trying again is of no use before a human has acted.
bool needs_human(const Error& error);

class Reconnect {
public:
    // Connects and lives as long as the connection does; returns why it ended, or why there was none.
    using Attempt = std::function<async::Task<Error>()>;

    // `first`: the pause after one failure; it doubles up to `limit`, or stays when that is less.
    Reconnect(Host& host, std::chrono::milliseconds first, std::chrono::milliseconds limit);

    // Spawn it in the instance's group; one at a time. Ends when start() has failed, a human must act, or, after the
    // attempt at hand, by stop().
    async::Task<void> run(Attempt attempt);
    // For start(): what it returns, once that is known.
    async::Task<Result<void>> first_outcome();

    // The peer has let us in: if the connection lasts, the next pause is short again.
    void let_in();
    // The instance works. False for the first time: start() succeeds then, and the host says Ready by itself.
    bool ready();
    bool started() const { return first_ && *first_; }

    // No attempt is begun any more. Does not end a pause: cancelling the group does.
    void stop() { stopping_ = true; }
    bool stopping() const { return stopping_; }

private:
    Host& host_;
    async::Backoff backoff_;
    async::Jitter jitter_;
    std::optional<Instant> let_in_at_;
    std::optional<Result<void>> first_;
    async::Event known_;
    bool stopping_ = false;
};

}  // namespace tandem::connector
