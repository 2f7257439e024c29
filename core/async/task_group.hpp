// Owns tasks: every task of a service is spawned in a group that cancels and joins it before anything it refers to is
// destroyed. Use this instead of asio::co_spawn with asio::detached, which is banned (docs/async.md).
//
// All members are called on the group's strand.
#pragma once

#include "core/async/task.hpp"

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

namespace tandem::async {

class TaskGroup {
public:
    // Gets the exception that ended a task; cancellation is not reported. Runs on the strand.
    using OnError = std::function<void(std::exception_ptr)>;

    TaskGroup(Executor strand, OnError on_error);
    // Aborts the process when tasks are left: they would touch what is destroyed next.
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    // Runs the task on the strand, up to its first wait before this returns. After cancel() new tasks are started
    // cancelled.
    void spawn(Task<void> task);
    // Asks every task to end (terminal cancellation). Idempotent.
    void cancel();
    // Returns when no task is left. Not cancellable. Call it from a task outside the group.
    Task<void> join();

    std::size_t size() const;
    const Executor& strand() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace tandem::async
