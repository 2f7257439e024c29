#include "core/connector/reconnect.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

namespace tandem::connector {

using async::Task;

namespace {

// Who lets us in and hangs up at once is not to be called as fast again.
constexpr std::chrono::seconds kLasting{10};

}  // namespace

bool needs_human(const Error& error) {
    return error.kind == ErrorKind::Auth || error.kind == ErrorKind::Config;
}

Reconnect::Reconnect(Host& host, std::chrono::milliseconds first, std::chrono::milliseconds limit)
    : host_(host), backoff_({.first = first, .limit = std::max(first, limit)}) {}

Task<void> Reconnect::run(Attempt attempt) {
    while (!stopping_) {
        Error error;
        try {
            error = co_await attempt();
        } catch (const std::exception& broken) {
            // start() need not wait for what will not come.
            if (!first_) first_ = fail(transient(broken.what()));
            known_.notify_all();
            throw;
        }
        if (stopping_) break;
        if (let_in_at_ && host_.clock().now() - *let_in_at_ >= kLasting) backoff_.reset();
        let_in_at_.reset();
        if (!first_) {
            first_ = fail(std::move(error));
            known_.notify_all();
            co_return;
        }
        if (needs_human(error)) {
            host_.failed(std::move(error));
            co_return;
        }
        const auto wait = backoff_.next(jitter_.next(), error.retry_after);
        host_.state(State::Failed, error.text + "; connecting again in " + std::to_string(wait.count()) + " ms");
        co_await async::sleep_for(wait);
    }
}

void Reconnect::let_in() {
    let_in_at_ = host_.clock().now();
}

Task<Result<void>> Reconnect::first_outcome() {
    while (!first_)
        co_await known_.wait();
    co_return *first_;
}

bool Reconnect::ready() {
    const bool before = first_.has_value();
    first_ = Result<void>();
    known_.notify_all();
    return before;
}

}  // namespace tandem::connector
