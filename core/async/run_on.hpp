// Runs a task on another strand and returns here with its result. Free when the caller is there already, which is
// always so with one io thread.
#pragma once

#include "core/async/task.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace tandem::async {

// When it has to move, the task does not hear the caller's cancellation (docs/async.md, trap 6). T must be
// default-constructible.
template <class T>
Task<T> run_on(Executor strand, Task<T> task) {
    namespace asio = boost::asio;
    if (strand == co_await asio::this_coro::executor) co_return co_await std::move(task);
    co_return co_await asio::co_spawn(std::move(strand), std::move(task),
                                      asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
}

}  // namespace tandem::async
