#include "core/net/client_pool.hpp"

#include <algorithm>
#include <iterator>

namespace tandem::net {

ClientPool::ClientPool(async::Executor loop, ClientPoolLimits limits) : limits_(limits), timer_(std::move(loop)) {}

std::unique_ptr<ClientStream> ClientPool::take(const std::string& origin) {
    const std::lock_guard lock(mutex_);
    for (;;) {
        const auto found =
            std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& i) { return i.origin == origin; });
        if (found == idle_.rend()) return nullptr;
        auto stream = std::move(found->stream);
        idle_.erase(std::next(found).base());
        if (stream->usable()) return stream;
    }
}

void ClientPool::put(std::string origin, std::unique_ptr<ClientStream> stream) {
    const std::lock_guard lock(mutex_);
    idle_.push_back({origin, std::move(stream), ClientClock::now() + limits_.idle_time});
    close_above_limits(origin);
    arm();
}

void ClientPool::close_above_limits(const std::string& origin) {
    const auto same = [&](const Idle& idle) { return idle.origin == origin; };
    const auto count = static_cast<std::size_t>(std::ranges::count_if(idle_, same));
    if (count > limits_.per_origin) idle_.erase(std::ranges::find_if(idle_, same));
    if (idle_.size() > limits_.all) idle_.pop_front();
}

// One wait at a time, for the oldest. The handler holds the pool weakly: it must not keep connections open.
void ClientPool::arm() {
    if (armed_ || idle_.empty()) return;
    armed_ = true;
    timer_.expires_at(idle_.front().until);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto pool = weak.lock();
        if (pool && !error) pool->sweep();
    });
}

void ClientPool::sweep() {
    const std::lock_guard lock(mutex_);
    armed_ = false;
    const auto now = ClientClock::now();
    while (!idle_.empty() && idle_.front().until <= now)
        idle_.pop_front();
    arm();
}

void ClientPool::close_idle() {
    const std::lock_guard lock(mutex_);
    idle_.clear();
    timer_.cancel();
    armed_ = false;
}

std::size_t ClientPool::size() const {
    const std::lock_guard lock(mutex_);
    return idle_.size();
}

}  // namespace tandem::net
