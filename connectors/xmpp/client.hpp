// An instance of the xmpp connector: keeps one stream with the server, makes what comes durable before it is
// acknowledged, reads what it missed from the archive, and sends.
#pragma once

#include "connectors/xmpp/archive.hpp"
#include "connectors/xmpp/config.hpp"
#include "connectors/xmpp/inbox.hpp"
#include "connectors/xmpp/session.hpp"
#include "core/async/task_group.hpp"
#include "core/async/wait.hpp"
#include "core/connector/connector.hpp"
#include "core/connector/reconnect.hpp"
#include "core/net/tls.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tandem::xmpp {

class Client final : public connector::Instance {
public:
    // `tls` may be empty when the configuration wants none.
    Client(Config config, net::TlsContext tls, connector::Host& host);
    ~Client() override;

    // Success: logged in; reading the archive goes on behind it.
    async::Task<Result<void>> start() override;
    // Returns when the server has acknowledged the message. Transient: it was not sent. UnknownOutcome: the link was
    // lost, or time passed, before the acknowledgement, and neither the resumed stream nor the archive knows it.
    async::Task<Result<std::vector<connector::SentId>>> send(connector::Outgoing outgoing) override;
    // Looks for the message in the archive. nullopt: it is not there, and others of ours to the same address are.
    async::Task<Result<connector::Resolution>> resolve(connector::Outgoing outgoing) override;
    async::Task<void> stop() override;

private:
    struct Connection;
    struct Sending;  // a message that waits for its acknowledgement
    struct Queued {
        Received stanza;
        std::shared_ptr<Connection> from;
        Instant at{};
    };

    async::Task<void> restore();
    async::Task<Error> one_connection();
    void handle(const std::shared_ptr<Connection>& connection, SessionEvent& event);
    void came_online(const std::shared_ptr<Connection>& connection, const Online& online);
    void received(const std::shared_ptr<Connection>& connection, Received stanza);
    void became_ready();

    // What a new session needs besides the login (client_session.cpp).
    async::Task<void> begin(std::shared_ptr<Connection> connection, bool resumed);
    async::Task<Result<Received>> request(std::shared_ptr<Connection> connection, Element iq);
    async::Task<void> look_around(std::shared_ptr<Connection> connection);
    async::Task<Result<void>> catch_up(std::shared_ptr<Connection> connection);
    async::Task<Result<ArchivePage>> read_archive(std::shared_ptr<Connection> connection,
                                                  ArchivePlace place,
                                                  std::string with);
    async::Task<void> keep_place(std::string archive_id, Instant at);
    ArchivePlace first_place() const;

    // From the queue into the journal (client_store.cpp).
    async::Task<void> store_all();
    async::Task<void> store_some();
    async::Task<bool> emit(connector::Batch batch);
    void confirm(const std::shared_ptr<Connection>& connection, const Inbox::Taken& taken, const Element& stanza);

    // Sending (client_send.cpp).
    Result<Element> stanza_for(const connector::Outgoing& outgoing) const;
    Result<Element> stanza_of(std::string_view id, std::string_view document) const;
    void settle_upto(StanzaNumber upto);
    void settle(const std::string& id);
    bool on_its_way(std::string_view id) const;
    async::Task<Result<bool>> look_up(std::shared_ptr<Connection> connection, std::string id, std::string with);
    void doubt_all();
    void give_up_doubts(std::string_view why);

    const Config config_;
    const net::TlsContext tls_;
    connector::Host& host_;
    Ledger ledger_;
    Inbox inbox_;
    Account account_;
    std::unique_ptr<async::TaskGroup> group_;
    std::shared_ptr<Connection> connection_;  // while there is one
    std::deque<Queued> queue_;
    async::Event changed_;  // of anything that a task waits for
    connector::Reconnect reconnect_;
    std::list<std::shared_ptr<Sending>> sending_;
    Recent sent_{10'000};                // ids that the server is known to have
    std::optional<ArchivePlace> place_;  // how far the archive has been read
    bool caught_up_ = false;
    bool looking_up_ = false;
};

// Logs in and out: `tandem check --connect`.
async::Task<Result<void>> probe(Config config, net::TlsContext tls);

}  // namespace tandem::xmpp
