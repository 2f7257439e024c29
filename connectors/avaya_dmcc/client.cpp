#include "connectors/avaya_dmcc/client.hpp"

#include "connectors/avaya_dmcc/connection.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace tandem::avaya_dmcc {

using async::Task;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kStopLimit{3'000};  // for what is on the way when the instance stops

}  // namespace

Client::Client(Config config, std::vector<Target> targets, net::TlsContext tls, connector::Host& host)
    : config_(std::move(config)),
      tls_(std::move(tls)),
      host_(host),
      work_(work_options(config_, targets)),
      calls_(call_plan(config_, targets), call_limits(config_)),
      reconnect_(host, config_.reconnect_first, config_.reconnect_limit) {}

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
    group_->spawn(reconnect_.run([this] { return try_hosts(); }));
    group_->spawn(watch());
    co_return co_await reconnect_.first_outcome();
}

Task<void> Client::stop() {
    reconnect_.stop();
    changed_.notify_all();
    if (group_ == nullptr) co_return;
    const auto deadline = SteadyClock::now() + kStopLimit;
    while (!outbox_.empty() && not_stored_.empty() && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    if (connection_ != nullptr) {
        config_.keep_session ? connection_->session.lost("the gateway stops") : connection_->session.stop(steady());
        connection_->conversation.advance();
    }
    while (connection_ != nullptr && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    group_->cancel();
    co_await group_->join();
    connection_.reset();
    group_.reset();
}

// The AES that was used last, then the others in their order. Returns when a session has ended, or none could be had.
Task<Error> Client::try_hosts() {
    // Without room for records new events would be of no use.
    while (outbox_.bytes() > static_cast<std::size_t>(config_.waiting.count) / 2)
        co_await changed_.wait();
    std::optional<Error> passing;
    Error last;
    for (std::size_t i = 0; i < config_.hosts.size() && !reconnect_.stopping(); ++i) {
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
        if (!connector::needs_human(last)) passing = last;
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
    const auto connection = std::make_shared<Connection>(*this, std::move(*link), std::move(old_session), host);
    connection_ = connection;
    Error error = co_await connection->conversation.run();
    connection_.reset();
    shown_.clear();
    if (connection->was_online && !reconnect_.stopping()) host_.count("disconnects");
    changed_.notify_all();
    co_return Outcome{.error = std::move(error), .was_online = connection->was_online};
}

void Client::Connection::receive(std::string_view octets, Time now) {
    client.heard_at_ = client.now();
    session.receive(octets, now);
    take_events();
    if (client.outbox_.bytes() > static_cast<std::size_t>(client.config_.waiting.count))
        session.lost("calls cannot be stored, and there is no room for more of them");
}

net::Protocol::Time Client::Connection::next_tick() const {
    return std::min(session.next_tick(), client.work_.next_time(client.steady()));
}

void Client::Connection::tick(Time now) {
    session.tick(now);
    if (session.online()) client.work_.tick(now);
}

void Client::Connection::take_events() {
    bool something = false;
    for (auto events = session.take_events(); !events.empty(); events = session.take_events()) {
        something = true;
        for (SessionEvent& event : events)
            client.handle(*this, event);
    }
    if (something) client.changed_.notify_all();
}

// What the session says is dealt with, then what is due is asked.
void Client::Connection::handle() {
    take_events();
    client.drain_work();
    while (session.online()) {
        const auto xml = client.work_.next(client.steady());
        client.drain_work();
        if (!xml) break;
        client.work_.asked(session.request(*xml, client.steady()));
    }
}

void Client::handle(Connection& connection, SessionEvent& event) {
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
        if (connection.was_online) ended();
        if (closed->gone && connection.host == session_host_) session_id_.clear();
        if (!connection.error) connection.error = closed->error;
    }
}

void Client::opened(Connection& connection, const Opened& opened) {
    connection.was_online = true;
    reconnect_.let_in();
    session_host_ = connection.host;
    session_id_ = opened.session;
    cursor_ = session_host_ + " " + session_id_;
    host_.count("sessions", opened.resumed ? "resumed" : "new");
    host_.log().info("a session with AES", {{"host", connection.host},
                                            {"protocol", opened.protocol},
                                            {"duration_s", std::to_string(opened.duration.count())},
                                            {"resumed", opened.resumed       ? "yes"
                                                        : opened.refused_old ? "no: AES no longer has it"
                                                                             : "no"}});
    keep(calls_.link_restored(now()));
    work_.opened(opened, steady());
    // The host itself says Ready when start() has ended.
    if (reconnect_.ready()) show();
}

void Client::ended() {
    work_.lost();
    // A restart knows by itself that there was a gap.
    if (!reconnect_.stopping()) keep(calls_.link_lost(heard_at_));
}

}  // namespace tandem::avaya_dmcc
