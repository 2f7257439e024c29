// Takes messages out of the outbox and hands them to their connector instances: one lane for each instance, so that a
// vendor that is slow, down or angry holds up nobody else's messages.
//
// What became of an attempt is written before the next one is thought of (store/outbox.hpp). An attempt that may have
// reached the vendor is repeated only if the vendor recognises repetitions; if it can be asked, its word decides. The
// names that a message will have are written when its attempt begins: what speaks of it later settles it too.
// Everything runs on the dispatcher's strand, but for the store, which is asked on a pool.
#pragma once

#include "core/async/backoff.hpp"
#include "core/async/io.hpp"
#include "core/async/offload.hpp"
#include "core/async/task_group.hpp"
#include "core/async/wait.hpp"
#include "core/base/time.hpp"
#include "core/connector/connector.hpp"
#include "core/obs/log.hpp"
#include "core/store/outbox.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tandem::outbox {

struct Lane {
    std::string instance;
    bool repeatable = false;  // the vendor takes a request with the same message id for a repetition
    bool resolvable = false;  // the vendor can be asked what became of a message
    bool gives_ids = false;   // the vendor names what it takes, so that its receipts can be matched
    std::size_t window = 10;  // messages in the vendor's hands at once
    double rate = 0;          // messages per second; 0: no limit
    connector::ExpectedNames names = {};
};

struct DispatcherOptions {
    async::BackoffOptions retry{.first = std::chrono::seconds(2), .limit = std::chrono::minutes(10)};  // of one message
    // Of a lane whose vendor refuses everybody: this many failures in a row, then nothing is tried for a while.
    unsigned trip_after = 5;
    async::BackoffOptions pause{.first = std::chrono::seconds(5), .limit = std::chrono::minutes(5)};
    std::chrono::milliseconds human_pause{60'000};  // after Auth and Config
    // Before a vendor is asked about a message whose outcome is unknown, the first time and again. Its request may
    // still be on the way, so the first answer "never seen" must not come too early.
    std::chrono::milliseconds ask_after{30'000};
    std::chrono::milliseconds idle_look{30'000};  // a lost wake-up may delay, never strand a message
};

struct LaneStatus {
    std::string instance;
    std::size_t in_flight = 0;
    std::optional<Instant> paused_until;
    std::string trouble;  // why it is paused
    std::uint64_t sent = 0, failed = 0, retried = 0, unknown = 0;
    std::uint64_t without_id = 0;  // sent, but the vendor gave no id: receipts cannot find them
};

// How the connector instances are reached, by name; Supervisor's functions.
struct Vendors {
    std::function<async::Task<Result<std::vector<connector::SentId>>>(std::string, connector::Outgoing)> send;
    std::function<async::Task<Result<connector::Resolution>>(std::string, connector::Outgoing)> resolve;
};

class Dispatcher {
public:
    // All references must outlive it. The functions of `vendors` are called on the strand.
    Dispatcher(async::Io& io,
               const async::Pool& pool,
               store::Outbox& outbox,
               Vendors vendors,
               const Clock& clock,
               obs::Log log,
               DispatcherOptions options = {});
    // After stop().
    ~Dispatcher();

    // Makes the lanes those given: new ones first settle what an earlier process left in the air. A lane that is gone
    // finishes what it has begun. Any task.
    async::Task<void> apply(std::vector<Lane> lanes);
    // Ends all lanes; what is in a vendor's hands is waited for up to the limit, then becomes unknown. Idempotent.
    async::Task<void> stop(std::chrono::milliseconds limit);

    // A message was accepted for the instance. Any thread.
    void wake(const std::string& instance);

    std::vector<LaneStatus> status() const;  // any thread

private:
    class Runner;

    const async::Executor strand_;
    struct Shared;
    std::shared_ptr<Shared> shared_;
    std::map<std::string, std::shared_ptr<Runner>> runners_;
    mutable std::mutex mutex_;  // of runners_
};

}  // namespace tandem::outbox
