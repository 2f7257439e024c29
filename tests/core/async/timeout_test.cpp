#include "core/async/timeout.hpp"

#include "core/async/wait.hpp"
#include "tests/support/run_sync.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace tandem::async {
namespace {

using namespace std::chrono_literals;

Task<int> answer_after(std::chrono::milliseconds delay) {
    co_await sleep_for(delay);
    co_return 42;
}

Task<void> fail_now() {
    co_await sleep_for(1ms);
    throw std::runtime_error("refused");
}

Task<void> mark_when_unwound(bool& unwound) {
    struct AtEnd {
        bool& flag;
        ~AtEnd() { flag = true; }
    } at_end{unwound};
    co_await sleep_for(1h);
}

TEST(Timeout, GivesTheValueOfATaskThatIsInTime) {
    EXPECT_EQ(test::run_sync(with_timeout(answer_after(1ms), 1h)), 42);
}

TEST(Timeout, GivesNothingWhenTheLimitPassesFirst) {
    EXPECT_EQ(test::run_sync(with_timeout(answer_after(std::chrono::hours(1)), 5ms)), std::nullopt);
}

TEST(Timeout, TheTaskHasEndedWhenTheLimitIsReported) {
    bool unwound = false;
    EXPECT_FALSE(test::run_sync(with_timeout(mark_when_unwound(unwound), 5ms)));
    EXPECT_TRUE(unwound);
}

TEST(Timeout, AFailureIsNotMistakenForTheLimit) {
    EXPECT_THROW(test::run_sync(with_timeout(fail_now(), 1h)), std::runtime_error);
}

}  // namespace
}  // namespace tandem::async
