// A bounded queue between tasks. A full channel holds the sender: that is the backpressure. Between strands only
// immutable values travel through it.
#pragma once

#include "core/async/task.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace tandem::async {

// Thread-safe. T must be default-constructible. Must outlive the tasks that wait in it.
template <class T>
class Channel {
public:
    Channel(const Executor& executor, std::size_t capacity) : channel_(executor, capacity) {}

    // False when the channel is closed (or the task cancelled): the value is dropped.
    Task<bool> send(T value) {
        auto [error] = co_await channel_.async_send(boost::system::error_code(), std::move(value),
                                                    boost::asio::as_tuple(boost::asio::use_awaitable));
        co_return !error;
    }
    // False when it is full or closed; never waits.
    bool try_send(T value) { return channel_.try_send(boost::system::error_code(), std::move(value)); }

    // nullopt when the channel is closed and empty, or the task cancelled.
    Task<std::optional<T>> receive() {
        auto [error, value] = co_await channel_.async_receive(boost::asio::as_tuple(boost::asio::use_awaitable));
        if (error) co_return std::nullopt;
        co_return std::optional<T>(std::move(value));
    }

    // Senders get false, receivers what is still queued and then nullopt. Idempotent.
    void close() { channel_.close(); }

private:
    boost::asio::experimental::concurrent_channel<Executor, void(boost::system::error_code, T)> channel_;
};

}  // namespace tandem::async
