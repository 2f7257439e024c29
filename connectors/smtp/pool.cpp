#include "connectors/smtp/pool.hpp"

#include <utility>

namespace tandem::smtp {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

Pool::Lease::Lease(Pool& pool, std::unique_ptr<Transport> transport, bool used)
    : pool_(&pool), transport_(std::move(transport)), used_(used) {
    pool_->lent_.push_back(transport_.get());
}

Pool::Lease::Lease(Lease&& other) noexcept
    : pool_(other.pool_), transport_(std::move(other.transport_)), used_(other.used_) {}

Pool::Lease::~Lease() {
    if (transport_ == nullptr) return;
    std::erase(pool_->lent_, transport_.get());
    pool_->give_back(std::move(transport_));
}

void Pool::give_back(std::unique_ptr<Transport> transport) {
    const bool old = transport->mails() >= static_cast<std::size_t>(config_.mails_per_connection);
    if (transport->ready() && !old && !closed_) {
        idle_.push_front({std::move(transport), SteadyClock::now()});
    } else {
        transport->close();
        --open_;
    }
    changed_.notify_all();
}

Task<Result<std::unique_ptr<Transport>>> Pool::open() {
    if (tokens_ == nullptr) co_return co_await Transport::open(config_, tls_, config_.password);
    for (bool again = false;; again = true) {
        auto token = co_await tokens_->token();
        if (!token) co_return fail(std::move(token.error()));
        auto transport = co_await Transport::open(config_, tls_, *token);
        if (transport || transport.error().kind != ErrorKind::Auth || again) co_return transport;
        // It may have been withdrawn before its time.
        tokens_->forget(*token);
    }
}

Task<Result<Pool::Lease>> Pool::take(bool fresh, SteadyClock::time_point deadline) {
    for (;;) {
        if (closed_) co_return fail(transient("the instance stops"));
        if (!idle_.empty() && !fresh) {
            auto transport = std::move(idle_.front().transport);
            idle_.pop_front();
            co_return Lease(*this, std::move(transport), true);
        }
        // What is idle makes room for the fresh one.
        if (!room() && !idle_.empty()) {
            idle_.back().transport->close();
            idle_.pop_back();
            --open_;
        }
        if (room()) break;
        if (!co_await changed_.wait_until(deadline))
            co_return fail(full("all connections to the mail server are busy"));
    }
    ++open_;
    bool lent = false;
    // Also when the task is cancelled meanwhile.
    const std::shared_ptr<void> leave(nullptr, [&](void*) {
        if (lent) return;
        --open_;
        changed_.notify_all();
    });
    auto opened = co_await open();
    if (!opened) co_return fail(std::move(opened.error()));
    if (closed_) co_return fail(transient("the instance stops"));
    lent = true;
    co_return Lease(*this, std::move(*opened), false);
}

Task<void> Pool::tidy() {
    while (!closed_) {
        co_await changed_.wait_for(config_.idle / 2);
        const auto since = SteadyClock::now() - config_.idle;
        while (!idle_.empty() && idle_.back().since < since) {
            const auto transport = std::move(idle_.back().transport);
            idle_.pop_back();
            --open_;
            co_await transport->quit();
        }
    }
}

void Pool::close() {
    closed_ = true;
    open_ -= idle_.size();
    for (const Idle& one : idle_)
        one.transport->close();
    idle_.clear();
    for (Transport* one : lent_)
        one->close();
    changed_.notify_all();
}

}  // namespace tandem::smtp
