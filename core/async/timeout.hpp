// A limit for a task. When it passes, the task is cancelled and waited for: nothing goes on behind the caller's back.
// A task that ignores cancellation therefore holds its caller; the supervisor abandons such ones instead.
//
// Asio's `a || b` is not used: it waits for the first *success*, so a quick failure would be reported as a timeout.
#pragma once

#include "core/async/task.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace tandem::async {

// nullopt (for Task<void>: false) when the limit passed first. Exceptions of the task are rethrown. Both run on the
// caller's strand. T must be default-constructible.
template <class T>
Task<std::conditional_t<std::is_void_v<T>, bool, std::optional<T>>> with_timeout(
    Task<T> task, std::chrono::steady_clock::duration limit) {
    namespace asio = boost::asio;
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, limit);
    auto both = asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(task), asio::deferred),
                                                        timer.async_wait(asio::deferred));
    if constexpr (std::is_void_v<T>) {
        auto [order, error, ignored] =
            co_await both.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
        if (order[0] == 1) co_return false;
        if (error) std::rethrow_exception(error);
        co_return true;
    } else {
        auto [order, error, value, ignored] =
            co_await both.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
        if (order[0] == 1) co_return std::nullopt;
        if (error) std::rethrow_exception(error);
        co_return std::optional<T>(std::move(value));
    }
}

}  // namespace tandem::async
