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
std::string body_of(data::Value message) {
    std::string out(message.string_at("text").value_or(""));
    const auto media = message.get("media");
    if (!media.is_array()) return out;
    for (const auto& one : media.items()) {
        if (!out.empty()) out += '\n';
        out += one.string_at("url").value_or("");
    }
    return out;
}

}  // namespace

Result<Element> Client::stanza_of(const connector::Outgoing& outgoing) const {
    data::Arena arena;
    const auto message = data::parse_json(outgoing.message, arena);
    if (!message) return fail(rejected("the message cannot be read: " + message.error().text));
    const Jid to = parse_jid(message->get("to").string_at("value").value_or(""));
    if (to.empty()) return fail(rejected("the recipient is no XMPP address"));
    const std::string body = body_of(*message);
    if (body.empty()) return fail(rejected("there is neither text nor media"));
    const std::string space(account_.component ? ns::kComponent : ns::kClient);
    Element out = named("message", space);
    out.set("id", outgoing.id).set("to", to.bare()).set("type", "chat");
    if (account_.component) out.set("from", account_.bare());
    out.add(named("body", space, body));
    out.add(named("origin-id", ns::kSid).set("id", outgoing.id));
    const auto media = message->get("media");
    if (message->string_at("text").value_or("").empty() && media.is_array() && media.size() == 1) {
        Element link = named("x", ns::kOob);
        out.add(link.add(named("url", ns::kOob, body)));
    }
    if (config_.receipts) out.add(named("request", ns::kReceipts)).add(named("markable", ns::kMarkers));
    return out;
}

Task<Result<std::vector<connector::SentId>>> Client::send(connector::Outgoing outgoing) {
    auto stanza = stanza_of(outgoing);
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

// The archive or a copy shows a message of this gateway.
void Client::settle(std::string_view id) {
    sent_.add(std::string(id));
    for (Sending* one : sending_) {
        if (one->id == id && !one->outcome) one->outcome = Result<void>();
    }
    changed_.notify_all();
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
