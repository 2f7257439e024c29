#include "core/async/offload.hpp"

#include "core/async/run_on.hpp"
#include "core/async/task_group.hpp"
#include "tests/support/run_sync.hpp"

#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <pthread.h>
#include <semaphore>
#include <stdexcept>
#include <thread>

namespace tandem::async {
namespace {

struct Places {
    std::thread::id worker, before, after;
};

Task<Places> where_it_runs(const Pool& pool) {
    Places places;
    places.before = std::this_thread::get_id();
    places.worker = co_await offload(pool, [] { return std::this_thread::get_id(); });
    places.after = std::this_thread::get_id();
    co_return places;
}

TEST(Offload, RunsOnThePoolAndComesBack) {
    Pool pool("work", 1);
    const Places places = test::run_sync(where_it_runs(pool));
    EXPECT_NE(places.worker, places.before);
    EXPECT_EQ(places.after, places.before);
}

TEST(Offload, ThreadsCarryTheNameOfThePool) {
    Pool pool("a-name-longer-than-allowed", 1);
    const auto name = test::run_sync(offload(pool, [] {
        char text[32] = {};
        pthread_getname_np(pthread_self(), text, sizeof(text));
        return std::string(text);
    }));
    EXPECT_EQ(name, "a-name-longer-t");
}

TEST(Offload, ExceptionsComeBack) {
    Pool pool("work", 1);
    EXPECT_THROW(test::run_sync(offload(pool, []() -> int { throw std::runtime_error("disk"); })), std::runtime_error);
}

struct Gate {
    std::binary_semaphore begun{0}, go_on{0};
    std::atomic<bool> done{false};
};

Task<void> work_behind(const Pool& pool, std::shared_ptr<Gate> gate) {
    co_await offload(pool, [gate] {
        gate->begun.release();
        gate->go_on.acquire();
        gate->done = true;
        return 0;
    });
}

Task<bool> cancel_during_work(const Pool& pool) {
    auto gate = std::make_shared<Gate>();
    TaskGroup group(co_await boost::asio::this_coro::executor, [](const std::exception_ptr&) {});
    group.spawn(work_behind(pool, gate));
    gate->begun.acquire();
    group.cancel();
    gate->go_on.release();
    co_await group.join();
    co_return gate->done.load();
}

TEST(Offload, CancellationWaitsForTheWork) {
    Pool pool("work", 2);
    EXPECT_TRUE(test::run_sync(cancel_during_work(pool)));
}

Task<std::thread::id> current_thread() {
    co_return std::this_thread::get_id();
}

Task<Places> there_and_back(const Pool& pool) {
    Places places;
    places.before = std::this_thread::get_id();
    places.worker = co_await run_on(pool.executor(), current_thread());
    places.after = std::this_thread::get_id();
    co_return places;
}

TEST(RunOn, MovesToTheOtherStrandAndBack) {
    Pool pool("other", 1);
    const Places places = test::run_sync(there_and_back(pool));
    EXPECT_NE(places.worker, places.before);
    EXPECT_EQ(places.after, places.before);
}

}  // namespace
}  // namespace tandem::async
