// One DMCC session as seen by the client: starting or claiming it, keeping its timer, requests and their answers,
// ending (vendors/avaya.md 2.1 to 2.5, 2.13). Pure: octets and time go in, octets and events come out; who calls owns
// socket and clock (client.hpp).
//
// After every call take what take_output() and take_events() give. After a Closed event the output that is left is
// written and the socket closed.
#pragma once

#include "connectors/avaya_dmcc/frame.hpp"
#include "connectors/avaya_dmcc/message.hpp"
#include "connectors/avaya_dmcc/xml.hpp"
#include "core/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tandem::avaya_dmcc {

struct SessionOptions {
    Login login;
    std::chrono::milliseconds request_timeout{10'000};
    std::chrono::milliseconds stop_limit{2'000};
};

// The session is there. `resumed`: it is the one that was to be claimed, with its monitors.
struct Opened {
    std::string session;
    std::string protocol;
    std::chrono::seconds duration{0};  // of its timer, as AES decided
    bool resumed = false;
    bool refused_old = false;  // the one that was to be claimed is gone
};
// Of request(); exactly one for each. The answer may itself be an error of AES (read_error()). Failure: Transient (no
// answer in time, or the session ended), Corrupt (the answer is no XML).
struct Answered {
    std::uint64_t ticket = 0;
    Result<Document> answer;
};
// What AES says by itself; about calls, agents, links, lists.
struct Told {
    Document document;
};
struct Ignored {
    std::string_view what;  // a constant text, it labels a counter
};
struct Closed {
    Error error;
    bool gone = false;  // AES no longer has the session: it cannot be claimed
};
using SessionEvent = std::variant<Opened, Answered, Told, Ignored, Closed>;

class Session {
public:
    using Time = std::chrono::steady_clock::time_point;

    // The start is in the output at once. `old_session`: the one to claim, empty for a new one.
    Session(SessionOptions options, std::string old_session, Time now);

    void receive(std::string_view octets, Time now);
    void tick(Time now);
    void lost(std::string_view reason = {});  // the link has ended
    void stop(Time now);                      // politely; the answer or stop_limit brings Closed

    bool online() const { return state_ == State::Online; }
    bool closed() const { return state_ == State::Closed; }
    const std::string& id() const { return id_; }
    std::size_t pending() const { return pending_.size(); }

    // While online(). Returns the ticket of its answer.
    std::uint64_t request(std::string_view xml, Time now);

    std::string take_output() { return std::exchange(output_, {}); }
    std::vector<SessionEvent> take_events() { return std::exchange(events_, {}); }
    // When tick() has something to do.
    Time next_tick() const;

private:
    enum class State { Starting, Online, Stopping, Closed };
    enum class Purpose { Start, Reset, Stop, Request };
    struct Pending {
        Purpose purpose;
        std::uint64_t ticket;
        Time deadline;
    };
    struct Late {
        unsigned number;
        Time until;
    };

    void start(std::string_view old_session, Time now);
    unsigned send(Purpose purpose, std::string_view xml, Time deadline);
    bool in_use(unsigned number) const;
    void take(const Frame& frame, Time now);
    void told(Result<Document> document);
    void answered(const Pending& pending, Result<Document> document, Time now);
    void start_answered(Result<Document> document, Time now);
    void reset_answered(const Result<Document>& document, Time now);
    void timer_set(Element answer, Time now);
    void unanswered(unsigned number, const Pending& pending, Time now);
    void close(Error error, bool gone = false);

    const SessionOptions options_;
    State state_ = State::Starting;
    FrameReader reader_;
    std::string output_;
    std::vector<SessionEvent> events_;
    std::map<unsigned, Pending> pending_;  // by invoke number
    std::deque<Late> late_;                // numbers whose answers did not come in time
    unsigned last_number_ = 0;
    std::uint64_t last_ticket_ = 0;
    std::string old_session_;
    bool refused_old_ = false;
    std::string id_;
    std::chrono::seconds duration_{0};
    Time reset_at_ = Time::max();     // the next reset
    Time reset_limit_ = Time::max();  // without a successful one by then the session is lost
};

}  // namespace tandem::avaya_dmcc
