#include "core/async/wait.hpp"

#include "core/async/task_group.hpp"
#include "tests/support/run_sync.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

namespace tandem::async {
namespace {

using namespace std::chrono_literals;

Task<void> count_wakeup(Event& event, int& woken) {
    co_await event.wait();
    ++woken;
}

Task<int> notify_two() {
    Event event;
    int woken = 0;
    TaskGroup group(co_await boost::asio::this_coro::executor, [](const std::exception_ptr&) {});
    group.spawn(count_wakeup(event, woken));
    group.spawn(count_wakeup(event, woken));
    event.notify_all();
    co_await group.join();
    co_return woken;
}

TEST(Event, NotifyWakesEveryWaiter) {
    EXPECT_EQ(test::run_sync(notify_two()), 2);
}

Task<bool> wait_in_vain() {
    Event event;
    event.notify_all();  // nobody waits yet: not kept
    co_return co_await event.wait_for(5ms);
}

TEST(Event, WaitForIsFalseWhenNobodyNotifies) {
    EXPECT_FALSE(test::run_sync(wait_in_vain()));
}

Task<int> cancel_waiter() {
    Event event;
    int woken = 0;
    int errors = 0;
    TaskGroup group(co_await boost::asio::this_coro::executor, [&](const std::exception_ptr&) { ++errors; });
    group.spawn(count_wakeup(event, woken));
    group.cancel();
    co_await group.join();
    event.notify_all();  // the waiter has gone and must not be touched
    co_return woken + errors;
}

TEST(Event, ACancelledWaiterThrowsAndIsForgotten) {
    EXPECT_EQ(test::run_sync(cancel_waiter()), 0);
}

}  // namespace
}  // namespace tandem::async
