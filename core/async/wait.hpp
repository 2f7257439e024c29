// Waiting for time and for one another, for tasks on one strand.
#pragma once

#include "core/async/task.hpp"

#include <chrono>
#include <list>

namespace tandem::async {

// Throws boost::system::system_error(operation_aborted) when the task is cancelled, as every wait here does.
Task<void> sleep_for(std::chrono::steady_clock::duration time);

// A wake-up: tasks wait until somebody on the same strand notifies. Notifications are not kept: check the condition
// before waiting, as with a condition variable. Must outlive its waiters.
class Event {
public:
    void notify_all();
    Task<void> wait();
    // False when the limit passed first.
    Task<bool> wait_for(std::chrono::steady_clock::duration limit);
    // The same with a point of time: loops that check a condition keep one deadline.
    Task<bool> wait_until(std::chrono::steady_clock::time_point deadline);

private:
    struct Waiter;
    std::list<Waiter*> waiters_;
};

}  // namespace tandem::async
