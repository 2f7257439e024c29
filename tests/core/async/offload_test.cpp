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

// The loop outlives the pool, as in the daemon: a worker lets go of the loop after its result has arrived.
class OffloadTest : public ::testing::Test {
protected:
    template <class T>
    T run(Task<T> task) {
        return test::run_sync(io_, std::move(task));
    }

    boost::asio::io_context io_{1};
    Pool pool_{"a-name-longer-than-allowed", 2};
};

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

TEST_F(OffloadTest, RunsOnThePoolAndComesBack) {
    const Places places = run(where_it_runs(pool_));
    EXPECT_NE(places.worker, places.before);
    EXPECT_EQ(places.after, places.before);
}

TEST_F(OffloadTest, ThreadsCarryTheNameOfThePool) {
    const auto name = run(offload(pool_, [] {
        char text[32] = {};
        pthread_getname_np(pthread_self(), text, sizeof(text));
        return std::string(text);
    }));
    EXPECT_EQ(name, "a-name-longer-t");
}

TEST_F(OffloadTest, ExceptionsComeBack) {
    EXPECT_THROW(run(offload(pool_, []() -> int { throw std::runtime_error("disk"); })), std::runtime_error);
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

TEST_F(OffloadTest, CancellationWaitsForTheWork) {
    EXPECT_TRUE(run(cancel_during_work(pool_)));
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

TEST_F(OffloadTest, RunOnMovesToTheOtherStrandAndBack) {
    const Places places = run(there_and_back(pool_));
    EXPECT_NE(places.worker, places.before);
    EXPECT_EQ(places.after, places.before);
}

}  // namespace
}  // namespace tandem::async
