// From a Client's queue into the journal, in the order of arrival. The server is told that a stanza is handled only
// after the commit that holds it.
#include "connectors/xmpp/client.hpp"
#include "connectors/xmpp/connection.hpp"
#include "connectors/xmpp/names.hpp"

#include <algorithm>
#include <utility>

namespace tandem::xmpp {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kMaxBatch = 200;
constexpr std::chrono::milliseconds kStoreRetry{1'000};

}  // namespace

Task<void> Client::store_all() {
    for (;;) {
        while (queue_.empty())
            co_await changed_.wait();
        co_await store_some();
        changed_.notify_all();
    }
}

Task<void> Client::store_some() {
    const std::size_t count = std::min(queue_.size(), kMaxBatch);
    std::vector<Inbox::Taken> taken;
    connector::Batch batch;
    std::optional<ArchivePlace> place;
    for (std::size_t i = 0; i < count; ++i) {
        const Queued& one = queue_[i];
        taken.push_back(inbox_.take(one.stanza.stanza, one.stanza.xml, account_, one.at));
        Inbox::Taken& last = taken.back();
        host_.count("stanzas", last.what);
        if (last.event) batch.events.push_back(std::move(*last.event));
        // While the archive is being read, what comes live says nothing about what lies before it.
        const Instant at = last.stamp.value_or(one.at);
        const bool onward = !place_ || at >= place_->since;
        if (caught_up_ && onward && last.query.empty() && !last.archive_id.empty())
            place = ArchivePlace{.after = last.archive_id, .since = at};
    }
    if (place) batch.after = to_cursor(place->after, place->since);
    const bool something = !batch.events.empty() || batch.after;
    if (something && !co_await emit(std::move(batch))) co_return;
    if (place) place_ = std::move(place);
    for (std::size_t i = 0; i < count; ++i) {
        const Queued& one = queue_[i];
        const auto& connection = one.from;
        connection->processed = one.stanza.number;
        if (!taken[i].query.empty() && taken[i].query == connection->query && taken[i].stamp)
            connection->last_stamp = *taken[i].stamp;
        if (!taken[i].own_id.empty()) {
            settle(taken[i].own_id);
            if (!taken[i].query.empty() && taken[i].query == connection->query) ++connection->own_seen;
        }
        if (connection == connection_ && connection->session.online()) confirm(connection, taken[i], one.stanza.stanza);
    }
    const auto connection = queue_[count - 1].from;
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    // Also of a connection that is lost: a resumed stream then begins behind it.
    connection->session.handled(connection->processed);
    if (connection == connection_) connection->conversation.advance();
}

// Until there is room; false when the instance stops meanwhile.
Task<bool> Client::emit(connector::Batch batch) {
    for (bool told = false;;) {
        connector::Batch copy = batch;
        const auto stored = co_await host_.emit(std::move(copy));
        if (stored) {
            if (told) host_.state(connector::State::Ready, "");
            co_return true;
        }
        if (reconnect_.stopping()) co_return false;
        if (stored.error().kind == ErrorKind::Config && batch.after) {
            host_.log().error("how far the archive was read is not kept", {{"error", stored.error().text}});
            batch.after.reset();
            if (batch.events.empty()) co_return true;
            continue;
        }
        if (!told) host_.log().error("messages are not stored", {{"error", stored.error().text}});
        host_.state(connector::State::Degraded, "messages are not stored: " + stored.error().text);
        told = true;
        co_await async::sleep_for(kStoreRetry);
    }
}

// XEP-0184: the sender learns that the message has arrived.
void Client::confirm(const std::shared_ptr<Connection>& connection, const Inbox::Taken& taken, const Element& stanza) {
    if (!taken.confirm || !config_.confirm_receipts || !connection->session.has_room()) return;
    Element received{.name = "received", .ns = std::string(ns::kReceipts)};
    received.set("id", taken.confirm->second);
    Element message{.name = "message", .ns = stanza.ns};
    message.set("to", taken.confirm->first).set("type", "chat");
    if (account_.component) message.set("from", stanza.attribute("to"));
    message.add(std::move(received)).add({.name = "store", .ns = std::string(ns::kHints)});
    connection->session.send(message, SteadyClock::now());
}

}  // namespace tandem::xmpp
