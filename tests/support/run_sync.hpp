// Runs a task to its end on a loop of its own: the coroutine's way into a test.
#pragma once

#include "core/async/task.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace tandem::test {

inline constexpr std::chrono::seconds kRunLimit{20};  // sanitizers on a busy machine are slow

// Rethrows what the task throws. Throws std::runtime_error when it has not ended within the limit or waits for nothing.
// Everything the task spawned has to be joined by it.
template <class T>
T run_sync(boost::asio::io_context& io, async::Task<T> task) {
    std::exception_ptr failure;
    bool ended = false;
    const auto run = [&] {
        io.restart();
        const auto deadline = std::chrono::steady_clock::now() + kRunLimit;
        while (!ended && std::chrono::steady_clock::now() < deadline) {
            if (io.run_one_until(deadline) == 0) break;
        }
        if (!ended) throw std::runtime_error("the task did not end");
        if (failure) std::rethrow_exception(failure);
    };
    if constexpr (std::is_void_v<T>) {
        boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error) {
            failure = error;
            ended = true;
        });
        run();
    } else {
        std::optional<T> result;
        boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T value) {
            failure = error;
            result.emplace(std::move(value));
            ended = true;
        });
        run();
        return std::move(*result);
    }
}

template <class T>
T run_sync(async::Task<T> task) {
    boost::asio::io_context io(1);
    return run_sync(io, std::move(task));
}

}  // namespace tandem::test
