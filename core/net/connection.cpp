#include "core/net/connection.hpp"

#include <boost/asio/error.hpp>

namespace tandem::net {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

void Connection::enter(Phase phase, std::chrono::milliseconds limit) {
    phase_ = phase;
    late_ = false;
    const auto deadline = std::chrono::steady_clock::now() + limit;
    deadline_.store(deadline.time_since_epoch().count(), std::memory_order_relaxed);
}

void Connection::deadline_passed() {
    if (!is_late(std::chrono::steady_clock::now())) return;
    no_deadline();
    late_ = true;
    ErrorCode ignored;
    switch (phase_) {
        case Phase::Handling:
            signal_.emit(asio::cancellation_type::terminal);
            break;
        case Phase::Header:
        case Phase::Body:
            socket().cancel(ignored);
            break;  // the loop answers 408
        default:
            socket().close(ignored);
    }
    if (phase_ != Phase::Idle && phase_ != Phase::Lingering) ++shared_->counters.timeouts;
}

void Connection::begin_stop() {
    ErrorCode ignored;
    if (phase_ == Phase::Handshake || phase_ == Phase::Fresh || phase_ == Phase::Idle) socket().close(ignored);
    if (phase_ == Phase::Streaming) signal_.emit(asio::cancellation_type::terminal);
}

void Connection::abort() {
    aborted_ = true;
    signal_.emit(asio::cancellation_type::terminal);
    ErrorCode ignored;
    socket().close(ignored);
}

}  // namespace tandem::net
