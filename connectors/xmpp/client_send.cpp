// The sending half of a Client.
#include "connectors/xmpp/client.hpp"
#include "connectors/xmpp/connection.hpp"
#include "connectors/xmpp/names.hpp"
#include "core/data/json.hpp"

#include <algorithm>
#include <utility>

namespace tandem::xmpp {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

namespace {

Element named(std::string_view name, std::string_view space, std::string_view text = {}) {
    return {.name = std::string(name), .ns = std::string(space), .text = std::string(text)};
}

// Links stand below the text; one without text is told apart as a file (XEP-0066).
std::string body_of(data::Value document) {
    std::string out(document.string_at("text").value_or(""));
    const auto links = document.get("links");
    if (!links.is_array()) return out;
    for (const auto& link : links.items()) {
        if (!link.is_string()) continue;
        if (!out.empty()) out += '\n';
        out += link.as_string();
    }
    return out;
}

}  // namespace

// Of the document that the pack makes of a message (README.md).
Result<Element> Client::stanza_of(std::string_view id, std::string_view text) const {
    data::Arena arena;
    const auto document = data::parse_json(text, arena);
    if (!document || !document->is_object()) return fail(rejected("the pack's request is no JSON object"));
    const Jid to = parse_jid(document->string_at("to").value_or(""));
    if (to.empty()) return fail(rejected("the recipient is no XMPP address"));
    const std::string body = body_of(*document);
    if (body.empty()) return fail(rejected("there is nothing to say"));
    const std::string space(account_.component ? ns::kComponent : ns::kClient);
    Element out = named("message", space);
    out.set("id", id).set("to", to.bare()).set("type", "chat");
    if (account_.component) out.set("from", account_.bare());
    out.add(named("body", space, body));
    out.add(named("origin-id", ns::kSid).set("id", id));
    const auto links = document->get("links");
    if (document->string_at("text").value_or("").empty() && links.is_array() && links.size() == 1)
        out.add(named("x", ns::kOob).add(named("url", ns::kOob, body)));
    if (const auto thread = document->string_at("thread"); thread && !thread->empty())
        out.add(named("thread", space, *thread));
    if (config_.receipts) out.add(named("request", ns::kReceipts)).add(named("markable", ns::kMarkers));
    return out;
}

Task<Result<std::vector<connector::SentId>>> Client::send(connector::Outgoing outgoing) {
    if (host_.sender() == nullptr) co_return fail(config_error("the pack has no `send`"));
    auto made = host_.sender()->request(outgoing);
    if (!made) co_return fail(std::move(made.error()));
    auto stanza = stanza_of(outgoing.id, made->body);
    if (!stanza) co_return fail(std::move(stanza.error()));
    const std::vector<connector::SentId> ids{{name_space_of(account_), outgoing.id}};
    // An operator sends again what was unknown; the server had it.
    if (sent_.contains(outgoing.id)) co_return ids;
    const auto connection = connection_;
    if (connection == nullptr || !connection->session.online() || stopping_)
        co_return fail(transient("there is no connection to the server"));
    if (!connection->session.has_room())
        co_return fail(throttled("the server has too much to acknowledge", std::chrono::seconds(1)));
    Sending sending{.id = outgoing.id, .place = place_};
    sending.number = connection->session.send(*stanza, SteadyClock::now());
    drain(connection);
    const auto entry = sending_.insert(sending_.end(), &sending);
    struct Leave {
        std::list<Sending*>& list;
        std::list<Sending*>::iterator at;
        ~Leave() { list.erase(at); }
    } leave{sending_, entry};
    const auto deadline = SteadyClock::now() + config_.send_timeout;
    while (!sending.outcome && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    if (!sending.outcome) co_return fail(unknown_outcome("the server does not acknowledge the message"));
    if (!*sending.outcome) co_return fail(std::move(sending.outcome->error()));
    sent_.add(outgoing.id);
    co_return ids;
}

void Client::settle_upto(StanzaNumber upto) {
    for (Sending* one : sending_) {
        if (!one->doubtful && !one->outcome && static_cast<std::int32_t>(one->number - upto) <= 0)
            one->outcome = Result<void>();
    }
}

// The archive or a copy shows a message of this gateway, perhaps of an earlier run.
Task<void> Client::settle(std::string id) {
    sent_.add(id);
    bool waited_for = false;
    for (Sending* one : sending_) {
        if (one->id != id) continue;
        waited_for = true;
        if (!one->outcome) one->outcome = Result<void>();
    }
    changed_.notify_all();
    if (waited_for) co_return;
    const auto written = co_await host_.confirm({.id = id, .ids = {{name_space_of(account_), id}}});
    if (!written)
        host_.log().warn("a message stays in doubt although it was confirmed", {{"error", written.error().text}});
}

// The session that they were sent in cannot come back.
void Client::doubt_all() {
    for (Sending* one : sending_)
        one->doubtful = true;
    if (!config_.archive) give_up_doubts("the link was lost before the server acknowledged the message");
}

void Client::give_up_doubts(std::string_view why) {
    for (Sending* one : sending_) {
        const bool over = one->doubtful || stopping_;
        if (over && !one->outcome) one->outcome = fail(unknown_outcome(std::string(why)));
    }
    changed_.notify_all();
}

}  // namespace tandem::xmpp
