// An instance of the smpp connector: keeps one session with the message centre, makes what comes durable before it is
// answered, and submits what it is given.
#pragma once

#include "connectors/smpp/config.hpp"
#include "connectors/smpp/doubts.hpp"
#include "connectors/smpp/inbox.hpp"
#include "connectors/smpp/session.hpp"
#include "core/async/task_group.hpp"
#include "core/async/wait.hpp"
#include "core/connector/connector.hpp"
#include "core/connector/reconnect.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tandem::smpp {

struct OutgoingText {
    std::string to;    // E.164 with or without plus, or a short code
    std::string text;  // UTF-8
    std::string from;  // empty: source_address of the options
    std::optional<std::chrono::seconds> validity;
    std::string message{};  // Outgoing::id: what resolve() asks by; empty: nobody asks
};

// What became of it. `ids` are the centre's, one for each part that it took, in the form that receipts have too.
struct SubmitOutcome {
    std::vector<std::string> ids;
    std::size_t parts = 0;
    // None: the centre took every part. UnknownOutcome: at least one part may or may not have been taken. Transient,
    // Throttled: no part was taken.
    std::optional<Error> error;
};

class Client final : public connector::Instance {
public:
    Client(Config config, net::TlsContext tls, connector::Host& host);
    ~Client() override;

    // Success: bound.
    async::Task<Result<void>> start() override;
    // A text to a `tel` point. The ids are in the name space of the receipts.
    async::Task<Result<std::vector<connector::SentId>>> send(connector::Outgoing outgoing) override;
    // From memory: what an answer after its time or a receipt has told since.
    async::Task<Result<connector::Resolution>> resolve(connector::Outgoing outgoing) override;
    async::Task<void> stop() override;

    // Sends a text in as many parts as it needs. On the instance's strand, many at once; `window` bounds what is on the
    // way. Waits for room, and while the centre throttles, at most response_timeout and never longer than the host
    // waits for send().
    async::Task<SubmitOutcome> submit(OutgoingText message);

private:
    struct Connection;  // one connection with its session
    struct Waiting;     // a submit that waits for its answer
    struct Trace;       // where a part went

    async::Task<void> recall();
    async::Task<Error> one_connection();
    void handle(const std::shared_ptr<Connection>& connection, SessionEvent& event);
    async::Task<void> deliver(std::shared_ptr<Connection> connection, Delivered delivered);
    async::Task<bool> store(const Inbox::Taken& taken);
    async::Task<void> give_up_parts();
    Result<std::vector<Pdu>> pdus_of(const OutgoingText& message);
    // The centre's id, if it gave one.
    async::Task<Result<std::optional<std::string>>> submit_part(Pdu pdu, Session::Time deadline, Trace& trace);
    async::Task<Result<std::optional<std::string>>> submit_once(std::shared_ptr<Connection> connection,
                                                                Pdu pdu,
                                                                Trace& trace);
    std::vector<connector::SentId> sent_ids(const std::vector<std::string>& ids) const;
    Pdu pdu_of(const OutgoingText& message) const;
    void became_bound();

    const Config config_;
    const net::TlsContext tls_;
    connector::Host& host_;
    Inbox inbox_;
    std::unique_ptr<async::TaskGroup> group_;
    std::shared_ptr<Connection> connection_;  // while there is one
    async::Event changed_;                    // of anything that a task waits for
    connector::Reconnect reconnect_;
    std::uint64_t connections_ = 0;
    std::size_t delivering_ = 0;
    std::uint16_t reference_ = 0;
    std::uint16_t user_reference_ = 0;
    Doubts doubts_;
};

// Binds and unbinds: `tandem check --connect`.
async::Task<Result<void>> probe(Config config, net::TlsContext tls);

}  // namespace tandem::smpp
