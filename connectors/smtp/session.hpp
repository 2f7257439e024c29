// The client's side of one submission connection, without sockets and clocks: octets in; octets, an outcome and the
// next moment to look at the time out (RFC 5321, 6409, 3207, 4954, 2920, 1870, 3461, 6531).
//
// One mail at a time. Whatever happens before the final dot is handed out leaves the server without the mail; from then
// on only its answer can tell.
#pragma once

#include "connectors/smtp/reply.hpp"
#include "connectors/smtp/sasl.hpp"
#include "connectors/smtp/verdict.hpp"
#include "core/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::smtp {

enum class TlsMode { StartTls, Direct, None };

struct SessionOptions {
    TlsMode tls = TlsMode::StartTls;
    std::string helo = {};  // our name
    std::string host = {};  // the server's
    Credentials credentials{};
    bool dsn = true;                                  // ask for reports of failure where the server has them
    std::chrono::milliseconds login_limit{20'000};    // up to the first mail
    std::chrono::milliseconds command_limit{20'000};  // for the answer to a command
};

struct Extensions {
    bool starttls = false, pipelining = false, eight_bit = false, smtputf8 = false, dsn = false;
    std::optional<std::uint64_t> size;  // the largest mail; 0: no limit is told
    std::vector<std::string> auth;
};

struct Transaction {
    std::string sender;  // empty: the null return path
    std::vector<std::string> recipients;
    std::vector<std::string> copies = {};  // blind; the mail goes out also when they are refused
    std::string id;                        // comes back in reports (ENVID)
    bool international = false;            // needs SMTPUTF8
    std::string octets;                    // the mail, lines end in CRLF
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

class Session {
public:
    using Time = std::chrono::steady_clock::time_point;

    Session(SessionOptions options, Time now);

    void receive(std::string_view octets, Time now);
    void secured(Time now);
    // The connection is gone.
    void lost(std::string_view why);
    // There will be no TLS with this server.
    void refuse(Error why) { end(std::move(why)); }
    void tick(Time now);
    Time next_tick() const { return deadline_; }

    // Of a mail a piece at a time: call it again when that is written.
    std::string take_output();

    bool wants_tls() const { return phase_ == Phase::Securing; }
    bool ready() const { return phase_ == Phase::Ready; }
    bool closed() const { return phase_ == Phase::Closed; }
    // Why it is closed.
    const Error& error() const { return error_; }
    const Extensions& extensions() const { return extensions_; }

    // Only while ready().
    void submit(Transaction transaction, Time now);
    // Of the last submit(), once: what the server said when it took the mail.
    std::optional<Result<std::string>> take_outcome();
    // Copies of the last submit() that the server refused.
    std::size_t refused_copies() const { return refused_copies_; }
    // Only while ready().
    void quit();

private:
    enum class Phase {
        Greeting,
        Hello,
        StartTls,
        Securing,
        Auth,
        Ready,
        Envelope,
        Data,
        Content,
        AfterDot,
        Resetting,
        Closed
    };

    void enter(Phase phase, Time deadline);
    void command(std::string_view text);
    void take(const Reply& reply, Time now);
    void greeting(const Reply& reply, Time now);
    void hello(const Reply& reply, Time now);
    void start_tls(const Reply& reply);
    void after_hello(Time now);
    void log_in(Time now);
    void auth(const Reply& reply, Time now);
    void become_ready();
    std::optional<Error> problem(const Transaction& transaction) const;
    std::string mail_from() const;
    std::string rcpt_to(std::size_t number) const;
    bool is_copy(std::size_t command) const { return command > transaction_.recipients.size(); }
    std::size_t commands() const { return 1 + transaction_.recipients.size() + transaction_.copies.size(); }
    void next_command();
    void envelope(const Reply& reply, Time now);
    void data(const Reply& reply, Time now);
    void content(const Reply& reply);
    void after_dot(const Reply& reply);
    void give_up(Error error, Time now);
    std::string next_piece();
    void end(Error error);
    bool reports() const { return options_.dsn && extensions_.dsn && !transaction_.id.empty(); }

    const SessionOptions options_;
    ReplyReader reader_;
    Extensions extensions_;
    std::unique_ptr<Sasl> sasl_;
    Phase phase_ = Phase::Greeting;
    bool secure_ = false;
    Time deadline_;
    std::string output_;
    Error error_;

    Transaction transaction_;
    std::size_t asked_ = 0;     // commands of the envelope that are written
    std::size_t answered_ = 0;  // and answered; the first is MAIL
    std::optional<Error> refused_;
    std::size_t refused_copies_ = 0;
    std::size_t sent_ = 0;  // octets of the mail that are handed out
    std::optional<Result<std::string>> outcome_;
};

}  // namespace tandem::smtp
