// One connection of a Client with its session; private to client*.cpp.
#pragma once

#include "connectors/xmpp/client.hpp"

#include <map>

namespace tandem::xmpp {

struct Client::Sending {
    std::string id;
    StanzaNumber number = 0;
    bool doubtful = false;                   // of a session that could not be resumed
    std::optional<ArchivePlace> place = {};  // of the archive when it was sent
    bool abandoned = false;                  // send() has ended; an acknowledgement may still come
    std::optional<Result<void>> outcome = {};
};

struct Client::Connection {
    Connection(std::unique_ptr<net::Link> opened, SessionOptions options, Ledger& ledger)
        : link(std::move(opened)), session(std::move(options), ledger, std::chrono::steady_clock::now()) {}

    std::unique_ptr<net::Link> link;
    Session session;
    std::string output;
    async::Event wake;  // of the writer and the timer
    Session::Time timer_at{};
    bool wants_tls = false;
    bool beginning = false;
    std::optional<Online> online;
    std::map<std::string, std::optional<Received>> answers;  // of requests on their way
    std::uint64_t requests = 0;
    std::string query;  // of the archive, whose results are taken
    std::string last_archive_id;
    Instant last_stamp{};
    std::size_t own_seen = 0;    // messages of this gateway among the results
    StanzaNumber processed = 0;  // stanzas that are stored or of no interest
    std::optional<Error> ended;
};

}  // namespace tandem::xmpp
