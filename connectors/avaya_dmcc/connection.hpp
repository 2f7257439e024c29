// One connection of a Client with its session; private to client*.cpp.
#pragma once

#include "connectors/avaya_dmcc/client.hpp"
#include "core/net/link.hpp"

namespace tandem::avaya_dmcc {

struct Client::Connection {
    Connection(std::unique_ptr<net::Link> opened, SessionOptions options, std::string old_session, std::string of)
        : link(std::move(opened)),
          session(std::move(options), std::move(old_session), std::chrono::steady_clock::now()),
          host(std::move(of)) {}

    std::unique_ptr<net::Link> link;
    Session session;
    const std::string host;
    std::string output;
    async::Event wake;  // of the writer and the timer
    Session::Time timer_at{};
    bool was_online = false;
    std::optional<Error> ended;
};

}  // namespace tandem::avaya_dmcc
