// One connection of a Client with its session; private to client*.cpp.
#pragma once

#include "connectors/smpp/client.hpp"
#include "core/net/conversation.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace tandem::smpp {

struct Client::Waiting {
    std::optional<Result<std::optional<std::string>>> outcome;
    async::Event settled;
};

struct Client::Trace {
    std::uint64_t connection = 0;
    std::uint32_t sequence = 0;
    std::optional<std::uint16_t> reference;
};

struct Client::Connection final : net::Protocol, std::enable_shared_from_this<Client::Connection> {
    Connection(Client& of, std::unique_ptr<net::Link> link, SessionOptions options, std::uint64_t given)
        : client(of),
          session(std::move(options), std::chrono::steady_clock::now()),
          number(given),
          conversation(std::move(link), *this) {}

    void receive(std::string_view octets, Time now) override { session.receive(octets, now); }
    Time next_tick() const override { return session.next_tick(); }
    void tick(Time now) override { session.tick(now); }
    void lost(std::string_view) override { session.lost(); }
    void handle() override;
    std::string take_output() override { return session.take_output(); }
    std::optional<Error> ended() const override { return error; }
    async::Task<void> room() override;

    Client& client;
    Session session;
    const std::uint64_t number;
    net::Conversation conversation;
    std::map<std::uint32_t, Waiting*> waiting;
    bool tlvs = false;           // the peer takes them
    std::optional<Error> error;  // why it has ended
};

}  // namespace tandem::smpp
