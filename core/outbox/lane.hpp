// One instance's part of the outbox: what the dispatcher is told about it, and what it tells. Values.
#pragma once

#include "core/async/backoff.hpp"
#include "core/async/task.hpp"
#include "core/base/time.hpp"
#include "core/connector/connector.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
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

}  // namespace tandem::outbox
