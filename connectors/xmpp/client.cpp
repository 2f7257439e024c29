#include "connectors/xmpp/client.hpp"

#include "connectors/xmpp/connection.hpp"
#include "connectors/xmpp/names.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tandem::xmpp {

using async::Task;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

// Stanzas that wait to be stored; with more the socket is not read.
constexpr std::size_t kMaxQueued = 512;
constexpr milliseconds kStopLimit{3'000};  // for what is on the way when the instance stops
constexpr milliseconds kLastWords{2'000};  // of a session that has ended
// What may come again after a restart came lately.
constexpr std::chrono::hours kRecall{1};
constexpr std::size_t kRecallEvents = 5'000;

async::BackoffOptions backoff_options(const Config& config) {
    return {.first = config.reconnect_first, .limit = std::max(config.reconnect_first, config.reconnect_limit)};
}

}  // namespace

Client::Client(Config config, net::TlsContext tls, connector::Host& host)
    : config_(std::move(config)),
      tls_(std::move(tls)),
      host_(host),
      account_{.jid = config_.address(), .component = config_.link == LinkMode::Component},
      backoff_(backoff_options(config_)) {}

Client::~Client() = default;

Task<Result<void>> Client::start() {
    const auto strand = co_await boost::asio::this_coro::executor;
    group_ = std::make_unique<async::TaskGroup>(strand, [this](std::exception_ptr error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& caught) {
            host_.failed(transient(std::string("xmpp: ") + caught.what()));
        }
    });
    co_await restore();
    group_->spawn(store_all());
    group_->spawn(run());
    while (!started_)
        co_await changed_.wait();
    co_return *started_;
}

Task<void> Client::restore() {
    const auto cursor = co_await host_.resume("");
    if (!cursor) host_.log().warn("how far the archive was read is not known", {{"error", cursor.error().text}});
    if (cursor && *cursor) place_ = parse_cursor(**cursor);
    auto events = co_await host_.recall(
        {.content_type = std::string(kEventType), .since = host_.clock().now() - kRecall, .limit = kRecallEvents});
    if (!events)
        host_.log().warn("earlier messages could not be recalled: corrections of them become messages of their own",
                         {{"error", events.error().text}});
    for (const auto& event : events.value_or(std::vector<journal::Event>())) {
        inbox_.restore(event);
        const auto stored = read_event(event.raw);
        if (stored && stored->kind == Kind::Sent) sent_.add(stored->message_id);
    }
}

Task<void> Client::stop() {
    stopping_ = true;
    changed_.notify_all();
    if (group_ == nullptr) co_return;
    const auto deadline = SteadyClock::now() + kStopLimit;
    const auto busy = [this] { return connection_ != nullptr && (!sending_.empty() || !queue_.empty()); };
    while (busy() && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    if (connection_ != nullptr) {
        connection_->session.close();
        drain(connection_);
    }
    while (connection_ != nullptr && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    give_up_doubts("the gateway stops");
    group_->cancel();
    co_await group_->join();
    connection_.reset();
    group_.reset();
}

Task<void> Client::run() {
    while (!stopping_) {
        Error error = co_await one_connection();
        if (stopping_) break;
        if (!started_) {
            started_ = fail(std::move(error));
            changed_.notify_all();
            co_return;
        }
        if (error.kind == ErrorKind::Auth || error.kind == ErrorKind::Config) {
            host_.failed(std::move(error));
            co_return;
        }
        const milliseconds wait = backoff_.next(jitter_.next(), error.retry_after);
        host_.state(connector::State::Failed, fmt::format("{}; connecting again in {} ms", error.text, wait.count()));
        co_await async::sleep_for(wait);
        // The server sends again what is not acknowledged: first store what is here.
        while (!queue_.empty())
            co_await changed_.wait();
    }
}

Task<Error> Client::one_connection() {
    auto link = co_await net::connect(link_target(config_, tls_));
    if (!link) co_return std::move(link.error());
    auto connection = std::make_shared<Connection>(std::move(*link), session_options(config_, fresh_nonce()), ledger_);
    connection_ = connection;
    Error error = co_await converse(connection);
    connection_.reset();
    if (connection->online) host_.count("disconnects");
    if (!ledger_.resumable()) doubt_all();
    changed_.notify_all();
    co_return error;
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
        while (!connection->ended) {
            if (connection->online && !connection->beginning) {
                connection->beginning = true;
                tasks.spawn(begin(connection, connection->online->resumed));
            }
            co_await changed_.wait();
        }
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
        while (queue_.size() >= kMaxQueued)
            co_await changed_.wait();
        octets.clear();
        const auto read = co_await connection->link->read(octets);
        if (read) {
            connection->session.receive(octets, SteadyClock::now());
        } else {
            connection->session.lost(read.error().text);
        }
        drain(connection);
        if (connection->wants_tls && !co_await secure(connection)) co_return;
    }
}

Task<bool> Client::secure(std::shared_ptr<Connection> connection) {
    connection->wants_tls = false;
    while (!connection->output.empty())
        co_await changed_.wait();
    auto secured = co_await connection->link->start_tls(tls_, config_.certificate_name());
    if (secured) {
        connection->session.secured(SteadyClock::now());
    } else {
        connection->ended = std::move(secured.error());
        connection->session.lost();
    }
    drain(connection);
    changed_.notify_all();
    co_return secured.has_value();
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
        changed_.notify_all();
    }
}

Task<void> Client::keep_time(std::shared_ptr<Connection> connection) {
    while (!connection->session.closed()) {
        connection->timer_at = std::min(connection->session.next_tick(), SteadyClock::now() + std::chrono::hours(1));
        co_await connection->wake.wait_until(connection->timer_at);
        connection->session.tick(SteadyClock::now());
        drain(connection);
    }
}

void Client::drain(const std::shared_ptr<Connection>& connection) {
    auto events = connection->session.take_events();
    for (SessionEvent& event : events)
        handle(connection, event);
    const std::string output = connection->session.take_output();
    connection->output += output;
    if (!output.empty() || connection->session.next_tick() < connection->timer_at) connection->wake.notify_all();
    if (!events.empty()) changed_.notify_all();
}

void Client::handle(const std::shared_ptr<Connection>& connection, SessionEvent& event) {
    if (std::holds_alternative<WantsTls>(event)) {
        connection->wants_tls = true;
    } else if (const auto* online = std::get_if<Online>(&event)) {
        came_online(connection, *online);
    } else if (auto* one = std::get_if<Received>(&event)) {
        received(connection, std::move(*one));
    } else if (const auto* acknowledged = std::get_if<Acknowledged>(&event)) {
        settle_upto(acknowledged->upto);
    } else if (const auto* closed = std::get_if<Closed>(&event)) {
        if (!connection->ended) connection->ended = closed->error;
    }
}

void Client::came_online(const std::shared_ptr<Connection>& connection, const Online& online) {
    connection->online = online;
    connection->processed = ledger_.handled();
    backoff_.reset();
    host_.count("sessions", online.resumed ? "resumed" : "new");
    if (online.resumed) return;
    account_.jid = online.jid;
    caught_up_ = false;
    doubt_all();
    if (!online.managed && config_.link == LinkMode::Client)
        host_.log().warn("the server has no stream management (XEP-0198): pings stand in for acknowledgements");
}

void Client::received(const std::shared_ptr<Connection>& connection, Received stanza) {
    const Element& one = stanza.stanza;
    const std::string_view type = one.attribute("type");
    if (one.name == "presence" && type == "subscribe" && config_.accept_contacts && connection->session.has_room()) {
        Element answer{.name = "presence", .ns = one.ns};
        answer.set("to", parse_jid(one.attribute("from")).bare()).set("type", "subscribed");
        if (account_.component) answer.set("from", one.attribute("to"));
        connection->session.send(answer, SteadyClock::now());
    }
    if (one.name == "iq" && (type == "result" || type == "error")) {
        const auto asked = connection->answers.find(std::string(one.attribute("id")));
        const Jid from = parse_jid(one.attribute("from"));
        const bool own_server = from.empty() || from.bare() == account_.bare() || from.full() == account_.jid.domain;
        if (asked != connection->answers.end() && own_server) asked->second = stanza;
    }
    queue_.push_back({std::move(stanza), connection, host_.clock().now()});
}

void Client::became_ready() {
    if (started_) host_.state(connector::State::Ready, "");
    if (!started_) started_ = Result<void>();
    changed_.notify_all();
}

}  // namespace tandem::xmpp
