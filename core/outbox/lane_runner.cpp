#include "core/outbox/lane_runner.hpp"

#include <algorithm>
#include <utility>

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

LaneRunner::LaneRunner(std::shared_ptr<const LaneContext> context, const async::Executor& strand, Lane lane)
    : context_(std::move(context)),
      lane_(std::move(lane)),
      pause_backoff_(context_->options.pause),
      tasks_(strand, [this](std::exception_ptr error) { broken(std::move(error)); }) {
    status_.instance = lane_.instance;
}

void LaneRunner::start() {
    tasks_.spawn(run());
}

void LaneRunner::use(Lane lane) {
    lane_ = std::move(lane);
    changed_.notify_all();
}

void LaneRunner::wake() {
    look_ = true;
    changed_.notify_all();
}

void LaneRunner::request_stop() {
    stopping_ = true;
    changed_.notify_all();
}

Task<void> LaneRunner::join(SteadyClock::time_point deadline) {
    while (in_flight_ > 0 && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    tasks_.cancel();
    co_await tasks_.join();
}

LaneStatus LaneRunner::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

Task<void> LaneRunner::run() {
    while (!stopping_ && !co_await recover())
        co_await changed_.wait_for(context_->options.idle_look);
    while (!stopping_) {
        look_ = false;
        co_await take_turn();
    }
}

Task<bool> LaneRunner::recover() {
    auto found = co_await async::offload(context_->pool, [context = context_, lane = lane_] {
        return context->outbox.recover(lane.instance, recovery_of(lane), context->clock.now());
    });
    if (!found) {
        trouble("the outbox could not be read", found.error());
        co_return false;
    }
    if (*found > 0) {
        context_->log.warn(lane_.repeatable ? "attempts of an earlier process are repeated"
                                            : "attempts of an earlier process have an unknown outcome",
                           {{"instance", lane_.instance}, {"messages", std::to_string(*found)}});
    }
    co_return true;
}

Task<void> LaneRunner::take_turn() {
    if (lane_.resolvable) co_await ask_about_doubtful();
    const auto room = room_now();
    if (room == 0) {
        co_await wait(pause_left());
        co_return;
    }
    auto claimed = co_await async::offload(context_->pool, [context = context_, lane = lane_, room] {
        return context->outbox.claim(lane.instance, room, context->clock.now(), stored_names(lane.names));
    });
    if (!claimed) {
        trouble("messages could not be claimed", claimed.error());
        co_await wait(context_->options.idle_look);
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

Task<void> LaneRunner::ask_about_doubtful() {
    auto found = co_await async::offload(context_->pool, [context = context_, instance = lane_.instance] {
        return context->outbox.doubtful(instance, kAskAtOnce, context->clock.now());
    });
    if (!found) co_return trouble("doubtful messages could not be read", found.error());
    for (const auto& message : *found) {
        if (stopping_) co_return;
        const auto answer = co_await ask(message);
        co_await settle(resolution_of(message, answer));
    }
}

Task<Result<connector::Resolution>> LaneRunner::ask(const store::ClaimedMessage& message) {
    try {
        co_return co_await context_->vendors.resolve(lane_.instance,
                                                     {.id = message.id.text(), .message = message.request});
    } catch (const std::exception& error) {
        co_return fail(transient(error.what()));
    }
}

store::Settlement LaneRunner::resolution_of(const store::ClaimedMessage& message,
                                            const Result<connector::Resolution>& answer) const {
    store::Settlement out{.id = message.id, .attempt = message.attempt, .resolves = true};
    const auto now = context_->clock.now();
    if (!answer) {
        // After its time nobody would want it sent, and a person may still decide.
        out.state = store::OutboxState::Unknown;
        out.due = now < message.expires_at ? now + context_->options.ask_after : Instant{};
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

std::size_t LaneRunner::room_now() const {
    if (stopping_ || pause_left() > milliseconds(0) || in_flight_ >= lane_.window) return 0;
    const auto room = lane_.window - in_flight_;
    return lane_.rate > 0 ? std::min<std::size_t>(room, 1) : room;
}

SteadyClock::duration LaneRunner::spacing() const {
    if (lane_.rate <= 0) return {};
    return std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(1 / lane_.rate));
}

milliseconds LaneRunner::pause_left() const {
    const auto now = SteadyClock::now();
    const auto until = std::max(paused_until_, next_send_);
    if (until > now) return std::chrono::ceil<milliseconds>(until - now);
    return in_flight_ >= lane_.window ? context_->options.idle_look : milliseconds(0);
}

Task<milliseconds> LaneRunner::until_due() {
    auto due = co_await async::offload(context_->pool, [context = context_, lane = lane_] {
        return context->outbox.next_due(lane.instance, lane.resolvable);
    });
    const auto longest = context_->options.idle_look;
    if (!due || !*due) co_return longest;
    const auto left = std::chrono::ceil<milliseconds>(**due - context_->clock.now());
    co_return std::clamp(left, milliseconds(1), longest);
}

Task<void> LaneRunner::wait(milliseconds limit) {
    if (!stopping_ && !look_) co_await changed_.wait_for(limit);
}

Task<void> LaneRunner::deliver(store::ClaimedMessage message) {
    const auto outcome = co_await attempt(message);
    auto settlement = settlement_of(message, outcome);
    co_await settle(std::move(settlement));
    --in_flight_;
    show();
    wake();
}

Task<Result<std::vector<connector::SentId>>> LaneRunner::attempt(const store::ClaimedMessage& message) {
    try {
        co_return co_await context_->vendors.send(lane_.instance,
                                                  {.id = message.id.text(), .message = message.request});
    } catch (const std::exception& error) {
        co_return fail(unknown_outcome(error.what()));
    }
}

store::Settlement LaneRunner::settlement_of(const store::ClaimedMessage& message,
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
    if (out.state == store::OutboxState::Queued) out.due = context_->clock.now() + delay(message, error);
    if (out.state == store::OutboxState::Unknown && lane_.resolvable) {
        out.due = context_->clock.now() + context_->options.ask_after;
    }
    judge_lane(error);
    note(out.state == store::OutboxState::Queued    ? &LaneStatus::retried
         : out.state == store::OutboxState::Unknown ? &LaneStatus::unknown
                                                    : &LaneStatus::failed);
    return out;
}

store::OutboxState LaneRunner::state_after(ErrorKind kind) const {
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

milliseconds LaneRunner::delay(const store::ClaimedMessage& message, const Error& error) {
    if (error.kind == ErrorKind::Auth || error.kind == ErrorKind::Config) return context_->options.human_pause;
    // A vendor that has too much says nothing about the message: it does not wait longer each time.
    if (error.kind == ErrorKind::Throttled && error.retry_after) return *error.retry_after;
    async::Backoff backoff(context_->options.retry);
    milliseconds out{};
    for (std::uint32_t i = 0; i < std::min(message.attempt, 20U); ++i)
        out = backoff.next(jitter_.next(), error.retry_after);
    return out;
}

void LaneRunner::judge_lane(const Error& error) {
    switch (error.kind) {
        case ErrorKind::Auth:
        case ErrorKind::Config:
            return pause(context_->options.human_pause, error);
        case ErrorKind::Throttled:
            return pause(error.retry_after.value_or(pause_backoff_.next(jitter_.next())), error);
        case ErrorKind::Transient:
        case ErrorKind::UnknownOutcome:
            if (++failures_ >= context_->options.trip_after) pause(pause_backoff_.next(jitter_.next()), error);
            return;
        default:
            recovered();
    }
}

void LaneRunner::pause(milliseconds length, const Error& error) {
    paused_until_ = std::max(paused_until_, SteadyClock::now() + length);
    trouble("sending pauses", error);
    const std::lock_guard lock(mutex_);
    status_.paused_until = context_->clock.now() + length;
    status_.trouble = error.text;
}

void LaneRunner::recovered() {
    failures_ = 0;
    pause_backoff_.reset();
    const std::lock_guard lock(mutex_);
    if (SteadyClock::now() < paused_until_) return;
    status_.paused_until.reset();
    status_.trouble.clear();
}

Task<void> LaneRunner::settle(store::Settlement settlement) {
    async::Backoff backoff(context_->options.retry);
    for (;;) {
        auto settled = co_await async::offload(context_->pool, [context = context_, settlement] {
            return context->outbox.settle({&settlement, 1}, context->clock.now());
        });
        if (settled) co_return;
        trouble("the outcome of a message could not be written", settled.error());
        co_await async::sleep_for(backoff.next(jitter_.next()));
    }
}

void LaneRunner::note(std::uint64_t LaneStatus::* what) {
    const std::lock_guard lock(mutex_);
    ++(status_.*what);
}

void LaneRunner::show() {
    const std::lock_guard lock(mutex_);
    status_.in_flight = in_flight_;
}

void LaneRunner::trouble(std::string_view what, const Error& error) {
    context_->log.warn(
        what, {{"instance", lane_.instance}, {"kind", std::string(to_string(error.kind))}, {"reason", error.text}});
}

void LaneRunner::broken(std::exception_ptr error) {
    try {
        std::rethrow_exception(std::move(error));
    } catch (const std::exception& what) {
        context_->log.error("a lane of the outbox broke", {{"instance", lane_.instance}, {"reason", what.what()}});
    }
}

}  // namespace tandem::outbox
