// One connection of a Client with its session; private to client*.cpp.
#pragma once

#include "connectors/avaya_dmcc/client.hpp"
#include "core/net/conversation.hpp"

#include <memory>
#include <string>
#include <utility>

namespace tandem::avaya_dmcc {

struct Client::Connection final : net::Protocol {
    Connection(Client& of, std::unique_ptr<net::Link> link, std::string old_session, std::string at)
        : client(of),
          session(session_options(of.config_), std::move(old_session), std::chrono::steady_clock::now()),
          host(std::move(at)),
          conversation(std::move(link), *this) {}

    void receive(std::string_view octets, Time now) override;
    Time next_tick() const override;
    void tick(Time now) override;
    void lost(std::string_view why) override { session.lost(why); }
    void handle() override;
    std::string take_output() override { return session.take_output(); }
    std::optional<Error> ended() const override { return error; }
    void take_events();

    Client& client;
    Session session;
    const std::string host;
    net::Conversation conversation;
    bool was_online = false;
    std::optional<Error> error;  // why it has ended
};

}  // namespace tandem::avaya_dmcc
