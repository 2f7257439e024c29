#include "core/connector/supervised.hpp"

#include "core/async/timeout.hpp"
#include "core/base/crypto.hpp"
#include "core/connector/session.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <algorithm>

namespace tandem::connector {

namespace asio = boost::asio;
using async::Task;
using SteadyClock = std::chrono::steady_clock;

namespace {

// Exceptions of connector code end the attempt, not the process.
Task<void> start_session(std::shared_ptr<Session> session, std::shared_ptr<Result<void>> result) {
    try {
        *result = co_await session->instance_object->start();
    } catch (const std::exception& error) {
        *result = fail(transient(error.what()));
    }
}

Task<void> stop_session(std::shared_ptr<Session> session) {
    try {
        co_await session->instance_object->stop();
    } catch (const std::exception& error) {
        session->log().error("stop failed", {{"error", error.what()}});
    }
}

// A call of the instance that a stop waits for.
class Running {
public:
    Running(Session& session, async::Event& changed) : session_(session), changed_(changed) {
        ++session_.running_calls;
    }
    ~Running() {
        if (--session_.running_calls == 0 && session_.closed) changed_.notify_all();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    Session& session_;
    async::Event& changed_;
};

Task<Result<std::vector<SentId>>> send_by(std::shared_ptr<Session> session, Outgoing outgoing) {
    try {
        co_return co_await session->instance_object->send(std::move(outgoing));
    } catch (const std::exception& error) {
        co_return fail(unknown_outcome(error.what()));
    }
}

Task<Result<MediaBytes>> fetch_by(std::shared_ptr<Session> session, MediaWanted wanted) {
    try {
        co_return co_await session->instance_object->fetch(std::move(wanted));
    } catch (const std::exception& error) {
        co_return fail(transient(error.what()));
    }
}

Task<Result<Resolution>> resolve_by(std::shared_ptr<Session> session, Outgoing outgoing) {
    try {
        co_return co_await session->instance_object->resolve(std::move(outgoing));
    } catch (const std::exception& error) {
        co_return fail(transient(error.what()));
    }
}

}  // namespace

Supervised::Supervised(std::shared_ptr<const SupervisorContext> context,
                       async::Executor strand,
                       const Connector& connector,
                       InstanceSpec spec)
    : context_(std::move(context)),
      strand_(std::move(strand)),
      connector_(connector),
      spec_(std::move(spec)),
      log_(context_->options.log.with({{"instance", spec_.name}, {"connector", spec_.connector}})),
      counters_(context_->metrics, spec_.name),
      backoff_(context_->options.backoff) {
    status_.name = spec_.name;
    status_.connector = spec_.connector;
    status_.pack = spec_.pack;
    status_.since = context_->options.clock.now();
}

Task<void> Supervised::run(std::function<void()> on_attempted) {
    while (!stop_requested_) {
        set_state(State::Connecting, {});
        auto session = std::make_shared<Session>(shared_from_this());
        Result<void> started = co_await open(session);
        if (on_attempted) std::exchange(on_attempted, {})();
        if (started) {
            serving_ = session;
            // An instance may have told something else from inside start().
            if (status().state == State::Connecting) set_state(State::Ready, {});
            while (!stop_requested_ && !session->failure)
                co_await changed_.wait();
        }
        if (!co_await close(session)) break;
        if (stop_requested_) break;
        Error error = session->failure ? std::move(*session->failure) : std::move(started.error());
        session.reset();
        co_await wait_before_retry(std::move(error));
    }
    set_state(State::Stopped, abandoned_ ? "abandoned: a call did not return" : "");
}

void Supervised::request_stop() {
    stop_requested_ = true;
    changed_.notify_all();
}

Task<Result<void>> Supervised::open(std::shared_ptr<Session> session) {
    auto instance = connector_.open(spec_, *session);
    if (!instance) co_return fail(std::move(instance.error()));
    session->instance_object = std::move(*instance);
    auto result = std::make_shared<Result<void>>(fail(transient("start did not finish in time")));
    if (!co_await guarded(start_session(session, result), context_->options.start_limit, true, "start")) {
        co_return fail(transient("start did not return"));
    }
    if (*result) backoff_.reset();
    co_return *result;
}

// False when the instance had to be abandoned.
Task<bool> Supervised::close(std::shared_ptr<Session> session) {
    serving_.reset();
    session->closed = true;
    if (abandoned_) co_return false;
    if (session->instance_object == nullptr) co_return true;
    const auto deadline = SteadyClock::now() + context_->options.stop_limit;
    while (session->running_calls > 0 && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    co_return co_await guarded(stop_session(session), context_->options.stop_limit, false, "stop");
}

// Runs one call of the instance with a limit: then it is cancelled, and when that does not help within the stop limit,
// reported. No second attempt is made beside a call that is stuck; only a stop leaves it behind (false).
Task<bool> Supervised::guarded(Task<void> work, Millis limit, bool interruptible, std::string what) {
    struct Call {
        asio::cancellation_signal signal;
        bool returned = false;
    };
    auto call = std::make_shared<Call>();
    // The completion handler keeps this object alive for as long as the call runs, also when it is abandoned.
    auto returned = [self = shared_from_this(), call](const std::exception_ptr&) {
        call->returned = true;
        self->changed_.notify_all();
    };
    asio::co_spawn(
        strand_, std::move(work),
        asio::bind_cancellation_slot(call->signal.slot(), asio::bind_executor(strand_, std::move(returned))));

    auto deadline = SteadyClock::now() + limit;
    while (!call->returned && SteadyClock::now() < deadline && !(interruptible && stop_requested_)) {
        co_await changed_.wait_until(deadline);
    }
    if (call->returned) co_return true;
    call->signal.emit(asio::cancellation_type::terminal);
    deadline = SteadyClock::now() + context_->options.stop_limit;
    while (!call->returned && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    if (call->returned) co_return true;

    log_.error("a call does not return", {{"call", what}});
    set_state(State::Failed, what + " does not return");
    while (!call->returned && !stop_requested_)
        co_await changed_.wait();
    abandoned_ = !call->returned;
    co_return call->returned;
}

Supervised::Millis Supervised::retry_delay(const Error& error) {
    const bool human = error.kind == ErrorKind::Auth || error.kind == ErrorKind::Config;
    if (human) return std::max(context_->options.human_backoff, error.retry_after.value_or(Millis(0)));
    return backoff_.next(jitter_.next(), error.retry_after);
}

Task<void> Supervised::wait_before_retry(Error error) {
    const Millis delay = retry_delay(error);
    counters_.add("errors", to_string(error.kind), 1);
    counters_.add("restarts", {}, 1);
    log_.warn("instance failed, will be started again", {{"error", error.text},
                                                         {"kind", std::string(to_string(error.kind))},
                                                         {"delay_ms", std::to_string(delay.count())}});
    set_state(error.kind == ErrorKind::Auth ? State::AuthNeeded : State::Failed, std::move(error.text),
              context_->options.clock.now() + delay);
    const auto deadline = SteadyClock::now() + delay;
    while (!stop_requested_ && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
}

void Supervised::set_state(State state, std::string detail, std::optional<Instant> retry_at) {
    counters_.up.set(state == State::Ready || state == State::Degraded ? 1 : 0);
    const std::lock_guard lock(status_mutex_);
    if (status_.state != state) {
        status_.since = context_->options.clock.now();
        const auto message = "instance is now " + std::string(to_string(state));
        if (detail.empty()) {
            log_.info(message);
        } else {
            log_.info(message, {{"detail", detail}});
        }
    }
    status_.state = state;
    status_.detail = std::move(detail);
    status_.retry_at = retry_at;
}

InstanceStatus Supervised::status() const {
    InstanceStatus copy;
    {
        const std::lock_guard lock(status_mutex_);
        copy = status_;
    }
    if (const auto micros = counters_.last_event_micros.load(std::memory_order_relaxed)) {
        copy.last_event_at = from_micros(micros);
    }
    copy.counters = counters_.values();
    return copy;
}

net::HttpResponse Supervised::not_ready() const {
    const auto now = context_->options.clock.now();
    std::chrono::seconds wait(5);
    {
        const std::lock_guard lock(status_mutex_);
        if (status_.retry_at) wait = std::chrono::ceil<std::chrono::seconds>(*status_.retry_at - now);
    }
    auto response = net::problem(503, "the connector instance is not ready");
    response.headers.push_back(
        {"Retry-After", std::to_string(std::clamp(wait, std::chrono::seconds(1), std::chrono::seconds(3600)).count())});
    return response;
}

Task<net::HttpReply> Supervised::run_hook(std::shared_ptr<Supervised> self, net::HttpRequest request) {
    const auto session = self->serving_;  // a stop in between takes it away
    if (session == nullptr || !session->hook) co_return self->not_ready();
    const Running running(*session, self->changed_);
    self->counters_.received.add();
    self->counters_.received_bytes.add(request.body.size());
    co_return co_await session->hook(std::move(request));
}

Task<Result<std::vector<SentId>>> Supervised::run_send(std::shared_ptr<Supervised> self, Outgoing outgoing) {
    const auto session = self->serving_;
    if (session == nullptr) co_return fail(transient("the connector instance is not ready"));
    const Running running(*session, self->changed_);
    auto sent = co_await async::with_timeout(send_by(session, std::move(outgoing)), self->context_->options.send_limit);
    if (!sent) co_return fail(unknown_outcome("sending took too long"));
    session->count(*sent ? "sent" : "send_failed", *sent ? std::string_view() : to_string(sent->error().kind), 1);
    co_return std::move(*sent);
}

Task<Result<Resolution>> Supervised::run_resolve(std::shared_ptr<Supervised> self, Outgoing outgoing) {
    const auto session = self->serving_;
    if (session == nullptr) co_return fail(transient("the connector instance is not ready"));
    const Running running(*session, self->changed_);
    auto asked =
        co_await async::with_timeout(resolve_by(session, std::move(outgoing)), self->context_->options.send_limit);
    if (!asked) co_return fail(transient("asking took too long"));
    co_return std::move(*asked);
}

Task<Result<MediaBytes>> Supervised::run_fetch(std::shared_ptr<Supervised> self, MediaWanted wanted) {
    const auto session = self->serving_;
    if (session == nullptr) {
        Error error = transient("the connector instance is not ready");
        error.code = kNotReady;
        co_return fail(std::move(error));
    }
    const Running running(*session, self->changed_);
    const auto limit = wanted.timeout;
    auto bytes = co_await async::with_timeout(fetch_by(session, std::move(wanted)), limit);
    if (!bytes) co_return fail(transient("fetching took too long"));
    session->count(*bytes ? "media_fetched" : "media_failed",
                   *bytes ? std::string_view() : to_string(bytes->error().kind), 1);
    co_return std::move(*bytes);
}

}  // namespace tandem::connector
