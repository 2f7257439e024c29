// One lane of the dispatcher at work: claims messages, hands them to the vendor, writes down what became of them.
#pragma once

#include "core/async/backoff.hpp"
#include "core/async/offload.hpp"
#include "core/async/task_group.hpp"
#include "core/async/wait.hpp"
#include "core/base/time.hpp"
#include "core/obs/log.hpp"
#include "core/outbox/lane.hpp"
#include "core/store/outbox.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace tandem::outbox {

// What all lanes work with.
struct LaneContext {
    const async::Pool& pool;
    store::Outbox& outbox;
    Vendors vendors;
    const Clock& clock;
    obs::Log log;
    DispatcherOptions options;
};

// Members run on the strand unless they say otherwise.
class LaneRunner : public std::enable_shared_from_this<LaneRunner> {
public:
    LaneRunner(std::shared_ptr<const LaneContext> context, const async::Executor& strand, Lane lane);
    void start();
    void use(Lane lane);
    void wake();
    void request_stop();
    async::Task<void> join(std::chrono::steady_clock::time_point deadline);
    // Any thread.
    LaneStatus status() const;

private:
    async::Task<void> run();
    // What an earlier process had in the air. False when the store could not say.
    async::Task<bool> recover();
    async::Task<void> take_turn();
    // One after the other: this is rare, and new messages matter more than the vendor's bookkeeping.
    async::Task<void> ask_about_doubtful();
    async::Task<Result<connector::Resolution>> ask(const store::ClaimedMessage& message);
    store::Settlement resolution_of(const store::ClaimedMessage& message,
                                    const Result<connector::Resolution>& answer) const;
    // How many messages may be claimed now.
    std::size_t room_now() const;
    std::chrono::steady_clock::duration spacing() const;
    // Until the lane may send again; the longest wait when only a message's end can change that.
    std::chrono::milliseconds pause_left() const;
    async::Task<std::chrono::milliseconds> until_due();
    async::Task<void> wait(std::chrono::milliseconds limit);
    async::Task<void> deliver(store::ClaimedMessage message);
    async::Task<Result<std::vector<connector::SentId>>> attempt(const store::ClaimedMessage& message);
    store::Settlement settlement_of(const store::ClaimedMessage& message,
                                    const Result<std::vector<connector::SentId>>& outcome);
    store::OutboxState state_after(ErrorKind kind) const;
    std::chrono::milliseconds delay(const store::ClaimedMessage& message, const Error& error);
    // One refused message says nothing about the vendor; a wrong password, a full bucket or a row of failures does.
    void judge_lane(const Error& error);
    void pause(std::chrono::milliseconds length, const Error& error);
    void recovered();
    // The outcome is worth more than our patience: it is tried until the store takes it or the process ends.
    async::Task<void> settle(store::Settlement settlement);
    void note(std::uint64_t LaneStatus::* what);
    void show();
    void trouble(std::string_view what, const Error& error);
    void broken(std::exception_ptr error);

    const std::shared_ptr<const LaneContext> context_;
    Lane lane_;
    async::Event changed_;
    async::Backoff pause_backoff_;
    async::Jitter jitter_;
    std::size_t in_flight_ = 0;
    unsigned failures_ = 0;  // in a row
    std::chrono::steady_clock::time_point paused_until_{};
    std::chrono::steady_clock::time_point next_send_{};
    bool stopping_ = false;
    bool look_ = false;  // something changed since the last look at the table

    mutable std::mutex mutex_;
    LaneStatus status_;
    async::TaskGroup tasks_;
};

}  // namespace tandem::outbox
