#include "connectors/avaya_dmcc/client.hpp"

#include "connectors/avaya_dmcc/connection.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tandem::avaya_dmcc {

using async::Task;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kStopLimit{3'000};  // for what is on the way when the instance stops
constexpr milliseconds kLastWords{2'000};  // of a session that has ended

async::BackoffOptions backoff_options(const Config& config) {
    return {.first = config.reconnect_first, .limit = std::max(config.reconnect_first, config.reconnect_limit)};
}

bool for_humans(const Error& error) {
    return error.kind == ErrorKind::Auth || error.kind == ErrorKind::Config;
}

}  // namespace

Client::Client(Config config, std::vector<Target> targets, net::TlsContext tls, connector::Host& host)
    : config_(std::move(config)),
      tls_(std::move(tls)),
      host_(host),
      work_(work_options(config_, targets)),
      calls_(call_plan(config_, targets), call_limits(config_)),
      backoff_(backoff_options(config_)) {}

Client::~Client() = default;

Task<Result<void>> Client::start() {
    const auto strand = co_await boost::asio::this_coro::executor;
    group_ = std::make_unique<async::TaskGroup>(strand, [this](std::exception_ptr error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& caught) {
            host_.failed(transient(std::string("avaya_dmcc: ") + caught.what()));
        }
    });
    co_await restore_session();
    group_->spawn(store_all());
    group_->spawn(run());
    group_->spawn(watch());
    while (!started_)
        co_await changed_.wait();
    co_return *started_;
}

Task<void> Client::stop() {
    stopping_ = true;
    changed_.notify_all();
    if (group_ == nullptr) co_return;
    const auto deadline = SteadyClock::now() + kStopLimit;
    while (!outbox_.empty() && not_stored_.empty() && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    if (connection_ != nullptr) {
        config_.keep_session ? connection_->session.lost("the gateway stops") : connection_->session.stop(steady());
        drain(connection_);
    }
    while (connection_ != nullptr && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    group_->cancel();
    co_await group_->join();
    connection_.reset();
    group_.reset();
}

Task<void> Client::run() {
    while (!stopping_) {
        Error error = co_await try_hosts();
        if (stopping_) break;
        if (!started_) {
            started_ = fail(std::move(error));
            changed_.notify_all();
            co_return;
        }
        if (for_humans(error)) {
            host_.failed(std::move(error));
            co_return;
        }
        const milliseconds wait = backoff_.next(jitter_.next(), error.retry_after);
        shown_ = fmt::format("{}; connecting again in {} ms", error.text, wait.count());
        host_.state(connector::State::Failed, shown_);
        co_await async::sleep_for(wait);
        // Without room for records new events would be of no use.
        while (outbox_.bytes() > static_cast<std::size_t>(config_.waiting.count) / 2)
            co_await changed_.wait();
    }
}

// The AES that was used last, then the others in their order. Returns when a session has ended, or none could be had.
Task<Error> Client::try_hosts() {
    std::optional<Error> passing;
    Error last;
    for (std::size_t i = 0; i < config_.hosts.size() && !stopping_; ++i) {
        const std::size_t index = (host_index_ + i) % config_.hosts.size();
        const bool alone = config_.hosts.size() == 1;
        Outcome outcome = co_await one_connection(index);
        last = std::move(outcome.error);
        if (outcome.was_online) {
            host_index_ = index;
            co_return last;
        }
        if (!alone && !last.text.contains(config_.hosts[index]))
            last = Error(std::move(last).with_context(config_.hosts[index]));
        // A wrong password is not tried at the next one as well: AES locks the user.
        if (last.kind == ErrorKind::Auth) co_return last;
        if (!for_humans(last)) passing = last;
    }
    // As long as one of them may come back it is worth trying.
    co_return passing ? *passing : last;
}

Task<Client::Outcome> Client::one_connection(std::size_t index) {
    const std::string& host = config_.hosts[index];
    auto link = co_await net::connect({.host = host,
                                       .port = config_.connect_port(),
                                       .tls = tls_,
                                       .certificate_name = config_.tls_name.empty() ? host : config_.tls_name});
    if (!link) co_return Outcome{.error = std::move(link.error())};
    if (!restored_) co_await restore_calls();
    std::string old_session = session_host_ == host ? session_id_ : std::string();
    auto connection =
        std::make_shared<Connection>(std::move(*link), session_options(config_), std::move(old_session), host);
    connection_ = connection;
    Error error = co_await converse(connection);
    connection_.reset();
    if (connection->was_online && !stopping_) host_.count("disconnects");
    changed_.notify_all();
    co_return Outcome{.error = std::move(error), .was_online = connection->was_online};
}

// Reads, writes and keeps time until the session has ended and its last words are written.
Task<Error> Client::converse(std::shared_ptr<Connection> connection) {
    const auto strand = co_await boost::asio::this_coro::executor;
    async::TaskGroup tasks(strand, [connection](std::exception_ptr) { connection->session.lost(); });
    drain(connection);
    tasks.spawn(read_all(connection));
    tasks.spawn(write_all(connection));
    tasks.spawn(keep_time(connection));
    std::exception_ptr cancelled;
    try {
        while (!connection->ended)
            co_await changed_.wait();
        const auto deadline = SteadyClock::now() + kLastWords;
        while (!connection->output.empty() && SteadyClock::now() < deadline)
            co_await changed_.wait_until(deadline);
    } catch (...) {
        cancelled = std::current_exception();
    }
    connection->session.lost();
    drain(connection);
    connection->link->close();
    tasks.cancel();
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_await tasks.join();
    co_await boost::asio::this_coro::throw_if_cancelled(true);
    if (cancelled) std::rethrow_exception(cancelled);
    co_return *connection->ended;
}

Task<void> Client::read_all(std::shared_ptr<Connection> connection) {
    std::string octets;
    while (!connection->session.closed()) {
        octets.clear();
        const auto read = co_await connection->link->read(octets);
        if (read) {
            heard_at_ = now();
            connection->session.receive(octets, steady());
        } else {
            connection->session.lost(read.error().text);
        }
        drain(connection);
        if (outbox_.bytes() <= static_cast<std::size_t>(config_.waiting.count)) continue;
        connection->session.lost("calls cannot be stored, and there is no room for more of them");
        drain(connection);
    }
}

Task<void> Client::write_all(std::shared_ptr<Connection> connection) {
    for (;;) {
        while (connection->output.empty())
            co_await connection->wake.wait();
        const std::string octets = connection->output;
        const auto written = co_await connection->link->write(octets);
        connection->output.erase(0, octets.size());
        if (!written) {
            connection->session.lost(written.error().text);
            drain(connection);
            connection->output.clear();
        }
        if (connection->ended) changed_.notify_all();
    }
}

Task<void> Client::keep_time(std::shared_ptr<Connection> connection) {
    while (!connection->session.closed()) {
        connection->timer_at =
            std::min({connection->session.next_tick(), work_.next_time(steady()), steady() + std::chrono::hours(1)});
        co_await connection->wake.wait_until(connection->timer_at);
        connection->session.tick(steady());
        if (connection->session.online()) work_.tick(steady());
        drain(connection);
    }
}

// What the session says is dealt with, what is due is asked, what is to be sent is handed to the writer.
void Client::drain(const std::shared_ptr<Connection>& connection) {
    Session& session = connection->session;
    bool something = false;
    for (auto events = session.take_events(); !events.empty(); events = session.take_events()) {
        something = true;
        for (SessionEvent& event : events)
            handle(connection, event);
    }
    drain_work();
    while (session.online()) {
        const auto xml = work_.next(steady());
        drain_work();
        if (!xml) break;
        work_.asked(session.request(*xml, steady()));
    }
    const std::string output = session.take_output();
    connection->output += output;
    if (!output.empty() || std::min(session.next_tick(), work_.next_time(steady())) < connection->timer_at)
        connection->wake.notify_all();
    if (something) changed_.notify_all();
}

void Client::handle(const std::shared_ptr<Connection>& connection, SessionEvent& event) {
    if (const auto* opened_now = std::get_if<Opened>(&event)) {
        opened(connection, *opened_now);
    } else if (const auto* answer = std::get_if<Answered>(&event)) {
        work_.answered(answer->ticket, answer->answer, steady(), heard_at_);
        drain_work();
    } else if (const auto* said = std::get_if<Told>(&event)) {
        told(said->document.root(), heard_at_);
        drain_work();
    } else if (const auto* ignored = std::get_if<Ignored>(&event)) {
        host_.count("ignored", ignored->what);
    } else if (const auto* closed = std::get_if<Closed>(&event)) {
        if (connection->was_online) ended();
        if (closed->gone && connection->host == session_host_) session_id_.clear();
        if (!connection->ended) connection->ended = closed->error;
    }
}

void Client::opened(const std::shared_ptr<Connection>& connection, const Opened& opened) {
    connection->was_online = true;
    backoff_.reset();
    session_host_ = connection->host;
    session_id_ = opened.session;
    cursor_ = session_host_ + " " + session_id_;
    host_.count("sessions", opened.resumed ? "resumed" : "new");
    host_.log().info("a session with AES", {{"host", connection->host},
                                            {"protocol", opened.protocol},
                                            {"duration_s", std::to_string(opened.duration.count())},
                                            {"resumed", opened.resumed       ? "yes"
                                                        : opened.refused_old ? "no: AES no longer has it"
                                                                             : "no"}});
    keep(calls_.link_restored(now()));
    work_.opened(opened, steady());
    // The host itself says Ready when start() has ended.
    if (started_) show();
    started_ = Result<void>();
}

void Client::ended() {
    work_.lost();
    // A restart knows by itself that there was a gap.
    if (!stopping_) keep(calls_.link_lost(heard_at_));
}

}  // namespace tandem::avaya_dmcc
