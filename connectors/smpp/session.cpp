#include "connectors/smpp/session.hpp"

#include "connectors/smpp/status.hpp"

#include <algorithm>
#include <utility>

namespace tandem::smpp {

namespace {

constexpr std::uint8_t kVersion34 = 0x34;

Command bind_command(BindMode mode) {
    switch (mode) {
        case BindMode::Transceiver:
            return Command::BindTransceiver;
        case BindMode::Receiver:
            return Command::BindReceiver;
        case BindMode::Transmitter:
            return Command::BindTransmitter;
    }
    return Command::BindTransceiver;
}

}  // namespace

Session::Session(SessionOptions options, Time now)
    : options_(std::move(options)), last_received_(now), state_deadline_(now + options_.response_limit) {
    Pdu bind;
    bind.command = bind_command(options_.mode);
    bind.sequence = bind_sequence_ = next_sequence();
    bind.system_id = options_.system_id;
    bind.password = std::string(options_.password.reveal());
    bind.system_type = options_.system_type;
    bind.interface_version = kVersion34;
    write(bind);
}

void Session::receive(std::string_view octets, Time now) {
    if (state_ == State::Closed) return;
    last_received_ = now;
    reader_.feed(octets);
    bool progress = false;
    while (state_ != State::Closed) {
        const auto frame = reader_.next();
        if (!frame) break;
        progress = true;
        handle(*frame, now);
    }
    if (reader_.broken() && state_ != State::Closed) {
        respond(Command::GenericNack, 0, status::kInvalidCommandLength, true);
        close("command_length out of range");
    }
    watch_partial(progress, now);
}

void Session::watch_partial(bool progress, Time now) {
    if (!reader_.partial()) {
        partial_deadline_.reset();
    } else if (progress || !partial_deadline_) {
        partial_deadline_ = now + options_.partial_limit;
    }
}

void Session::handle(std::string_view frame, Time now) {
    auto decoded = decode(frame);
    if (is_response(decoded.pdu.command)) {
        handle_response(decoded, now);
    } else {
        handle_request(std::move(decoded), frame);
    }
}

void Session::handle_request(Decoded decoded, std::string_view frame) {
    const Pdu& pdu = decoded.pdu;
    switch (pdu.command) {
        case Command::EnquireLink:
            respond(Command::EnquireLinkResp, pdu.sequence, status::kOk, true);
            return;
        case Command::Unbind:
            respond(Command::UnbindResp, pdu.sequence, status::kOk, true);
            close("the peer has unbound");
            return;
        case Command::DeliverSm:
        case Command::DataSm: {
            if (state_ == State::Binding) return answer(pdu.command, pdu.sequence, status::kInvalidBindState);
            std::string octets(decoded.fault ? frame : std::string_view());
            events_.push_back(Delivered{std::move(decoded.pdu), std::move(decoded.fault), std::move(octets)});
            return;
        }
        case Command::AlertNotification:
            events_.push_back(Ignored{"alert_notification"});
            return;
        case Command::Outbind:
            events_.push_back(Ignored{"outbind"});
            return;
        default:
            events_.push_back(Ignored{"unknown request"});
            respond(Command::GenericNack, pdu.sequence, status::kInvalidCommandId, true);
    }
}

void Session::handle_response(const Decoded& decoded, Time now) {
    const Pdu& pdu = decoded.pdu;
    if (state_ == State::Binding && pdu.sequence == bind_sequence_) return bind_answered(pdu);
    switch (pdu.command) {
        case Command::EnquireLinkResp:
            enquire_deadline_.reset();
            return;
        case Command::UnbindResp:
            if (state_ == State::Unbinding) close("unbound");
            return;
        case Command::SubmitSmResp:
        case Command::DataSmResp:
        case Command::GenericNack:
            submit_answered(decoded, now);
            return;
        default:
            events_.push_back(Ignored{"unknown response"});
    }
}

void Session::bind_answered(const Pdu& pdu) {
    if (pdu.status == status::kOk && pdu.command != Command::GenericNack) {
        state_ = State::Bound;
        const auto version = pdu.tlv_number(Tag::ScInterfaceVersion);
        events_.push_back(Bound{version && *version >= kVersion34});
        return;
    }
    events_.push_back(BindRefused{pdu.status});
    close("bind refused");
}

void Session::submit_answered(const Decoded& decoded, Time now) {
    const Pdu& pdu = decoded.pdu;
    std::optional<std::string> id;
    if (pdu.has_body && !decoded.fault && !pdu.message_id.empty()) id = pdu.message_id;
    if (window_.erase(pdu.sequence) == 0) {
        events_.push_back(Ignored{"late or unasked response"});
        const bool taken = pdu.command == Command::SubmitSmResp && pdu.status == status::kOk;
        if (taken) events_.push_back(AnsweredLate{pdu.sequence, std::move(id)});
        return;
    }
    if (status::throttles(pdu.status)) paused_until_ = std::max(paused_until_, now + options_.throttle_pause);
    events_.push_back(SubmitAnswered{pdu.sequence, pdu.status, std::move(id)});
}

void Session::tick(Time now) {
    if (state_ == State::Closed) return;
    if (state_ == State::Binding && now >= state_deadline_) return close("no answer to the bind");
    if (state_ == State::Unbinding && now >= state_deadline_) return close("no answer to the unbind");
    if (partial_deadline_ && now >= *partial_deadline_) return close("a PDU was not finished in time");
    if (enquire_deadline_ && now >= *enquire_deadline_) {
        Pdu pdu{.command = Command::Unbind, .sequence = next_sequence()};
        write(pdu);
        return close("no answer to enquire_link");
    }
    std::erase_if(window_, [&](const auto& entry) {
        if (now < entry.second) return false;
        events_.push_back(SubmitInDoubt{entry.first, "no answer in time"});
        return true;
    });
    if (state_ == State::Bound && !enquire_deadline_ && now >= last_received_ + options_.enquire_after) {
        write(Pdu{.command = Command::EnquireLink, .sequence = next_sequence()});
        enquire_deadline_ = now + options_.enquire_limit;
    }
}

Session::Time Session::next_tick() const {
    if (state_ == State::Closed) return Time::max();
    Time next = state_ == State::Bound ? Time::max() : state_deadline_;
    if (partial_deadline_) next = std::min(next, *partial_deadline_);
    if (enquire_deadline_) {
        next = std::min(next, *enquire_deadline_);
    } else if (state_ == State::Bound) {
        next = std::min(next, last_received_ + options_.enquire_after);
    }
    for (const auto& [sequence, deadline] : window_)
        next = std::min(next, deadline);
    return next;
}

void Session::lost() {
    close("the link has ended");
}

void Session::unbind(Time now) {
    if (state_ == State::Binding) return close("stopped");
    if (state_ != State::Bound) return;
    state_ = State::Unbinding;
    state_deadline_ = now + options_.unbind_limit;
    write(Pdu{.command = Command::Unbind, .sequence = next_sequence()});
}

bool Session::can_submit(Time now) const {
    return state_ == State::Bound && options_.mode != BindMode::Receiver && window_.size() < options_.window &&
           now >= paused_until_;
}

std::uint32_t Session::submit(Pdu pdu, Time now) {
    pdu.sequence = next_sequence();
    write(pdu);
    window_.emplace(pdu.sequence, now + options_.response_limit);
    return pdu.sequence;
}

void Session::answer(Command request, std::uint32_t sequence, std::uint32_t status) {
    if (state_ != State::Closed) respond(response_to(request), sequence, status, status == status::kOk);
}

void Session::respond(Command command, std::uint32_t sequence, std::uint32_t status, bool has_body) {
    write(Pdu{.command = command, .status = status, .sequence = sequence, .has_body = has_body});
}

void Session::close(std::string reason) {
    if (state_ == State::Closed) return;
    state_ = State::Closed;
    for (const auto& [sequence, deadline] : window_)
        events_.push_back(SubmitInDoubt{sequence, "the link ended before the answer"});
    window_.clear();
    events_.push_back(Closed{std::move(reason)});
}

std::uint32_t Session::next_sequence() {
    do {
        last_sequence_ = last_sequence_ >= kMaxSequence ? 1 : last_sequence_ + 1;
    } while (window_.contains(last_sequence_));
    return last_sequence_;
}

}  // namespace tandem::smpp
