#include "core/journal/reader.hpp"
#include "tests/core/journal/journal_fixture.hpp"
#include "tests/support/becomes.hpp"

#include <algorithm>
#include <future>
#include <semaphore>
#include <thread>

namespace tandem::journal {
namespace {

TEST_F(JournalTest, GivesBackExactlyWhatWasAppended) {
    open();
    Event given = event(std::string("a\0b\xFF", 4));
    given.stream = "inbox";
    ASSERT_EQ(append({given}), 1U);
    const auto found = journal_->find(1);
    ASSERT_TRUE(found && *found);
    const Event& got = (*found)->event;
    EXPECT_EQ(got.raw, given.raw);
    EXPECT_EQ(got.stream, "inbox");
    EXPECT_EQ(got.instance, "sms");
    EXPECT_EQ(got.vendor_id, given.vendor_id);
    EXPECT_EQ(got.received_at, given.received_at);
    EXPECT_EQ(got.content_type, given.content_type);
    EXPECT_EQ(got.envelope, given.envelope);
    EXPECT_FALSE(journal_->find(2)->has_value());
    EXPECT_FALSE(journal_->find(0)->has_value());
}

TEST_F(JournalTest, ALaterRunFindsWhatAnInstanceAppendedLately) {
    open();
    const auto put = [&](const char* instance, const char* type, const char* raw, std::chrono::seconds ago) {
        Event made = event(raw);
        made.instance = instance;
        made.content_type = type;
        made.received_at = clock_.now() - ago;
        ASSERT_TRUE(append({made}));
    };
    using namespace std::chrono_literals;
    put("smpp", "part", "old", 700s);
    put("smpp", "part", "a", 500s);
    put("smpp", "part", "late arrival", 620s);
    put("other", "part", "not mine", 400s);
    put("smpp", "message", "not a part", 300s);
    put("smpp", "part", "b", 200s);

    const auto reader = Reader::open(dir_.path() / "journal.db");
    ASSERT_TRUE(reader);
    const auto raws = [&](std::size_t limit, std::size_t bytes, Instant until = Instant::max()) {
        std::vector<std::string> out;
        const auto found = (*reader)->recent({"smpp", "part", clock_.now() - 600s, until, limit, bytes});
        EXPECT_TRUE(found);
        for (const auto& one : *found)
            out.push_back(one.raw);
        return out;
    };
    EXPECT_EQ(raws(10, 1'000'000), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(raws(1, 1'000'000), (std::vector<std::string>{"b"})) << "the newest";
    EXPECT_EQ(raws(10, 1), (std::vector<std::string>{"b"}));
    EXPECT_EQ(raws(10, 1'000'000, clock_.now() - 500s), (std::vector<std::string>{"a"})) << "the end counts";
    EXPECT_EQ(raws(10, 1'000'000, clock_.now() - 501s), std::vector<std::string>{});
}

TEST_F(JournalTest, CommitsTheEventsOfOneCallTogetherAndTellsTheLastPosition) {
    open();
    EXPECT_EQ(append({event("a"), event("b"), event("c")}), 3U);
    EXPECT_EQ(append("d"), 4U);
    EXPECT_EQ(positions(), (std::vector<Position>{1, 2, 3, 4}));
    EXPECT_EQ(positions(2), (std::vector<Position>{3, 4}));
    EXPECT_EQ(positions(4), std::vector<Position>{});
    EXPECT_EQ(journal_->read(0, 2, 1 << 20)->size(), 2U);
    EXPECT_EQ(journal_->read(0, 10, 1)->size(), 1U) << "at least one, whatever the byte limit";
}

TEST_F(JournalTest, GivesEveryConcurrentAppendItsOwnPosition) {
    open();
    constexpr int kThreads = 8;
    constexpr int kEach = 100;
    std::mutex mutex;
    std::vector<Position> given;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < kThreads; ++t) {
            threads.emplace_back([&, t] {
                Position before = 0;
                for (int i = 0; i < kEach; ++i) {
                    const auto position = append(std::to_string(t) + "." + std::to_string(i));
                    const std::lock_guard lock(mutex);
                    ASSERT_TRUE(position);
                    EXPECT_GT(*position, before);
                    before = *position;
                    given.push_back(*position);
                }
            });
        }
    }
    std::ranges::sort(given);
    EXPECT_EQ(given, positions());
    EXPECT_EQ(given.size(), static_cast<std::size_t>(kThreads * kEach));
    EXPECT_EQ(given.front(), 1U);
    EXPECT_EQ(given.back(), given.size());
}

TEST_F(JournalTest, TellsTheListenerTheLastDurablePosition) {
    open();
    std::promise<Position> heard;
    journal_->on_commit([&](Position last) { heard.set_value(last); });
    ASSERT_TRUE(append({event("a"), event("b")}));
    EXPECT_EQ(heard.get_future().get(), 2U);
    journal_->on_commit(nullptr);
}

TEST_F(JournalTest, RefusesWhenTheQueueIsFullAndGoesOnAfterwards) {
    open({.max_queued = 2});
    std::binary_semaphore entered(0);
    std::binary_semaphore leave(0);
    journal_->on_commit([&](Position last) {
        if (last != 1) return;
        entered.release();
        leave.acquire();  // the writer stands still here
    });
    ASSERT_TRUE(append("first"));
    entered.acquire();
    std::vector<std::future<Result<Position>>> results;
    for (int i = 0; i < 3; ++i) {
        auto promise = std::make_shared<std::promise<Result<Position>>>();
        results.push_back(promise->get_future());
        journal_->append({event("x")}, [promise](Result<Position> result) { promise->set_value(std::move(result)); });
    }
    const auto refused = results[2].get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Full);
    EXPECT_EQ(journal_->stats().refused, 1U);
    leave.release();
    EXPECT_EQ(results[0].get(), 2U);
    EXPECT_EQ(results[1].get(), 3U);
}

TEST_F(JournalTest, BoundsTheBacklogByBytes) {
    const JournalOptions options{.max_unsettled_bytes = 4'000};
    open(options);
    const std::string body(500, 'x');
    Position last = 0;
    while (const auto position = append(body))
        last = *position;
    EXPECT_GE(last, 2U);
    EXPECT_LE(journal_->stats().unsettled_bytes, 4'000U);
    EXPECT_EQ(append(body).error().kind, ErrorKind::Full);
    journal_.reset();
    open(options);
    EXPECT_EQ(append(body).error().kind, ErrorKind::Full) << "the backlog survives a restart";
    journal_->settle(1);
    EXPECT_EQ(append(body), last + 1);
    journal_->settle(last + 1);
    EXPECT_EQ(journal_->stats().unsettled_bytes, 0U);
    EXPECT_EQ(journal_->stats().oldest_unsettled, std::nullopt);
    journal_.reset();
    open(options);
    EXPECT_EQ(journal_->stats().settled, last + 1) << "what was settled is known after a restart";
    EXPECT_TRUE(append(body));
}

TEST_F(JournalTest, BoundsTheBacklogByAge) {
    open({.max_unsettled_age = std::chrono::hours(1)});
    ASSERT_TRUE(append("old"));
    clock_.advance(std::chrono::minutes(50));
    ASSERT_TRUE(append("younger"));
    clock_.advance(std::chrono::minutes(20));
    EXPECT_EQ(append("too late").error().kind, ErrorKind::Full);
    journal_->settle(1);
    EXPECT_TRUE(append("again"));
}

TEST_F(JournalTest, DropsSettledEventsByAgeAndNeverUsesAPositionAgain) {
    const JournalOptions options{.retain = std::chrono::hours(1)};
    open(options);
    ASSERT_EQ(append(std::vector(300, event("old"))), 300U);
    journal_->settle(290);
    clock_.advance(std::chrono::hours(2));
    ASSERT_EQ(append(std::vector(300, event("new"))), 600U);
    ASSERT_EQ(append("after"), 601U);  // committed after the step that the batch before it caused
    EXPECT_EQ(journal_->stats().first, 291U) << "unsettled events stay, whatever their age";
    journal_->settle(601);
    clock_.advance(std::chrono::hours(2));
    // An idle journal cleans up by itself, in steps.
    EXPECT_TRUE(tandem::test::becomes([&] { return journal_->stats().first == 0; }, std::chrono::seconds(60)));
    EXPECT_EQ(positions(), std::vector<Position>{});
    EXPECT_EQ(journal_->stats().total_bytes, 0U);
    journal_.reset();
    open(options);
    EXPECT_EQ(append("next"), 602U);
}

TEST_F(JournalTest, DropsSettledEventsEarlyAboveTheTotalSize) {
    open({.max_total_bytes = 100'000});
    const std::vector<Event> batch(256, event(std::string(200, 'x')));
    Position last = 0;
    for (int i = 0; i < 8; ++i) {
        last = append(batch).value();
        journal_->settle(last);
    }
    ASSERT_TRUE(append("after"));
    EXPECT_LE(journal_->stats().total_bytes, 180'000U);
    EXPECT_GT(journal_->stats().first, 1U);
}

TEST_F(JournalTest, StartsAboveWhatConsumersHaveStored) {
    open({.start_above = 500});
    EXPECT_EQ(append("a"), 501U);
}

TEST_F(JournalTest, CommitsWhatIsQueuedWhenClosedAndThenRefuses) {
    open();
    std::promise<Result<Position>> promise;
    journal_->append({event("last")}, [&](Result<Position> result) { promise.set_value(std::move(result)); });
    journal_->close();
    journal_->close();
    EXPECT_EQ(promise.get_future().get(), 1U);
    EXPECT_EQ(append("too late").error().kind, ErrorKind::Cancelled);
}

}  // namespace
}  // namespace tandem::journal
