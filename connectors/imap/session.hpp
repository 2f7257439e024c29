// The client's side of one IMAP connection without sockets and clocks (RFC 3501, RFC 9051, RFC 2177): octets in;
// octets, events and the next moment to look at the time out. One command at a time. Nothing but harmless() commands
// is ever written.
#pragma once

#include "connectors/imap/response_reader.hpp"
#include "connectors/imap/sasl.hpp"
#include "core/base/result.hpp"
#include "core/base/secret.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tandem::imap {

enum class TlsMode { Implicit, StartTls, None };
enum class AuthMode { Auto, Scram, Plain, Login, XOAuth2, OAuthBearer };

struct SessionOptions {
    TlsMode tls = TlsMode::Implicit;
    AuthMode auth = AuthMode::Auto;
    std::string user{};
    Secret password{};
    Secret token{};  // of OAuth2; empty: the password
    std::string nonce{};
    std::chrono::milliseconds silence{60'000};     // the longest pause while something is awaited
    std::chrono::milliseconds command{1'800'000};  // the longest a command may take altogether
};

// What a command was answered.
struct Answer {
    Response result;             // its condition
    std::vector<Response> data;  // everything untagged that came meanwhile

    bool ok() const { return result.condition == Condition::Ok; }
};

struct WantsTls {};  // nothing is received until secured()
struct Online {};
struct Idling {};
struct Closed {
    Error error;
};
using SessionEvent = std::variant<WantsTls, Online, Idling, Answer, Closed>;

// What happened without being asked for since it was last looked at.
struct News {
    bool selected = false;  // in the folder that is open
    bool others = false;    // in others (NOTIFY)
};

class Session {
public:
    using Time = std::chrono::steady_clock::time_point;

    Session(SessionOptions options, Time now);

    void receive(std::string_view octets, Time now);
    void secured(Time now);  // TLS is there, after WantsTls
    void lost(std::string_view why = "the connection was lost");
    void tick(Time now);
    Time next_tick() const;

    // Online and not busy. The answer is an event. False: the command is not harmless and was not written.
    bool command(std::string text, Time now);
    // The same; Idling follows, then an Answer after done(), or at once when the server does not want it.
    void idle(Time now);
    void done(Time now);

    std::vector<SessionEvent> take_events() { return std::exchange(events_, {}); }
    std::string take_output() { return std::exchange(output_, {}); }
    News take_news() { return std::exchange(news_, {}); }
    const News& news() const { return news_; }
    // What came with the answer to EXAMINE is no news.
    void just_opened() { news_.selected = false; }

    bool online() const { return state_ == State::Online; }
    bool busy() const { return work_ != Work::None; }
    bool closed() const { return state_ == State::Closed; }
    // Announced last, and of those that this client uses.
    bool can(std::string_view capability) const { return capabilities_.contains(capability); }

private:
    enum class State { Greeting, Securing, LoggingIn, Online, Closed };
    enum class Work { None, Capability, StartTls, Authenticate, Login, Enable, Id, Command, IdleAsked, Idle, IdleDone };

    void end(Error error);
    void write(Work work, std::string text, Time now);
    void handle(Response response, Time now);
    void handle_greeting(const Response& response, Time now);
    void handle_tagged(Response response, Time now);
    void handle_continuation(const Response& response, Time now);
    void handle_untagged(Response response);
    void notice(const Response& response);
    void take_capabilities(std::string_view words);
    void take_capabilities(const Response& response);
    void keep(Response response);

    // session_login.cpp
    void begin_login(Time now);
    void go_on(Time now);
    void start_tls(Time now);
    void authenticate(Time now);
    std::optional<Mechanism> choose() const;
    void log_in_plainly(Time now);
    void login_answered(Work work, const Response& response, Time now);
    void challenged(const Response& response, Time now);
    void after_login(Time now);

    const SessionOptions options_;
    ResponseReader reader_;
    State state_ = State::Greeting;
    Work work_ = Work::None;
    std::vector<SessionEvent> events_;
    std::string output_;
    std::set<std::string, std::less<>> capabilities_;
    bool asked_capability_ = false;  // since the last change of state
    bool secure_ = false;
    bool logged_in_ = false;
    bool enabled_ = false, identified_ = false;
    std::optional<Sasl> sasl_;
    bool initial_sent_ = false;
    unsigned last_tag_ = 0;
    std::string tag_;
    Answer answer_;
    std::size_t answer_octets_ = 0;
    News news_;
    bool about_folders_ = false;  // the command that runs is answered by STATUS or LIST
    Time heard_;                  // or written
    Time begun_;
};

}  // namespace tandem::imap
