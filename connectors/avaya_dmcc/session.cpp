#include "connectors/avaya_dmcc/session.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tandem::avaya_dmcc {

namespace {

constexpr unsigned kFirstNumber = 1, kLastNumber = 9998, kEventNumber = 9999;
// How long an answer may be late and still be known as one.
constexpr std::chrono::minutes kLateKept{5};
constexpr std::size_t kMaxLate = 4'096;
constexpr std::chrono::seconds kMaxDuration{7'200};

std::chrono::seconds seconds_of(Element element, std::chrono::seconds otherwise) {
    const std::string_view text = element.text();
    long long out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size() || out <= 0) return otherwise;
    return std::min(std::chrono::seconds(out), kMaxDuration);
}

}  // namespace

Session::Session(SessionOptions options, std::string old_session, Time now)
    : options_(std::move(options)), old_session_(std::move(old_session)) {
    start(old_session_, now);
}

void Session::start(std::string_view old_session, Time now) {
    send(Purpose::Start, start_session(options_.login, old_session), now + options_.request_timeout);
}

void Session::receive(std::string_view octets, Time now) {
    if (closed()) return;
    reader_.feed(octets);
    while (const auto frame = reader_.next()) {
        take(*frame, now);
        if (closed()) return;
    }
    if (reader_.broken()) close(transient("AES sent a frame with an impossible length"));
}

void Session::take(const Frame& frame, Time now) {
    const auto number = invoke_number(frame.invoke_id);
    if (number == kEventNumber) return told(Document::parse(frame.xml));
    const auto found = number ? pending_.find(*number) : pending_.end();
    if (found != pending_.end()) {
        const Pending pending = found->second;
        pending_.erase(found);
        return answered(pending, Document::parse(frame.xml), now);
    }
    const auto late = number ? std::ranges::find(late_, *number, &Late::number) : late_.end();
    if (late == late_.end()) {
        events_.emplace_back(Ignored{"unknown_answer"});
        return;
    }
    late_.erase(late);
    events_.emplace_back(Ignored{"late_answer"});
}

void Session::told(Result<Document> document) {
    if (!document) {
        events_.emplace_back(Ignored{"malformed_event"});
        return;
    }
    const Element root = document->root();
    if (root.name() != "ApplicationSessionTerminated") {
        events_.emplace_back(Told{std::move(*document)});
        return;
    }
    const std::string_view session = root.child("sessionID").text();
    if (!session.empty() && session != id_) {
        events_.emplace_back(Ignored{"other_session_terminated"});
        return;
    }
    const Element reason = root.child("sessionTermReason").first();
    close(transient("AES has ended the session: " +
                    std::string(reason ? reason.text() : std::string_view("no reason given"))),
          true);
}

void Session::answered(const Pending& pending, Result<Document> document, Time now) {
    switch (pending.purpose) {
        case Purpose::Start:
            return start_answered(std::move(document), now);
        case Purpose::Reset:
            return reset_answered(document, now);
        case Purpose::Stop:
            return close(cancelled(), true);
        case Purpose::Request:
            events_.emplace_back(Answered{.ticket = pending.ticket, .answer = std::move(document)});
    }
}

void Session::start_answered(Result<Document> document, Time now) {
    if (!document) return close(transient("the answer to the login is no XML: " + document.error().text));
    const Element root = document->root();
    if (root.name() == "StartApplicationSessionNegResponse") {
        SessionRefusal refusal = read_refusal(root);
        if (!refusal.session_unknown || old_session_.empty() || refused_old_)
            return close(std::move(refusal.error), refusal.session_unknown);
        refused_old_ = true;
        return start({}, now);
    }
    if (const auto error = read_error(root)) return close(to_error(*error).with_context("the login"));
    id_ = std::string(root.child("sessionID").text());
    if (root.name() != "StartApplicationSessionPosResponse" || id_.empty())
        return close(transient("the answer to the login names no session"));
    state_ = State::Online;
    timer_set(root, now);
    events_.emplace_back(Opened{.session = id_,
                                .protocol = std::string(root.child("actualProtocolVersion").text()),
                                .duration = duration_,
                                .resumed = !refused_old_ && id_ == old_session_,
                                .refused_old = refused_old_});
}

// A third of what AES granted, not of what was asked for (2.5).
void Session::timer_set(Element answer, Time now) {
    duration_ = seconds_of(answer.child("actualSessionDuration"), options_.login.duration);
    const std::chrono::milliseconds whole = duration_;
    reset_at_ = now + whole / 3;
    reset_limit_ = now + whole * 2 / 3;
}

void Session::reset_answered(const Result<Document>& document, Time now) {
    const Element root = document ? document->root() : Element();
    if (root.name() == "ResetApplicationSessionTimerPosResponse") return timer_set(root, now);
    const std::string_view defined = root.at("errorCode", "definedError").text();
    if (defined == "invalidSessionID") return close(transient("AES no longer knows the session"), true);
    events_.emplace_back(Ignored{"timer_not_reset"});
    reset_at_ = now + std::chrono::milliseconds(duration_) / 12;
}

void Session::unanswered(unsigned number, const Pending& pending, Time now) {
    late_.push_back({.number = number, .until = now + kLateKept});
    if (late_.size() > kMaxLate) late_.pop_front();
    switch (pending.purpose) {
        case Purpose::Start:
            return close(transient("AES does not answer the login"));
        case Purpose::Stop:
            return close(cancelled());
        case Purpose::Reset:
            // reset_limit_ decides.
            return;
        case Purpose::Request:
            events_.emplace_back(
                Answered{.ticket = pending.ticket, .answer = fail(transient("AES does not answer a request"))});
    }
}

void Session::tick(Time now) {
    if (closed()) return;
    while (!late_.empty() && late_.front().until <= now)
        late_.pop_front();
    std::vector<std::pair<unsigned, Pending>> overdue;
    for (const auto& entry : pending_) {
        if (entry.second.deadline <= now) overdue.push_back(entry);
    }
    for (const auto& [number, pending] : overdue) {
        pending_.erase(number);
        unanswered(number, pending, now);
        if (closed()) return;
    }
    if (now >= reset_limit_) return close(transient("AES is silent: the session's timer was not reset"));
    if (now < reset_at_ || state_ != State::Online) return;
    reset_at_ = Time::max();
    send(Purpose::Reset, reset_timer(id_, options_.login.duration), reset_limit_);
}

Session::Time Session::next_tick() const {
    if (closed()) return Time::max();
    Time next = std::min(reset_at_, reset_limit_);
    for (const auto& entry : pending_)
        next = std::min(next, entry.second.deadline);
    return next;
}

std::uint64_t Session::request(std::string_view xml, Time now) {
    send(Purpose::Request, xml, now + options_.request_timeout);
    return last_ticket_;
}

bool Session::in_use(unsigned number) const {
    return pending_.contains(number) || std::ranges::find(late_, number, &Late::number) != late_.end();
}

// Fewer than half of the numbers are ever in use: requests are bounded by their pace, late ones by kMaxLate.
unsigned Session::send(Purpose purpose, std::string_view xml, Time deadline) {
    do {
        last_number_ = last_number_ >= kLastNumber ? kFirstNumber : last_number_ + 1;
    } while (in_use(last_number_));
    pending_.insert_or_assign(last_number_,
                              Pending{.purpose = purpose, .ticket = ++last_ticket_, .deadline = deadline});
    append_frame(output_, last_number_, xml);
    return last_number_;
}

void Session::stop(Time now) {
    if (state_ == State::Starting) return close(cancelled());
    if (state_ != State::Online) return;
    state_ = State::Stopping;
    reset_at_ = Time::max();
    send(Purpose::Stop, stop_session(id_), now + options_.stop_limit);
}

void Session::lost(std::string_view reason) {
    close(transient(reason.empty() ? "the connection to AES has ended" : std::string(reason)));
}

void Session::close(Error error, bool gone) {
    if (closed()) return;
    state_ = State::Closed;
    for (const auto& [number, pending] : std::exchange(pending_, {})) {
        if (pending.purpose == Purpose::Request)
            events_.emplace_back(
                Answered{.ticket = pending.ticket, .answer = fail(transient("the session has ended"))});
    }
    events_.emplace_back(Closed{.error = std::move(error), .gone = gone});
}

}  // namespace tandem::avaya_dmcc
