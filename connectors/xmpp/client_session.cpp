// What a Client does with a new session: presence, copies, and what it missed from the archive.
#include "connectors/xmpp/client.hpp"
#include "connectors/xmpp/connection.hpp"
#include "connectors/xmpp/names.hpp"

#include <algorithm>

namespace tandem::xmpp {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds kAnswerLimit{30};
// Stamps of an archive have whole seconds, and clocks differ.
constexpr std::chrono::minutes kOverlap{1};
constexpr std::chrono::seconds kArchiveRetry{30};

Element named(std::string_view name, std::string_view space) {
    return {.name = std::string(name), .ns = std::string(space)};
}

bool announces_archive(const Element& iq) {
    const Element* query = iq.child("query", ns::kDisco);
    return query != nullptr && std::ranges::any_of(query->children, [](const Element& child) {
               return child.is("feature", ns::kDisco) && child.attribute("var") == ns::kMam;
           });
}

}  // namespace

Task<void> Client::begin(std::shared_ptr<Connection> connection, bool resumed) {
    if (!resumed && !account_.component) co_await look_around(connection);
    if (connection->session.closed()) co_return;
    became_ready();
    if (caught_up_) co_return;
    while (account_.archive && !connection->session.closed()) {
        const auto done = co_await catch_up(connection);
        if (done) break;
        host_.state(connector::State::Degraded, done.error().text);
        co_await async::sleep_for(kArchiveRetry);
    }
    if (connection->session.closed()) co_return;
    caught_up_ = true;
    give_up_doubts(account_.archive ? "the link was lost, and the archive does not have the message"
                                    : "the link was lost before the server acknowledged the message");
    became_ready();
}

// Whether there is an archive; copies of what other clients do; presence, which makes the server deliver.
Task<void> Client::look_around(std::shared_ptr<Connection> connection) {
    account_.archive = false;
    if (config_.archive) {
        Element disco = named("iq", ns::kClient);
        disco.set("type", "get").set("to", account_.bare()).add(named("query", ns::kDisco));
        const auto answer = co_await request(connection, std::move(disco));
        account_.archive = answer && announces_archive(answer->stanza);
        if (answer && !account_.archive)
            host_.log().warn(
                "the server keeps no archive (XEP-0313): what comes while the gateway is away may be lost");
    }
    if (config_.carbons) {
        Element carbons = named("iq", ns::kClient);
        carbons.set("type", "set").add(named("enable", ns::kCarbons));
        const auto answer = co_await request(connection, std::move(carbons));
        if (answer && answer->stanza.attribute("type") == "error")
            host_.log().warn("the server makes no copies (XEP-0280): what other clients send is not seen at once");
    }
    if (!connection->session.online()) co_return;
    connection->session.send(named("presence", ns::kClient), SteadyClock::now());
    connection->conversation.advance();
}

// Failure: Transient, no answer in time or the stream has ended.
Task<Result<Received>> Client::request(std::shared_ptr<Connection> connection, Element iq) {
    if (!connection->session.online()) co_return fail(transient("the stream has ended"));
    const std::string id = "tandem-" + std::to_string(++connection->requests);
    iq.set("id", id);
    auto& answer = connection->answers[id];
    connection->session.send(iq, SteadyClock::now());
    connection->conversation.advance();
    const auto deadline = SteadyClock::now() + kAnswerLimit;
    while (!answer && !connection->session.closed() && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    Result<Received> out = fail(transient("the server does not answer a request"));
    if (answer) out = std::move(*answer);
    connection->answers.erase(id);
    co_return out;
}

Task<Result<void>> Client::catch_up(std::shared_ptr<Connection> connection) {
    ArchivePlace place = first_place();
    for (;;) {
        auto page = co_await read_archive(connection, place, {});
        if (!page) co_return fail(std::move(page.error()));
        if (page->unknown_place) {
            if (place.after.empty()) co_return fail(transient("the archive does not find a moment"));
            host_.log().warn("the archive no longer has the last message seen: reading by time");
            place = {.after = {}, .since = place.since - kOverlap};
            continue;
        }
        const bool last_page = page->complete || page->last.empty();
        if (!page->last.empty()) co_await keep_place(page->last, connection->last_stamp);
        if (last_page) co_return Result<void>();
        if (page->last == place.after) co_return fail(transient("the archive gives the same page again"));
        host_.state(connector::State::Degraded, "reads from the archive what it missed");
        place = {.after = page->last, .since = connection->last_stamp};
    }
}

// A page, when all of it is stored.
Task<Result<ArchivePage>> Client::read_archive(std::shared_ptr<Connection> connection,
                                               ArchivePlace place,
                                               std::string with) {
    connection->query = "q" + std::to_string(connection->requests + 1);
    connection->last_stamp = place.since;
    auto answer = co_await request(
        connection, archive_query(connection->query, place, with, static_cast<unsigned>(config_.page_size)));
    if (!answer) co_return fail(std::move(answer.error()));
    const StanzaNumber number = answer->number;
    while (static_cast<std::int32_t>(connection->processed - number) < 0 && !connection->session.closed())
        co_await changed_.wait();
    if (connection->session.closed()) co_return fail(transient("the stream has ended"));
    co_return read_page(answer->stanza);
}

// Where reading begins: at our place; before that if a message is looked for that was sent earlier.
ArchivePlace Client::first_place() const {
    ArchivePlace out{.after = {}, .since = host_.clock().now() - config_.backfill};
    if (place_) out = *place_;
    for (const auto& one : sending_) {
        if (one->doubtful && one->place && one->place->since < out.since) out = *one->place;
    }
    return out;
}

// From here on the archive is read when the gateway comes back.
Task<void> Client::keep_place(std::string archive_id, Instant at) {
    place_ = ArchivePlace{.after = archive_id, .since = at};
    connector::Batch batch;
    batch.after = to_cursor(archive_id, at);
    const auto kept = co_await host_.emit(std::move(batch));
    if (!kept) host_.log().warn("how far the archive was read is not kept", {{"error", kept.error().text}});
}

}  // namespace tandem::xmpp
