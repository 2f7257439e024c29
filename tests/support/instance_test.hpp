// Tests of an instance of a connector, or of its client: it runs on a loop of its own with a host that remembers, and
// the test, on another thread, looks at both by tasks on their strand. Every wait has a limit.
#pragma once

#include "tests/support/becomes.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/loop_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tandem::test {

struct Patience {
    std::chrono::seconds task{60};       // until a task has ended
    std::chrono::seconds condition{20};  // until something is so
};

template <class Host = FakeHost>
class InstanceTest : public ::testing::Test {
protected:
    explicit InstanceTest(Patience patience = {}) : patience_(patience) {}

    template <class T>
    std::future<T> spawn(async::Task<T> task) {
        return boost::asio::co_spawn(strand_, std::move(task), boost::asio::use_future);
    }
    // Throws when it takes too long.
    template <class T>
    T get(std::future<T> future) const {
        if (future.wait_for(patience_.task) != std::future_status::ready)
            throw std::runtime_error("the task did not end in " + std::to_string(patience_.task.count()) + " s");
        return future.get();
    }
    template <class T>
    T run(async::Task<T> task) {
        return get(spawn(std::move(task)));
    }
    template <class Body>
    auto on_loop(Body body) -> decltype(body()) {
        return run(call(std::move(body)));
    }

    // Looks from this thread.
    bool becomes(const std::function<bool()>& condition) const { return becomes(condition, patience_.condition); }
    bool becomes(const std::function<bool()>& condition, std::chrono::seconds limit) const {
        return tandem::test::becomes(condition, limit);
    }
    bool becomes_on_loop(const std::function<bool()>& condition) {
        return becomes([&] { return on_loop(condition); });
    }

    template <class Subject>
    void stop_and_drop(std::unique_ptr<Subject>& subject) {
        if (subject == nullptr) return;
        run(subject->stop());
        subject.reset();
    }

    // What the host has been told.
    std::vector<journal::Event> events() {
        return on_loop([&] { return host_.events; });
    }
    std::uint64_t counter(const std::string& name) {
        return on_loop([&] { return host_.counters[name]; });
    }
    std::string detail() {
        return on_loop([&] { return host_.details.empty() ? std::string() : host_.details.back(); });
    }

    LoopThread loop_{1};
    async::Executor strand_ = loop_.io().strand();
    Host host_;

private:
    template <class Body>
    static auto call(Body body) -> async::Task<decltype(body())> {
        co_return body();
    }

    const Patience patience_;
};

}  // namespace tandem::test
