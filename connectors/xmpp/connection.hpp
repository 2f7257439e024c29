// One connection of a Client with its session; private to client*.cpp.
#pragma once

#include "connectors/xmpp/client.hpp"
#include "core/net/conversation.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace tandem::xmpp {

struct Client::Sending {
    std::string id;
    StanzaNumber number = 0;
    bool doubtful = false;                   // of a session that could not be resumed
    std::optional<ArchivePlace> place = {};  // of the archive when it was sent
    bool abandoned = false;                  // send() has ended; an acknowledgement may still come
    std::optional<Result<void>> outcome = {};
};

struct Client::Connection final : net::Protocol, std::enable_shared_from_this<Client::Connection> {
    Connection(Client& of, std::unique_ptr<net::Link> link, SessionOptions options)
        : client(of),
          session(std::move(options), of.ledger_, std::chrono::steady_clock::now()),
          conversation(std::move(link), *this) {}

    void receive(std::string_view octets, Time now) override { session.receive(octets, now); }
    Time next_tick() const override { return session.next_tick(); }
    void tick(Time now) override { session.tick(now); }
    void lost(std::string_view why) override { session.lost(why); }
    void handle() override;
    std::string take_output() override { return session.take_output(); }
    std::optional<Error> ended() const override { return error; }
    async::Task<void> room() override;
    std::optional<StartTls> wants_tls() override;
    void secured(Time now) override { session.secured(now); }

    Client& client;
    Session session;
    net::Conversation conversation;
    bool asked_for_tls = false;
    std::optional<Online> online;
    std::map<std::string, std::optional<Received>> answers;  // of requests on their way
    std::uint64_t requests = 0;
    std::string query;  // of the archive, whose results are taken
    std::string last_archive_id;
    Instant last_stamp{};
    std::size_t own_seen = 0;    // messages of this gateway among the results
    StanzaNumber processed = 0;  // stanzas that are stored or of no interest
    std::optional<Error> error;  // why it has ended
};

}  // namespace tandem::xmpp
