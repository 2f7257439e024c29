#include "core/async/channel.hpp"

#include "core/async/task_group.hpp"
#include "tests/support/run_sync.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tandem::async {
namespace {

Task<void> produce(Channel<int>& channel, int count, std::vector<std::string>& trace) {
    for (int i = 0; i < count; ++i) {
        if (!co_await channel.send(i)) {
            trace.push_back("closed");
            co_return;
        }
        trace.push_back("sent " + std::to_string(i));
    }
}

TEST(Channel, TrySendRefusesWhenFull) {
    Channel<int> channel(2);

    EXPECT_TRUE(channel.try_send(1));
    EXPECT_TRUE(channel.try_send(2));
    EXPECT_FALSE(channel.try_send(3));
}

Task<void> slow_consumer(std::vector<std::string>& trace) {
    const auto executor = co_await boost::asio::this_coro::executor;
    Channel<int> channel(2);
    TaskGroup group(executor, [](const std::exception_ptr&) {});
    group.spawn(produce(channel, 4, trace));
    for (int i = 0; i < 10; ++i)
        co_await boost::asio::post(executor, boost::asio::use_awaitable);
    trace.push_back("now receiving");
    for (int i = 0; i < 4; ++i)
        trace.push_back("got " + std::to_string(co_await channel.receive() == i));
    co_await group.join();
}

TEST(Channel, AFullChannelHoldsTheSender) {
    std::vector<std::string> trace;
    test::run_sync(slow_consumer(trace));

    ASSERT_GE(trace.size(), 3U);
    EXPECT_EQ(trace[0], "sent 0");
    EXPECT_EQ(trace[1], "sent 1");
    EXPECT_EQ(trace[2], "now receiving");
    EXPECT_EQ(std::count(trace.begin(), trace.end(), "got 1"), 4);
}

// Waiters resume one after another: the one that comes too late must go on waiting, not lose or double a value.
Task<void> two_senders_one_place(std::vector<std::string>& trace) {
    const auto executor = co_await boost::asio::this_coro::executor;
    Channel<int> channel(1);
    TaskGroup group(executor, [](const std::exception_ptr&) {});
    group.spawn(produce(channel, 50, trace));
    group.spawn(produce(channel, 50, trace));
    for (int i = 0; i < 100; ++i)
        co_await channel.receive();
    co_await group.join();
}

TEST(Channel, SendersShareAPlace) {
    std::vector<std::string> trace;
    test::run_sync(two_senders_one_place(trace));
    EXPECT_EQ(trace.size(), 100U);
    EXPECT_EQ(std::count(trace.begin(), trace.end(), "closed"), 0);
}

Task<void> close_while_sending(std::vector<std::string>& trace) {
    const auto executor = co_await boost::asio::this_coro::executor;
    Channel<int> channel(1);
    TaskGroup group(executor, [](const std::exception_ptr&) {});
    group.spawn(produce(channel, 3, trace));
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
    channel.close();
    channel.close();
    co_await group.join();
    const auto first = co_await channel.receive();
    trace.push_back(first ? "kept " + std::to_string(*first) : "lost");
    trace.push_back(co_await channel.receive() ? "more" : "end");
}

TEST(Channel, CloseRefusesSendersAndLeavesWhatIsQueued) {
    std::vector<std::string> trace;
    test::run_sync(close_while_sending(trace));
    EXPECT_EQ(trace, (std::vector<std::string>{"sent 0", "closed", "kept 0", "end"}));
}

}  // namespace
}  // namespace tandem::async
