// One logged-in connection: a Session at a Link. Its reading runs as a task of its own that keeps the connection alive;
// whoever drops it calls shut() first. One strand; one caller at a time.
#pragma once

#include "connectors/imap/folders.hpp"
#include "connectors/imap/session.hpp"
#include "core/async/wait.hpp"
#include "core/net/link.hpp"
#include "core/net/tls.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tandem::imap {

struct ConnectOptions {
    std::string host;
    std::uint16_t port = 0;
    std::string certificate_name;
    net::TlsContext tls;
    SessionOptions session;
    std::chrono::milliseconds limit{25'000};  // of connecting and logging in together
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Spawn = std::function<void(async::Task<void>)>;

    // Logged in. `spawn` runs the task that reads. Failure: as of the session, and of connecting.
    static async::Task<Result<std::shared_ptr<Connection>>> open(ConnectOptions options, Spawn spawn);

    // Failure: the connection is gone. An answer of NO or BAD is an answer.
    async::Task<Result<Answer>> request(std::string command);
    // Waits in IDLE until something happens, `until`, or wake(). Failure: gone. False: the server refuses IDLE.
    async::Task<Result<bool>> idle(Time until);
    // Ends an idle(), from the same strand.
    void wake();
    // Idempotent.
    void shut();

    Session& session() { return session_; }
    bool can(std::string_view capability) const { return session_.can(capability); }
    // What is open, and what was said of it when it was opened: for the caller's own bookkeeping.
    std::string selected{};
    FolderNumbers numbers{};
    bool notified = false;  // the server tells of all folders

private:
    Connection(std::unique_ptr<net::Link> link, ConnectOptions options);

    static async::Task<Result<void>> log_in(std::shared_ptr<Connection> self, Spawn spawn);
    static async::Task<void> read_all(std::shared_ptr<Connection> self);
    async::Task<void> secure();
    async::Task<void> flush();
    async::Task<void> step();
    void collect();
    Error gone() const;

    const std::unique_ptr<net::Link> link_;
    ConnectOptions options_;
    Session session_;
    async::Event changed_;
    std::optional<Answer> answer_;
    std::optional<Error> error_;
    std::uint64_t happened_ = 0;  // Event keeps no notification: what came while something was written counts too
    bool online_ = false, idling_ = false, wants_tls_ = false, woken_ = false;
};

// Nobody else closes a connection when the task that uses it is cancelled.
class Closing {
public:
    explicit Closing(std::shared_ptr<Connection> line) : line_(std::move(line)) {}
    ~Closing() { line_->shut(); }
    Closing(const Closing&) = delete;
    Closing& operator=(const Closing&) = delete;

private:
    const std::shared_ptr<Connection> line_;
};

}  // namespace tandem::imap
