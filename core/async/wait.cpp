#include "core/async/wait.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace tandem::async {

namespace asio = boost::asio;

Task<void> sleep_for(std::chrono::steady_clock::duration time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

struct Event::Waiter {
    Waiter(Event& event, asio::steady_timer new_timer) : owner(event), timer(std::move(new_timer)) {
        place = owner.waiters_.insert(owner.waiters_.end(), this);
    }
    ~Waiter() { owner.waiters_.erase(place); }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    Event& owner;
    asio::steady_timer timer;
    std::list<Waiter*>::iterator place;
    bool notified = false;
};

void Event::notify_all() {
    for (Waiter* waiter : waiters_) {
        waiter->notified = true;
        waiter->timer.cancel();
    }
}

Task<void> Event::wait() {
    co_await wait_until(std::chrono::steady_clock::time_point::max());
}

Task<bool> Event::wait_for(std::chrono::steady_clock::duration limit) {
    co_return co_await wait_until(std::chrono::steady_clock::now() + limit);
}

Task<bool> Event::wait_until(std::chrono::steady_clock::time_point deadline) {
    Waiter waiter(*this, asio::steady_timer(co_await asio::this_coro::executor, deadline));
    auto [error] = co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error && !waiter.notified) throw boost::system::system_error(asio::error::operation_aborted);
    co_return waiter.notified;
}

}  // namespace tandem::async
