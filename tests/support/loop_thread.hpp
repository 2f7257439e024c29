// The io loop on a thread of its own, for tests that talk to it over sockets.
#pragma once

#include "core/async/io.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>
#include <utility>

namespace tandem::test {

class LoopThread {
public:
    explicit LoopThread(unsigned threads = 1)
        : io_(threads), guard_(io_.context().get_executor()), thread_([this] { io_.run(); }) {}
    // What was spawned must have ended.
    ~LoopThread() {
        guard_.reset();
        thread_.join();
    }

    async::Io& io() { return io_; }

    // Runs the task on the loop and waits for its result. Throws when it takes too long.
    template <class T>
    T run(async::Task<T> task) {
        auto result = boost::asio::co_spawn(io_.strand(), std::move(task), boost::asio::use_future);
        if (result.wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
            throw std::runtime_error("the task did not end");
        }
        return result.get();
    }

private:
    async::Io io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
    std::thread thread_;
};

}  // namespace tandem::test
