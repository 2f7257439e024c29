#include "core/outbox/dispatcher.hpp"

#include "core/async/run_on.hpp"
#include "core/base/crypto.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace tandem::outbox {

using async::Task;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kAskAtOnce = 10;

store::Recovery recovery_of(const Lane& lane) {
    if (lane.repeatable) return store::Recovery::Repeat;
    return lane.resolvable ? store::Recovery::Ask : store::Recovery::Leave;
}

store::ExpectedNames stored_names(const connector::ExpectedNames& names) {
    if (!names) return {};
    return [&names](const store::ClaimedMessage& message) {
        std::vector<store::VendorId> out;
        for (auto& id : names({.id = message.id.text(), .message = message.request}))
            out.push_back({std::move(id.name_space), std::move(id.external_id)});
        return out;
    };
}

}  // namespace

struct Dispatcher::Shared {
    const async::Pool& pool;
    store::Outbox& outbox;
    Vendors vendors;
    const Clock& clock;
    obs::Log log;
    DispatcherOptions options;
};

// One lane. Members run on the strand unless they say otherwise.
class Dispatcher::Runner : public std::enable_shared_from_this<Runner> {
public:
    Runner(std::shared_ptr<const Shared> shared, const async::Executor& strand, Lane lane)
        : shared_(std::move(shared)),
          lane_(std::move(lane)),
          pause_backoff_(shared_->options.pause),
          tasks_(strand, [this](std::exception_ptr error) { broken(std::move(error)); }) {
        status_.instance = lane_.instance;
    }

    void start() { tasks_.spawn(run()); }
    void use(Lane lane) {
        lane_ = std::move(lane);
        changed_.notify_all();
    }
    void wake() {
        look_ = true;
        changed_.notify_all();
    }
    void request_stop() {
        stopping_ = true;
        changed_.notify_all();
    }
    Task<void> join(SteadyClock::time_point deadline) {
        while (in_flight_ > 0 && SteadyClock::now() < deadline)
            co_await changed_.wait_until(deadline);
        tasks_.cancel();
        co_await tasks_.join();
    }

    // Any thread.
    LaneStatus status() const {
        const std::lock_guard lock(mutex_);
        return status_;
    }

private:
    Task<void> run() {
        while (!stopping_ && !co_await recover())
            co_await changed_.wait_for(shared_->options.idle_look);
        while (!stopping_) {
            look_ = false;
            co_await take_turn();
        }
    }

    // What an earlier process had in the air. False when the store could not say.
    Task<bool> recover() {
        auto found = co_await async::offload(shared_->pool, [shared = shared_, lane = lane_] {
            return shared->outbox.recover(lane.instance, recovery_of(lane), shared->clock.now());
        });
        if (!found) {
            trouble("the outbox could not be read", found.error());
            co_return false;
        }
        if (*found > 0) {
            shared_->log.warn(lane_.repeatable ? "attempts of an earlier process are repeated"
                                               : "attempts of an earlier process have an unknown outcome",
                              {{"instance", lane_.instance}, {"messages", std::to_string(*found)}});
        }
        co_return true;
    }

    Task<void> take_turn() {
        if (lane_.resolvable) co_await ask_about_doubtful();
        const auto room = room_now();
        if (room == 0) {
            co_await wait(pause_left());
            co_return;
        }
        auto claimed = co_await async::offload(shared_->pool, [shared = shared_, lane = lane_, room] {
            return shared->outbox.claim(lane.instance, room, shared->clock.now(), stored_names(lane.names));
        });
        if (!claimed) {
            trouble("messages could not be claimed", claimed.error());
            co_await wait(shared_->options.idle_look);
            co_return;
        }
        for (auto& message : *claimed) {
            ++in_flight_;
            next_send_ = std::max(next_send_, SteadyClock::now()) + spacing();
            tasks_.spawn(deliver(std::move(message)));
        }
        show();
        if (claimed->empty() && !look_) co_await wait(co_await until_due());
    }

    // One after the other: this is rare, and new messages matter more than the vendor's bookkeeping.
    Task<void> ask_about_doubtful() {
        auto found = co_await async::offload(shared_->pool, [shared = shared_, instance = lane_.instance] {
            return shared->outbox.doubtful(instance, kAskAtOnce, shared->clock.now());
        });
        if (!found) co_return trouble("doubtful messages could not be read", found.error());
        for (const auto& message : *found) {
            if (stopping_) co_return;
            const auto answer = co_await ask(message);
            co_await settle(resolution_of(message, answer));
        }
    }

    Task<Result<connector::Resolution>> ask(const store::ClaimedMessage& message) {
        try {
            co_return co_await shared_->vendors.resolve(lane_.instance,
                                                        {.id = message.id.text(), .message = message.request});
        } catch (const std::exception& error) {
            co_return fail(transient(error.what()));
        }
    }

    store::Settlement resolution_of(const store::ClaimedMessage& message,
                                    const Result<connector::Resolution>& answer) const {
        store::Settlement out{.id = message.id, .attempt = message.attempt, .resolves = true};
        const auto now = shared_->clock.now();
        if (!answer) {
            // After its time nobody would want it sent, and a person may still decide.
            out.state = store::OutboxState::Unknown;
            out.due = now < message.expires_at ? now + shared_->options.ask_after : Instant{};
        } else if (*answer) {
            for (const auto& id : **answer)
                out.ids.push_back({id.name_space, id.external_id});
            out.reason = "the vendor says that it took the message";
        } else {
            out.state = store::OutboxState::Queued;
            out.due = now;
            out.reason = "the vendor says that it never saw the message";
        }
        return out;
    }

    // How many messages may be claimed now.
    std::size_t room_now() const {
        if (stopping_ || pause_left() > milliseconds(0) || in_flight_ >= lane_.window) return 0;
        const auto room = lane_.window - in_flight_;
        return lane_.rate > 0 ? std::min<std::size_t>(room, 1) : room;
    }

    SteadyClock::duration spacing() const {
        if (lane_.rate <= 0) return {};
        return std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(1 / lane_.rate));
    }

    // Until the lane may send again; the longest wait when only a message's end can change that.
    milliseconds pause_left() const {
        const auto now = SteadyClock::now();
        const auto until = std::max(paused_until_, next_send_);
        if (until > now) return std::chrono::ceil<milliseconds>(until - now);
        return in_flight_ >= lane_.window ? shared_->options.idle_look : milliseconds(0);
    }

    Task<milliseconds> until_due() {
        auto due = co_await async::offload(shared_->pool, [shared = shared_, lane = lane_] {
            return shared->outbox.next_due(lane.instance, lane.resolvable);
        });
        const auto longest = shared_->options.idle_look;
        if (!due || !*due) co_return longest;
        const auto left = std::chrono::ceil<milliseconds>(**due - shared_->clock.now());
        co_return std::clamp(left, milliseconds(1), longest);
    }

    Task<void> wait(milliseconds limit) {
        if (!stopping_ && !look_) co_await changed_.wait_for(limit);
    }

    Task<void> deliver(store::ClaimedMessage message) {
        const auto outcome = co_await attempt(message);
        auto settlement = settlement_of(message, outcome);
        co_await settle(std::move(settlement));
        --in_flight_;
        show();
        wake();
    }

    Task<Result<std::vector<connector::SentId>>> attempt(const store::ClaimedMessage& message) {
        try {
            co_return co_await shared_->vendors.send(lane_.instance,
                                                     {.id = message.id.text(), .message = message.request});
        } catch (const std::exception& error) {
            co_return fail(unknown_outcome(error.what()));
        }
    }

    store::Settlement settlement_of(const store::ClaimedMessage& message,
                                    const Result<std::vector<connector::SentId>>& outcome) {
        store::Settlement out{.id = message.id, .attempt = message.attempt};
        if (outcome) {
            for (const auto& id : *outcome)
                out.ids.push_back({id.name_space, id.external_id});
            if (out.ids.empty() && lane_.gives_ids) {
                out.reason = "the vendor took the message without giving its id: no receipt can find it";
                note(&LaneStatus::without_id);
            }
            recovered();
            note(&LaneStatus::sent);
            return out;
        }
        const Error& error = outcome.error();
        out.code = error.code;
        out.reason = error.text;
        out.state = state_after(error.kind);
        out.opted_out = error.kind == ErrorKind::OptedOut;
        if (out.state == store::OutboxState::Queued) out.due = shared_->clock.now() + delay(message, error);
        if (out.state == store::OutboxState::Unknown && lane_.resolvable) {
            out.due = shared_->clock.now() + shared_->options.ask_after;
        }
        judge_lane(error);
        note(out.state == store::OutboxState::Queued    ? &LaneStatus::retried
             : out.state == store::OutboxState::Unknown ? &LaneStatus::unknown
                                                        : &LaneStatus::failed);
        return out;
    }

    store::OutboxState state_after(ErrorKind kind) const {
        switch (kind) {
            case ErrorKind::Rejected:
            case ErrorKind::OptedOut:
            case ErrorKind::NotFound:
                return store::OutboxState::Failed;
            case ErrorKind::UnknownOutcome:
            case ErrorKind::Corrupt:
            case ErrorKind::Cancelled:
                return lane_.repeatable ? store::OutboxState::Queued : store::OutboxState::Unknown;
            case ErrorKind::Transient:
            case ErrorKind::Throttled:
            case ErrorKind::Auth:
            case ErrorKind::Config:
            case ErrorKind::Full:
                break;
        }
        return store::OutboxState::Queued;
    }

    milliseconds delay(const store::ClaimedMessage& message, const Error& error) {
        if (error.kind == ErrorKind::Auth || error.kind == ErrorKind::Config) return shared_->options.human_pause;
        // A vendor that has too much says nothing about the message: it does not wait longer each time.
        if (error.kind == ErrorKind::Throttled && error.retry_after) return *error.retry_after;
        async::Backoff backoff(shared_->options.retry);
        milliseconds out{};
        for (std::uint32_t i = 0; i < std::min(message.attempt, 20U); ++i)
            out = backoff.next(jitter_.next(), error.retry_after);
        return out;
    }

    // One refused message says nothing about the vendor; a wrong password, a full bucket or a row of failures does.
    void judge_lane(const Error& error) {
        switch (error.kind) {
            case ErrorKind::Auth:
            case ErrorKind::Config:
                return pause(shared_->options.human_pause, error);
            case ErrorKind::Throttled:
                return pause(error.retry_after.value_or(pause_backoff_.next(jitter_.next())), error);
            case ErrorKind::Transient:
            case ErrorKind::UnknownOutcome:
                if (++failures_ >= shared_->options.trip_after) pause(pause_backoff_.next(jitter_.next()), error);
                return;
            default:
                recovered();
        }
    }

    void pause(milliseconds length, const Error& error) {
        paused_until_ = std::max(paused_until_, SteadyClock::now() + length);
        trouble("sending pauses", error);
        const std::lock_guard lock(mutex_);
        status_.paused_until = shared_->clock.now() + length;
        status_.trouble = error.text;
    }

    void recovered() {
        failures_ = 0;
        pause_backoff_.reset();
        const std::lock_guard lock(mutex_);
        if (SteadyClock::now() < paused_until_) return;
        status_.paused_until.reset();
        status_.trouble.clear();
    }

    // The outcome is worth more than our patience: it is tried until the store takes it or the process ends.
    Task<void> settle(store::Settlement settlement) {
        async::Backoff backoff(shared_->options.retry);
        for (;;) {
            auto settled = co_await async::offload(shared_->pool, [shared = shared_, settlement] {
                return shared->outbox.settle({&settlement, 1}, shared->clock.now());
            });
            if (settled) co_return;
            trouble("the outcome of a message could not be written", settled.error());
            co_await async::sleep_for(backoff.next(jitter_.next()));
        }
    }

    void note(std::uint64_t LaneStatus::* what) {
        const std::lock_guard lock(mutex_);
        ++(status_.*what);
    }
    void show() {
        const std::lock_guard lock(mutex_);
        status_.in_flight = in_flight_;
    }
    void trouble(std::string_view what, const Error& error) {
        shared_->log.warn(
            what, {{"instance", lane_.instance}, {"kind", std::string(to_string(error.kind))}, {"reason", error.text}});
    }
    void broken(std::exception_ptr error) {
        try {
            std::rethrow_exception(std::move(error));
        } catch (const std::exception& what) {
            shared_->log.error("a lane of the outbox broke", {{"instance", lane_.instance}, {"reason", what.what()}});
        }
    }

    const std::shared_ptr<const Shared> shared_;
    Lane lane_;
    async::Event changed_;
    async::Backoff pause_backoff_;
    async::Jitter jitter_;
    std::size_t in_flight_ = 0;
    unsigned failures_ = 0;  // in a row
    SteadyClock::time_point paused_until_{};
    SteadyClock::time_point next_send_{};
    bool stopping_ = false;
    bool look_ = false;  // something changed since the last look at the table

    mutable std::mutex mutex_;
    LaneStatus status_;
    async::TaskGroup tasks_;
};

Dispatcher::Dispatcher(async::Io& io,
                       const async::Pool& pool,
                       store::Outbox& outbox,
                       Vendors vendors,
                       const Clock& clock,
                       obs::Log log,
                       DispatcherOptions options)
    : strand_(io.strand()),
      shared_(std::make_shared<Shared>(pool, outbox, std::move(vendors), clock, std::move(log), options)) {}

Dispatcher::~Dispatcher() = default;

Task<void> Dispatcher::apply(std::vector<Lane> lanes) {
    co_await async::run_on(strand_, [](Dispatcher& self, std::vector<Lane> wanted) -> Task<void> {
        std::map<std::string, std::shared_ptr<Runner>> leaving;
        {
            const std::lock_guard lock(self.mutex_);
            leaving = self.runners_;
        }
        for (auto& lane : wanted) {
            const auto known = leaving.find(lane.instance);
            if (known != leaving.end()) {
                known->second->use(std::move(lane));
                leaving.erase(known);
                continue;
            }
            auto name = lane.instance;
            auto runner = std::make_shared<Runner>(self.shared_, self.strand_, std::move(lane));
            runner->start();
            const std::lock_guard lock(self.mutex_);
            self.runners_.emplace(std::move(name), std::move(runner));
        }
        for (auto& [name, runner] : leaving) {
            runner->request_stop();
            co_await runner->join(SteadyClock::time_point::max());
            const std::lock_guard lock(self.mutex_);
            self.runners_.erase(name);
        }
    }(*this, std::move(lanes)));
}

Task<void> Dispatcher::stop(milliseconds limit) {
    co_await async::run_on(strand_, [](Dispatcher& self, milliseconds patience) -> Task<void> {
        const auto deadline = SteadyClock::now() + patience;
        std::map<std::string, std::shared_ptr<Runner>> leaving;
        {
            const std::lock_guard lock(self.mutex_);
            leaving.swap(self.runners_);
        }
        for (auto& [name, runner] : leaving)
            runner->request_stop();
        for (auto& [name, runner] : leaving)
            co_await runner->join(deadline);
    }(*this, limit));
}

void Dispatcher::wake(const std::string& instance) {
    std::shared_ptr<Runner> runner;
    {
        const std::lock_guard lock(mutex_);
        const auto found = runners_.find(instance);
        if (found == runners_.end()) return;
        runner = found->second;
    }
    boost::asio::post(strand_, [runner] { runner->wake(); });
}

std::vector<LaneStatus> Dispatcher::status() const {
    const std::lock_guard lock(mutex_);
    std::vector<LaneStatus> out;
    for (const auto& [name, runner] : runners_)
        out.push_back(runner->status());
    return out;
}

}  // namespace tandem::outbox
