// Carries a protocol over a Link: hands it what comes, writes what it says, watches its clock, and gives its last words
// a little time when it is over. Whoever speaks one more protocol writes the session and what follows from its events
// (Protocol); the loops around them are here.
#pragma once

#include "core/async/task.hpp"
#include "core/async/task_group.hpp"
#include "core/async/wait.hpp"
#include "core/base/result.hpp"
#include "core/net/link.hpp"
#include "core/net/tls.hpp"

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::net {

// One side of a protocol, without sockets and clocks, and what its owner does with its events. All members are called
// on the strand of the Conversation. What they throw ends the conversation. After the end nothing is received, secured
// or ticked any more.
class Protocol {
public:
    using Time = std::chrono::steady_clock::time_point;

    // TLS from here on, as a client.
    struct StartTls {
        TlsContext context;
        std::string name;  // whom the certificate must be for
    };

    virtual ~Protocol() = default;

    virtual void receive(std::string_view octets, Time now) = 0;
    // When tick() has something to do; it may be called earlier, too.
    virtual Time next_tick() const = 0;
    virtual void tick(Time now) = 0;
    // Nothing more comes or goes: from now on it has ended. Called at the latest when run() returns; after the end it
    // changes nothing.
    virtual void lost(std::string_view why) = 0;

    // Deals with what the calls above have brought about, and what the owner did with the session since.
    virtual void handle() = 0;
    // What is to be written; asked after handle().
    virtual std::string take_output() = 0;
    // Why it is over; nullopt while it goes on. Asked after handle().
    virtual std::optional<Error> ended() const = 0;

    // Returns when more may be read. What was read is never dropped, so a bounded queue is waited for here.
    virtual async::Task<void> room();
    // Asked after handle(), once what has come is received. An answer stands for one wish: everything said so far is
    // written first, nothing is read or written during the handshake, then comes secured().
    virtual std::optional<StartTls> wants_tls() { return std::nullopt; }
    virtual void secured(Time) {}
};

// One run over one link, on its caller's strand.
class Conversation {
public:
    static constexpr std::chrono::milliseconds kLastWords{2'000};

    // `protocol` outlives it. `last_words`: how long the end may take to be written.
    Conversation(std::unique_ptr<Link> link, Protocol& protocol, std::chrono::milliseconds last_words = kLastWords);
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;

    // Until the protocol has ended and its last words are written; called once. Returns why it ended: what the protocol
    // says, or how TLS failed (Config, Transient). The link is closed then and no task is left. When it is cancelled it
    // says no last words, but the protocol is told. Throws what the last handle() throws.
    async::Task<Error> run();

    // For the owner, after it has used the session: what that brought about is handled, what it says is written. Legal
    // at any time, also before and after run(); from inside handle() it is not needed.
    void advance();

    // Begins a task that belongs to the conversation, such as what a session has to do once it is online: after
    // handle() has returned, and never after the end. At the end it is cancelled and joined.
    void spawn(async::Task<void> task);

private:
    async::Task<void> until_over(async::TaskGroup& tasks);
    async::Task<void> read_all();
    async::Task<void> write_all();
    async::Task<void> keep_time();
    async::Task<void> secure(Protocol::StartTls wanted);
    void lose(const Error& error);
    void broken(const std::exception_ptr& error);
    void hang_up(std::exception_ptr& thrown);

    const std::unique_ptr<Link> link_;
    Protocol& protocol_;
    const std::chrono::milliseconds last_words_;
    std::string output_;   // for the writer
    std::string writing_;  // what it has taken
    Protocol::Time timer_at_{};
    std::vector<async::Task<void>> spawned_;  // to be begun
    std::optional<Error> ended_;
    bool broken_ = false;    // a task threw
    bool securing_ = false;  // nobody writes: a handshake runs, or has failed
    bool over_ = false;
    async::Event wake_;     // of the writer and the timer
    async::Event news_;     // of run()
    async::Event written_;  // what the writer had taken
};

}  // namespace tandem::net
