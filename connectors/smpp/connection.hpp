// One connection of a Client with its session; private to client*.cpp.
#pragma once

#include "connectors/smpp/client.hpp"

#include <map>

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

struct Client::Connection {
    Connection(std::unique_ptr<net::Link> opened, SessionOptions options, std::uint64_t given)
        : link(std::move(opened)), session(std::move(options), std::chrono::steady_clock::now()), number(given) {}

    std::unique_ptr<net::Link> link;
    Session session;
    const std::uint64_t number;
    std::string output;
    async::Event wake;  // of the writer and the timer
    Session::Time timer_at{};
    std::map<std::uint32_t, Waiting*> waiting;
    bool tlvs = false;  // the peer takes them
    std::optional<Error> ended;
};

}  // namespace tandem::smpp
