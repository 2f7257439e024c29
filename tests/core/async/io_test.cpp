#include "core/async/io.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace tandem::async {
namespace {

TEST(Io, AnExceptionOfAHandlerIsReportedAndTheLoopGoesOn) {
    int reported = 0;
    bool later_ran = false;
    Io io(1, [&](const std::exception_ptr&) { ++reported; });
    io.post([] { throw std::runtime_error("broken"); });
    io.post([&] { later_ran = true; });

    io.run();

    EXPECT_EQ(reported, 1);
    EXPECT_TRUE(later_ran);
}

TEST(Io, PostNeverRunsInsideTheCall) {
    Io io;
    bool inside = false;
    bool ran_inside = true;
    io.post([&] {
        inside = true;
        io.post([&] { ran_inside = inside; });
        inside = false;
    });

    io.run();

    EXPECT_FALSE(ran_inside);
}

TEST(Io, AStrandKeepsHandlersApartWithSeveralThreads) {
    Io io(4);
    const Executor strand = io.strand();
    int unprotected = 0;  // TSan would see two handlers at once
    for (int i = 0; i < 1'000; ++i)
        boost::asio::post(strand, [&] { ++unprotected; });

    io.run();

    EXPECT_EQ(unprotected, 1'000);
}

TEST(Io, OneThreadNeedsNoStrand) {
    Io io(1);
    EXPECT_TRUE(io.strand() == io.executor());
    Io several(2);
    EXPECT_FALSE(several.strand() == several.executor());
}

}  // namespace
}  // namespace tandem::async
