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

// Messages wait at most a few days before they are sent.
constexpr std::chrono::hours kLookBack{72};
constexpr unsigned kMaxPages = 100;

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
    auto stanza = stanza_for(outgoing);
    if (!stanza) co_return fail(std::move(stanza.error()));
    const std::vector<connector::SentId> ids{{name_space_of(account_), outgoing.id}};
    // An operator sends again what was unknown; the server had it.
    if (sent_.contains(outgoing.id)) co_return ids;
    const auto connection = connection_;
    if (connection == nullptr || !connection->session.online() || reconnect_.stopping())
        co_return fail(transient("there is no connection to the server"));
    if (!connection->session.has_room())
        co_return fail(throttled("the server has too much to acknowledge", std::chrono::seconds(1)));
    const auto sending = std::make_shared<Sending>(Sending{.id = outgoing.id, .place = place_});
    sending->number = connection->session.send(*stanza, SteadyClock::now());
    sending_.push_back(sending);
    connection->conversation.advance();
    const auto deadline = SteadyClock::now() + config_.send_timeout;
    const std::shared_ptr<void> leave(nullptr, [&](void*) {
        sending->abandoned = true;
        if (sending->outcome) sending_.remove(sending);
    });
    while (!sending->outcome && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    if (!sending->outcome) co_return fail(unknown_outcome("the server does not acknowledge the message"));
    if (!*sending->outcome) co_return fail(std::move(sending->outcome->error()));
    co_return ids;
}

Result<Element> Client::stanza_for(const connector::Outgoing& outgoing) const {
    if (host_.sender() == nullptr) return fail(config_error("the pack has no `send`"));
    const auto made = host_.sender()->request(outgoing);
    if (!made) return fail(made.error());
    return stanza_of(outgoing.id, made->body);
}

Task<Result<connector::Resolution>> Client::resolve(connector::Outgoing outgoing) {
    const auto stanza = stanza_for(outgoing);
    if (!stanza) co_return fail(stanza.error());
    const connector::Resolution taken{{{name_space_of(account_), outgoing.id}}};
    if (sent_.contains(outgoing.id)) co_return taken;
    const auto connection = connection_;
    if (connection == nullptr || !connection->session.online() || !caught_up_)
        co_return fail(transient("there is no connection to the server, or its archive is still being read"));
    if (!account_.archive) co_return fail(unknown_outcome("the server keeps no archive"));
    if (on_its_way(outgoing.id)) co_return fail(transient("the server may still acknowledge the message"));
    const auto deadline = SteadyClock::now() + config_.send_timeout;
    while (looking_up_ && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    if (looking_up_) co_return fail(transient("the archive is busy"));
    looking_up_ = true;
    const std::shared_ptr<void> leave(nullptr, [this](void*) {
        looking_up_ = false;
        changed_.notify_all();
    });
    const auto others = co_await look_up(connection, outgoing.id, std::string(stanza->attribute("to")));
    if (sent_.contains(outgoing.id)) co_return taken;
    if (!others) co_return fail(others.error());
    // Servers may be told not to archive a conversation: what is not there was then perhaps sent.
    if (!*others) co_return fail(unknown_outcome("the archive has nothing of ours to this address"));
    co_return connector::Resolution();
}

// Whether the archive has messages of this gateway to the address. What it finds is settled on the way.
Task<Result<bool>> Client::look_up(std::shared_ptr<Connection> connection, std::string id, std::string with) {
    ArchivePlace place{.after = {}, .since = host_.clock().now() - kLookBack};
    connection->own_seen = 0;
    for (unsigned pages = 0; pages < kMaxPages; ++pages) {
        const auto page = co_await read_archive(connection, place, with);
        if (!page) co_return fail(page.error());
        if (sent_.contains(id) || page->complete || page->last.empty()) co_return connection->own_seen > 0;
        place.after = page->last;
    }
    co_return fail(unknown_outcome("there is too much in the archive to look through"));
}

bool Client::on_its_way(std::string_view id) const {
    return std::ranges::any_of(sending_, [&](const auto& one) { return one->id == id && !one->outcome; });
}

void Client::settle_upto(StanzaNumber upto) {
    for (const auto& one : sending_) {
        if (one->doubtful || one->outcome || static_cast<std::int32_t>(one->number - upto) > 0) continue;
        one->outcome = Result<void>();
        sent_.add(one->id);
    }
    std::erase_if(sending_, [](const auto& one) { return one->abandoned && one->outcome; });
}

// The archive or a copy shows a message of this gateway, perhaps of an earlier run.
void Client::settle(const std::string& id) {
    sent_.add(id);
    for (const auto& one : sending_) {
        if (one->id == id && !one->outcome) one->outcome = Result<void>();
    }
    std::erase_if(sending_, [](const auto& one) { return one->abandoned && one->outcome; });
    changed_.notify_all();
}

// The session that they were sent in cannot come back.
void Client::doubt_all() {
    std::erase_if(sending_, [](const auto& one) { return one->abandoned; });
    for (const auto& one : sending_)
        one->doubtful = true;
    if (!config_.archive) give_up_doubts("the link was lost before the server acknowledged the message");
}

void Client::give_up_doubts(std::string_view why) {
    for (const auto& one : sending_) {
        const bool over = one->doubtful || reconnect_.stopping();
        if (over && !one->outcome) one->outcome = fail(unknown_outcome(std::string(why)));
    }
    changed_.notify_all();
}

}  // namespace tandem::xmpp
