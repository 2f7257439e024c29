#include "core/connector/reconnect.hpp"

#include "core/async/task_group.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/run_sync.hpp"

#include <boost/asio/this_coro.hpp>
#include <gmock/gmock.h>

#include <chrono>
#include <deque>
#include <string>
#include <vector>

namespace tandem::connector {
namespace {

using namespace std::chrono_literals;
using async::Task;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

// An instance whose connections end as it is told, each after it has worked if it ever does.
struct Instance {
    explicit Instance(std::deque<Error> ends) : errors(std::move(ends)) {}

    Task<Error> attempt() {
        Error error = std::move(errors.front());
        errors.pop_front();
        if (error.text != "refused") {
            reconnect.let_in();
            ready.push_back(reconnect.ready());
            host.time.advance(lasts);
        }
        if (errors.empty() && stops) reconnect.stop();
        co_return error;
    }
    // Until it is over; what start() would have returned.
    Task<Result<void>> run() {
        async::TaskGroup group(co_await boost::asio::this_coro::executor,
                               [](const std::exception_ptr&) { ADD_FAILURE() << "a task threw"; });
        group.spawn(reconnect.run([this] { return attempt(); }));
        auto outcome = co_await reconnect.first_outcome();
        co_await group.join();
        co_return outcome;
    }

    test::FakeHost host;
    Reconnect reconnect{host, 2ms, 20ms};
    std::deque<Error> errors;
    std::vector<bool> ready;  // what ready() said
    bool stops = true;        // behind the last one
    std::chrono::seconds lasts{60};
};

TEST(Reconnect, TheFirstFailureIsThatOfTheStart) {
    Instance instance({transient("refused")});
    instance.stops = false;
    const auto outcome = test::run_sync(instance.run());
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().text, "refused");
}

TEST(Reconnect, AfterThatItSaysWhenItTriesAgain) {
    Instance instance({transient("the link is lost"), transient("refused"), transient("the link is lost")});
    const auto outcome = test::run_sync(instance.run());
    EXPECT_TRUE(outcome);
    EXPECT_THAT(instance.host.states, ElementsAre(State::Failed, State::Failed));
    EXPECT_THAT(instance.host.details, ElementsAre(MatchesRegex("the link is lost; connecting again in [12] ms"),
                                                   MatchesRegex("refused; connecting again in [234] ms")));
    EXPECT_THAT(instance.ready, ElementsAre(false, true)) << "the host says the first Ready";
    EXPECT_FALSE(instance.host.failure);
}

TEST(Reconnect, WhoWasLetInWaitsShortAgain) {
    Instance instance({transient("a"), transient("b"), transient("c"), transient("d"), transient("e"), transient("f")});
    EXPECT_TRUE(test::run_sync(instance.run()));
    EXPECT_EQ(instance.host.details.size(), 5U);
    for (const std::string& detail : instance.host.details)
        EXPECT_THAT(detail, MatchesRegex(".; connecting again in [12] ms"));
}

TEST(Reconnect, WhoHangsUpAtOnceWaitsLonger) {
    Instance instance({transient("a"), transient("b"), transient("c"), transient("d")});
    instance.lasts = 1s;
    EXPECT_TRUE(test::run_sync(instance.run()));
    EXPECT_THAT(instance.host.details, ElementsAre(MatchesRegex("a; connecting again in [12] ms"),
                                                   MatchesRegex("b; connecting again in [234] ms"),
                                                   MatchesRegex("c; connecting again in [4-8] ms")));
}

TEST(Reconnect, WaitsAsLongAsThePeerAsks) {
    Instance instance({throttled("too many", 30ms), transient("the end")});
    EXPECT_TRUE(test::run_sync(instance.run()));
    EXPECT_THAT(instance.host.details, ElementsAre("too many; connecting again in 30 ms"));
}

TEST(Reconnect, WhatNeedsAHumanIsNotTriedAgain) {
    for (const Error& error : {auth_error("refused"), config_error("refused")}) {
        Instance instance({transient("the link is lost"), error, transient("never")});
        EXPECT_TRUE(test::run_sync(instance.run()));
        ASSERT_TRUE(instance.host.failure);
        EXPECT_EQ(instance.host.failure->kind, error.kind);
        EXPECT_EQ(instance.errors.size(), 1U);
    }
}

TEST(Reconnect, SaysNothingOfTheEndThatStopBrings) {
    Instance instance({auth_error("the end")});
    EXPECT_TRUE(test::run_sync(instance.run()));
    EXPECT_THAT(instance.host.states, IsEmpty());
    EXPECT_FALSE(instance.host.failure);
}

TEST(Reconnect, AnAttemptThatThrowsIsAFailedStart) {
    const auto run = []() -> Task<Result<void>> {
        test::FakeHost host;
        Reconnect reconnect(host, 2ms, 20ms);
        std::string thrown;
        async::TaskGroup group(co_await boost::asio::this_coro::executor, [&](const std::exception_ptr& error) {
            try {
                std::rethrow_exception(error);
            } catch (const std::exception& caught) {
                thrown = caught.what();
            }
        });
        group.spawn(reconnect.run([]() -> Task<Error> {
            throw std::runtime_error("out of luck");
            co_return Error();
        }));
        auto outcome = co_await reconnect.first_outcome();
        co_await group.join();
        EXPECT_EQ(thrown, "out of luck");
        co_return outcome;
    };
    const auto outcome = test::run_sync(run());
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().text, "out of luck");
}

TEST(Reconnect, TheFirstPauseMayBeAboveTheLimit) {
    test::FakeHost host;
    Reconnect reconnect(host, 40ms, 10ms);
    int attempts = 0;
    const auto attempt = [&]() -> Task<Error> {
        reconnect.ready();
        if (++attempts == 2) reconnect.stop();
        co_return transient("lost");
    };
    test::run_sync(reconnect.run(attempt));
    EXPECT_THAT(host.details, ElementsAre(MatchesRegex("lost; connecting again in [234][0-9] ms")));
}

}  // namespace
}  // namespace tandem::connector
