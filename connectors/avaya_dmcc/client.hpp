// An instance of the avaya_dmcc connector: keeps one session with an AES, sets up its monitors, makes calls of the
// events and those durable, and finds out after a gap what became of the calls.
#pragma once

#include "connectors/avaya_dmcc/calls.hpp"
#include "connectors/avaya_dmcc/config.hpp"
#include "connectors/avaya_dmcc/outbox.hpp"
#include "connectors/avaya_dmcc/session.hpp"
#include "connectors/avaya_dmcc/work.hpp"
#include "core/async/task_group.hpp"
#include "core/async/wait.hpp"
#include "core/connector/connector.hpp"
#include "core/connector/reconnect.hpp"
#include "core/net/tls.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tandem::avaya_dmcc {

inline constexpr std::string_view kEventType = "application/vnd.tandem.call+json";
inline constexpr std::string_view kCallStream = "calls";
inline constexpr std::string_view kSessionStream = "session";

class Client final : public connector::Instance {
public:
    // `tls` may be empty when the configuration wants none.
    Client(Config config, std::vector<Target> targets, net::TlsContext tls, connector::Host& host);
    ~Client() override;

    // Success: the session is there; monitors are set up behind it.
    async::Task<Result<void>> start() override;
    async::Task<void> stop() override;

private:
    struct Connection;  // one connection with its session

    async::Task<Error> try_hosts();
    struct Outcome {
        Error error;
        bool was_online = false;
    };
    async::Task<Outcome> one_connection(std::size_t host);
    void handle(Connection& connection, SessionEvent& event);
    void opened(Connection& connection, const Opened& opened);
    void ended();

    // What AES says, into calls (client_events.cpp).
    void told(Element root, Instant at);
    void call_event(CallEvent event);
    void drain_work();
    void handle_work(WorkEvent& event);
    void link_changed(const LinkChanged& change);

    // From calls into the journal, and what is shown (client_store.cpp).
    async::Task<void> restore_session();
    async::Task<void> restore_calls();
    async::Task<void> store_all();
    async::Task<void> keep_cursor();
    async::Task<bool> emit(connector::Batch batch);
    async::Task<void> watch();
    void keep(CallRecords records);
    void look();
    void count_calls();
    void show();
    std::string trouble() const;

    Session::Time steady() const { return std::chrono::steady_clock::now(); }
    Instant now() const { return host_.clock().now(); }

    const Config config_;
    const net::TlsContext tls_;
    connector::Host& host_;
    Work work_;
    Calls calls_;
    Outbox outbox_;
    std::unique_ptr<async::TaskGroup> group_;
    std::shared_ptr<Connection> connection_;  // while there is one
    async::Event changed_;                    // of anything that a task waits for
    connector::Reconnect reconnect_;
    std::size_t host_index_ = 0;               // of the AES in use
    std::string session_host_, session_id_;    // to be claimed after a lost link
    std::optional<connector::Cursor> cursor_;  // to be kept
    Instant heard_at_{};                       // when AES last said something
    Session::Time look_at_{};                  // when calls are looked at of which no monitor tells
    CallCounters counted_;
    std::string not_stored_;  // why
    std::string shown_;
    bool restored_ = false;
};

// Opens a session and ends it: `tandem check --connect`. A text for people.
async::Task<Result<std::string>> probe(Config config, net::TlsContext tls);

}  // namespace tandem::avaya_dmcc
