#include "core/async/task_group.hpp"

#include "core/async/wait.hpp"
#include "tests/support/run_sync.hpp"

#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace tandem::async {
namespace {

using namespace std::chrono_literals;

// What the group's tasks did, in order.
using Trace = std::vector<std::string>;

Task<void> note_after(std::chrono::milliseconds delay, Trace& trace, std::string text) {
    co_await sleep_for(delay);
    trace.push_back(std::move(text));
}

Task<void> wait_for_ever(Trace& trace) {
    struct AtEnd {
        Trace& trace;
        ~AtEnd() { trace.push_back("unwound"); }
    } at_end{trace};
    co_await sleep_for(1h);
}

Task<void> fail_after_a_wait() {
    co_await sleep_for(1ms);
    throw std::runtime_error("broken");
}

TaskGroup::OnError record(Trace& trace) {
    return [&trace](const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& e) {
            trace.push_back(std::string("error: ") + e.what());
        }
    };
}

Task<void> join_waits(Trace& trace) {
    TaskGroup group(co_await boost::asio::this_coro::executor, record(trace));
    group.spawn(note_after(2ms, trace, "a"));
    group.spawn(note_after(4ms, trace, "b"));
    co_await group.join();
    trace.push_back("joined");
}

TEST(TaskGroup, JoinWaitsForEveryChild) {
    Trace trace;
    test::run_sync(join_waits(trace));
    EXPECT_EQ(trace, (Trace{"a", "b", "joined"}));
}

Task<void> join_nothing(Trace& trace) {
    TaskGroup group(co_await boost::asio::this_coro::executor, record(trace));
    co_await group.join();
    trace.push_back("joined");
}

TEST(TaskGroup, JoinOfAnEmptyGroupReturnsAtOnce) {
    Trace trace;
    test::run_sync(join_nothing(trace));
    EXPECT_EQ(trace, Trace{"joined"});
}

Task<void> cancel_sleepers(Trace& trace) {
    TaskGroup group(co_await boost::asio::this_coro::executor, record(trace));
    group.spawn(wait_for_ever(trace));
    group.spawn(wait_for_ever(trace));
    group.cancel();
    group.cancel();
    co_await group.join();
    trace.push_back(std::to_string(group.size()));
}

TEST(TaskGroup, CancelEndsSleepersAndIsNotAnError) {
    Trace trace;
    test::run_sync(cancel_sleepers(trace));
    EXPECT_EQ(trace, (Trace{"unwound", "unwound", "0"}));
}

Task<void> spawn_after_cancel(Trace& trace) {
    TaskGroup group(co_await boost::asio::this_coro::executor, record(trace));
    group.cancel();
    group.spawn(wait_for_ever(trace));
    co_await group.join();
}

TEST(TaskGroup, ATaskSpawnedAfterCancelIsCancelledToo) {
    Trace trace;
    test::run_sync(spawn_after_cancel(trace));
    EXPECT_EQ(trace, Trace{"unwound"});
}

Task<void> one_fails(Trace& trace) {
    TaskGroup group(co_await boost::asio::this_coro::executor, record(trace));
    group.spawn(fail_after_a_wait());
    group.spawn(note_after(5ms, trace, "other goes on"));
    co_await group.join();
}

TEST(TaskGroup, AnExceptionIsReportedAndEndsOnlyItsTask) {
    Trace trace;
    test::run_sync(one_fails(trace));
    EXPECT_EQ(trace, (Trace{"error: broken", "other goes on"}));
}

Task<void> joined_by_cancelled_task(Trace& trace) {
    const auto executor = co_await boost::asio::this_coro::executor;
    TaskGroup outer(executor, record(trace));
    outer.spawn([](Executor strand, Trace& out) -> Task<void> {
        TaskGroup inner(strand, record(out));
        inner.spawn(note_after(20ms, out, "child ended"));
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        co_await inner.join();
        out.push_back("joined");
    }(executor, trace));
    outer.cancel();
    co_await outer.join();
}

TEST(TaskGroup, ACancelledTaskStillWaitsForItsChildren) {
    Trace trace;
    test::run_sync(joined_by_cancelled_task(trace));
    EXPECT_EQ(trace, (Trace{"child ended", "joined"}));
}

void destroy_unjoined() {
    boost::asio::io_context io(1);
    Trace trace;
    TaskGroup group(io.get_executor(), record(trace));
    group.spawn(wait_for_ever(trace));
    io.poll();
}

TEST(TaskGroupDeathTest, DestructionWithTasksLeftAborts) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(destroy_unjoined(), "");
}

}  // namespace
}  // namespace tandem::async
