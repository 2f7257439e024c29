// One SMPP session as seen by the client: binding, window, keeping alive, ending. Pure: octets and time go in, octets
// and events come out; who calls owns socket and clock (client.hpp).
//
// After every call take what take_output() and take_events() give. After a Closed event the output that is left is
// written and the socket closed.
#pragma once

#include "connectors/smpp/frame.hpp"
#include "connectors/smpp/pdu.hpp"
#include "core/base/secret.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tandem::smpp {

enum class BindMode { Transceiver, Receiver, Transmitter };

struct SessionOptions {
    BindMode mode = BindMode::Transceiver;
    std::string system_id{};
    Secret password{};
    std::string system_type{};
    std::size_t window = 10;                           // submits without an answer
    std::chrono::milliseconds enquire_after{30'000};   // of silence
    std::chrono::milliseconds enquire_limit{10'000};   // then the peer is gone
    std::chrono::milliseconds response_limit{60'000};  // of a submit, then its outcome is unknown; of the bind
    std::chrono::milliseconds partial_limit{10'000};   // of an unfinished PDU
    std::chrono::milliseconds unbind_limit{5'000};
    std::chrono::milliseconds throttle_pause{1'000};
};

struct Bound {
    bool tlvs = false;  // the peer speaks 3.4; others get no TLVs
};
struct BindRefused {
    std::uint32_t status = 0;
};
// A deliver_sm or data_sm. It must be answered by answer() with its command and sequence.
struct Delivered {
    Pdu pdu;
    std::optional<Fault> fault;
    std::string octets;  // of the whole PDU when it has a fault
};
struct SubmitAnswered {
    std::uint32_t sequence = 0;
    std::uint32_t status = 0;
    std::optional<std::string> message_id;  // absent or unreadable: nullopt
};
// Sent, and nobody knows what became of it: no answer in time, or the link ended.
struct SubmitInDoubt {
    std::uint32_t sequence = 0;
    std::string_view reason;
};
// An answer to a submit that was in doubt by then: the centre took it.
struct AnsweredLate {
    std::uint32_t sequence = 0;
    std::optional<std::string> message_id;
};
struct Ignored {
    std::string_view what;  // a constant text, it labels a counter
};
struct Closed {
    std::string reason;
};
using SessionEvent =
    std::variant<Bound, BindRefused, Delivered, SubmitAnswered, SubmitInDoubt, AnsweredLate, Ignored, Closed>;

class Session {
public:
    using Time = std::chrono::steady_clock::time_point;

    // The bind is in the output at once.
    Session(SessionOptions options, Time now);

    void receive(std::string_view octets, Time now);
    void tick(Time now);
    void lost();            // the link has ended
    void unbind(Time now);  // politely; the answer or unbind_limit brings Closed

    bool bound() const { return state_ == State::Bound; }
    bool closed() const { return state_ == State::Closed; }
    std::size_t in_window() const { return window_.size(); }
    // Whether submit() may be called now: bound, room in the window, not paused by the peer.
    bool can_submit(Time now) const;
    Time paused_until() const { return paused_until_; }
    // Sends the PDU and returns its sequence number; exactly one SubmitAnswered or SubmitInDoubt follows.
    std::uint32_t submit(Pdu pdu, Time now);
    void answer(Command request, std::uint32_t sequence, std::uint32_t status);

    std::string take_output() { return std::exchange(output_, {}); }
    std::vector<SessionEvent> take_events() { return std::exchange(events_, {}); }
    // When tick() has something to do.
    Time next_tick() const;

private:
    enum class State { Binding, Bound, Unbinding, Closed };

    void handle(std::string_view frame, Time now);
    void handle_request(Decoded decoded, std::string_view frame);
    void handle_response(const Decoded& decoded, Time now);
    void bind_answered(const Pdu& pdu);
    void submit_answered(const Decoded& decoded, Time now);
    void watch_partial(bool progress, Time now);
    void close(std::string reason);
    void write(const Pdu& pdu) { output_ += encode(pdu); }
    void respond(Command command, std::uint32_t sequence, std::uint32_t status, bool has_body);
    std::uint32_t next_sequence();

    const SessionOptions options_;
    State state_ = State::Binding;
    FrameReader reader_;
    std::string output_;
    std::vector<SessionEvent> events_;
    std::map<std::uint32_t, Time> window_;  // deadline by sequence number
    std::uint32_t last_sequence_ = 0;
    std::uint32_t bind_sequence_ = 0;
    Time last_received_;
    Time state_deadline_;  // of the bind or the unbind
    Time paused_until_{};
    std::optional<Time> enquire_deadline_;
    std::optional<Time> partial_deadline_;
};

}  // namespace tandem::smpp
