#include "connectors/xmpp/client.hpp"

#include "connectors/xmpp/connection.hpp"
#include "connectors/xmpp/names.hpp"

#include <boost/asio/this_coro.hpp>

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
// What may come again after a restart came lately.
constexpr std::chrono::hours kRecall{1};
constexpr std::size_t kRecallEvents = 5'000;

}  // namespace

Client::Client(Config config, net::TlsContext tls, connector::Host& host)
    : config_(std::move(config)),
      tls_(std::move(tls)),
      host_(host),
      account_{.jid = config_.address(), .component = config_.link == LinkMode::Component},
      reconnect_(host, config_.reconnect_first, config_.reconnect_limit) {}

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
    group_->spawn(reconnect_.run([this] { return one_connection(); }));
    co_return co_await reconnect_.first_outcome();
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
    reconnect_.stop();
    changed_.notify_all();
    if (group_ == nullptr) co_return;
    const auto deadline = SteadyClock::now() + kStopLimit;
    const auto busy = [this] { return connection_ != nullptr && (!sending_.empty() || !queue_.empty()); };
    while (busy() && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    if (connection_ != nullptr) {
        connection_->session.close();
        connection_->conversation.advance();
    }
    while (connection_ != nullptr && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    give_up_doubts("the gateway stops");
    group_->cancel();
    co_await group_->join();
    connection_.reset();
    group_.reset();
}

Task<Error> Client::one_connection() {
    // The server sends again what is not acknowledged: first store what is here.
    while (!queue_.empty())
        co_await changed_.wait();
    auto link = co_await net::connect(link_target(config_, tls_));
    if (!link) co_return std::move(link.error());
    auto connection = std::make_shared<Connection>(*this, std::move(*link), session_options(config_, fresh_nonce()));
    connection_ = connection;
    Error error = co_await connection->conversation.run();
    connection_.reset();
    if (connection->online) host_.count("disconnects");
    if (!ledger_.resumable()) doubt_all();
    changed_.notify_all();
    co_return error;
}

void Client::Connection::handle() {
    auto events = session.take_events();
    for (SessionEvent& event : events)
        client.handle(shared_from_this(), event);
    if (!events.empty()) client.changed_.notify_all();
}

Task<void> Client::Connection::room() {
    while (client.queue_.size() >= kMaxQueued)
        co_await client.changed_.wait();
}

std::optional<net::Protocol::StartTls> Client::Connection::wants_tls() {
    if (!std::exchange(asked_for_tls, false)) return std::nullopt;
    return StartTls{.context = client.tls_, .name = client.config_.certificate_name()};
}

void Client::handle(const std::shared_ptr<Connection>& connection, SessionEvent& event) {
    if (std::holds_alternative<WantsTls>(event)) {
        connection->asked_for_tls = true;
    } else if (const auto* online = std::get_if<Online>(&event)) {
        came_online(connection, *online);
    } else if (auto* one = std::get_if<Received>(&event)) {
        received(connection, std::move(*one));
    } else if (const auto* acknowledged = std::get_if<Acknowledged>(&event)) {
        settle_upto(acknowledged->upto);
    } else if (const auto* closed = std::get_if<Closed>(&event)) {
        if (!connection->error) connection->error = closed->error;
    }
}

void Client::came_online(const std::shared_ptr<Connection>& connection, const Online& online) {
    connection->online = online;
    connection->processed = ledger_.handled();
    connection->conversation.spawn(begin(connection, online.resumed));
    reconnect_.let_in();
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
    if (reconnect_.ready()) host_.state(connector::State::Ready, "");
    changed_.notify_all();
}

}  // namespace tandem::xmpp
