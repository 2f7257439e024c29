// A bounded queue between tasks of one strand. A full channel holds the sender: that is the backpressure.
//
// Not asio::experimental::channel: in 1.81 its close() leaves waiting senders waiting for ever and drops what is
// queued.
#pragma once

#include "core/async/task.hpp"
#include "core/async/wait.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace tandem::async {

// All members are called on one strand. Must outlive the tasks that wait in it.
template <class T>
class Channel {
public:
    explicit Channel(std::size_t capacity) : capacity_(capacity) {}

    // False when the channel is closed: the value is dropped. Throws when the task is cancelled.
    Task<bool> send(T value) {
        while (!closed_ && queue_.size() >= capacity_)
            co_await changed_.wait();
        co_return try_send(std::move(value));
    }
    // False when it is full or closed; never waits.
    bool try_send(T value) {
        if (closed_ || queue_.size() >= capacity_) return false;
        queue_.push_back(std::move(value));
        changed_.notify_all();
        return true;
    }

    // nullopt when the channel is closed and empty. Throws when the task is cancelled.
    Task<std::optional<T>> receive() {
        while (queue_.empty() && !closed_)
            co_await changed_.wait();
        if (queue_.empty()) co_return std::nullopt;
        std::optional<T> value(std::move(queue_.front()));
        queue_.pop_front();
        changed_.notify_all();
        co_return value;
    }

    // Senders get false, receivers what is still queued and then nullopt. Idempotent.
    void close() {
        closed_ = true;
        changed_.notify_all();
    }

private:
    const std::size_t capacity_;
    std::deque<T> queue_;
    Event changed_;
    bool closed_ = false;
};

}  // namespace tandem::async
