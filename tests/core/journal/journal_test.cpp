#include "core/journal/journal.hpp"

#include "tests/support/faulty_disk.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <optional>
#include <semaphore>
#include <thread>

namespace tandem::journal {
namespace {

class ManualClock final : public Clock {
public:
    Instant now() const override { return from_micros(micros_.load()); }
    void advance(std::chrono::seconds by) { micros_ += std::chrono::microseconds(by).count(); }

private:
    std::atomic<std::int64_t> micros_ = 1'800'000'000'000'000;
};

class JournalTest : public ::testing::Test {
protected:
    void open(JournalOptions options = {}) {
        options.file = dir_.path() / "journal.db";
        auto opened = Journal::open(options, [](std::move_only_function<void()> calls) { calls(); }, clock_);
        ASSERT_TRUE(opened) << opened.error().text;
        journal_ = std::move(*opened);
    }

    Event event(const std::string& raw) const {
        return {.instance = "sms",
                .stream = "",
                .vendor_id = "v-" + raw,
                .received_at = clock_.now(),
                .content_type = "application/json",
                .envelope = R"({"method":"POST"})",
                .raw = raw};
    }

    Result<Position> append(std::vector<Event> events) {
        std::mutex mutex;
        std::condition_variable done;
        std::optional<Result<Position>> out;
        journal_->append(std::move(events), [&](Result<Position> result) {
            const std::lock_guard lock(mutex);
            out = std::move(result);
            done.notify_one();
        });
        std::unique_lock lock(mutex);
        done.wait(lock, [&] { return out.has_value(); });
        return *out;
    }
    Result<Position> append(const std::string& raw) { return append(std::vector{event(raw)}); }

    std::vector<Position> positions(Position after = 0) {
        std::vector<Position> out;
        const auto events = journal_->read(after, 100'000, 1ULL << 30);
        EXPECT_TRUE(events);
        for (const auto& stored : *events)
            out.push_back(stored.position);
        return out;
    }

    test::TempDir dir_;
    ManualClock clock_;
    std::unique_ptr<Journal> journal_;
};

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
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (journal_->stats().first != 0 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
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

// ------------------------------------------------------------------------------------------------ when the disk is bad

class JournalDiskTest : public JournalTest {
protected:
    ~JournalDiskTest() override { journal_.reset(); }
    test::FaultyDisk disk_;
};

TEST_F(JournalDiskTest, AnswersFullOnAFullDiskAndWorksAgainWhenThereIsRoom) {
    open();
    ASSERT_EQ(append("before"), 1U);
    disk_.limit(0);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(append(std::string(20'000, 'x')).error().kind, ErrorKind::Full);
    EXPECT_EQ(journal_->stats().refused, 3U);
    EXPECT_GT(disk_.refused(), 0);
    EXPECT_EQ(positions(), std::vector<Position>{1}) << "reading goes on";
    disk_.unlimited();
    ASSERT_TRUE(append("after"));
    EXPECT_EQ(positions().size(), 2U);
}

TEST_F(JournalDiskTest, SurvivesFailingWrites) {
    open();
    ASSERT_TRUE(append("before"));
    disk_.fail_writes(true);
    EXPECT_EQ(append("lost").error().kind, ErrorKind::Full);
    disk_.fail_writes(false);
    ASSERT_TRUE(append("after"));
    journal_.reset();
    open();
    std::vector<std::string> bodies;
    for (const auto& stored : *journal_->read(0, 10, 1 << 20))
        bodies.push_back(stored.event.raw);
    EXPECT_EQ(bodies, (std::vector<std::string>{"before", "after"}));
}

TEST_F(JournalDiskTest, UsesTheRoomInsideItsFileWhenTheDiskIsFull) {
    const JournalOptions options{.retain = std::chrono::seconds(1)};
    open(options);
    ASSERT_EQ(append(std::vector(300, event(std::string(8'000, 'x')))), 300U);
    journal_->settle(300);
    clock_.advance(std::chrono::hours(1));
    for (int i = 0; i < 8; ++i)
        ASSERT_TRUE(append(std::vector(256, event("y"))));
    ASSERT_GT(journal_->stats().first, 300U);
    journal_.reset();
    open(options);
    disk_.limit(600'000);  // for the log only; the freed pages take 2 MB
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(append(std::string(50'000, 'z'))) << i;
    EXPECT_GT(disk_.refused(), 0);
}

// --------------------------------------------------------------------------------------------------- damage and
// crashes

class JournalDamageTest : public JournalTest {
protected:
    std::filesystem::path file() const { return dir_.path() / "journal.db"; }

    void damage(std::uintmax_t offset, std::size_t size) const {
        std::fstream out(file(), std::ios::in | std::ios::out | std::ios::binary);
        out.seekp(static_cast<std::streamoff>(offset));
        out << std::string(size, '\0');
    }
    void fill(std::size_t count) {
        open();
        std::vector<Event> events;
        for (std::size_t i = 0; i < count; ++i)
            events.push_back(event(std::to_string(i) + std::string(500, 'x')));
        ASSERT_TRUE(append(std::move(events)));
        journal_.reset();
    }
};

TEST_F(JournalDamageTest, SetsAFileAsideThatIsNoDatabase) {
    fill(10);
    damage(0, 200);
    open({.start_above = 10});
    const auto stats = journal_->stats();
    EXPECT_EQ(stats.set_aside, file().string() + ".damaged-1");
    EXPECT_TRUE(std::filesystem::exists(stats.set_aside));
    EXPECT_EQ(stats.salvaged, 0U);
    EXPECT_EQ(append("new"), 11U);
}

TEST_F(JournalDamageTest, CarriesOverWhatCanStillBeRead) {
    fill(400);
    damage(2 * 8192, 8192);  // the root of the second table
    open();
    const auto stats = journal_->stats();
    EXPECT_NE(stats.set_aside, "");
    EXPECT_EQ(stats.salvaged, 400U);
    EXPECT_EQ(positions().size(), 400U);
    EXPECT_EQ(append("new"), 401U);
}

TEST_F(JournalDamageTest, StepsOverADamagedPlaceAndCountsIt) {
    fill(400);
    damage(10 * 8192, 8192);  // a leaf in the middle of the events
    open();
    EXPECT_EQ(journal_->stats().set_aside, "");
    std::vector<Position> seen;
    Position after = 0;
    for (auto more = positions(after); !more.empty(); more = positions(after)) {
        seen.insert(seen.end(), more.begin(), more.end());
        after = seen.back();
    }
    EXPECT_EQ(after, 400U) << "what follows the damage is reached";
    EXPECT_LT(seen.size(), 400U);
    EXPECT_EQ(seen.size() + journal_->stats().unreadable, 400U);
    EXPECT_TRUE(std::ranges::is_sorted(seen, std::less_equal<>()));
    EXPECT_EQ(append("new"), 401U);
}

TEST_F(JournalDamageTest, ACopyTakenInMidAirHoldsEveryAcknowledgedEvent) {
    open();
    for (int i = 0; i < 50; ++i)
        ASSERT_TRUE(append(std::to_string(i)));
    const test::TempDir copy;
    for (const char* suffix : {"", "-wal"}) {
        std::filesystem::copy_file(file().string() + suffix, copy.path() / ("journal.db" + std::string(suffix)));
    }
    auto killed = Journal::open({.file = copy.path() / "journal.db"}, [](auto calls) { calls(); }, clock_);
    ASSERT_TRUE(killed);
    EXPECT_EQ((*killed)->read(0, 1'000, 1 << 20)->size(), 50U);
}

TEST_F(JournalDamageTest, ForgetsATornTailAndNothingElse) {
    open();
    for (int i = 0; i < 50; ++i)
        ASSERT_TRUE(append(std::to_string(i)));
    const test::TempDir copy;
    const auto torn = copy.path() / "journal.db";
    std::filesystem::copy_file(file(), torn);
    std::filesystem::copy_file(file().string() + "-wal", torn.string() + "-wal");
    const auto size = std::filesystem::file_size(torn.string() + "-wal");
    std::filesystem::resize_file(torn.string() + "-wal", size - 5'000);
    auto killed = Journal::open({.file = torn}, [](auto calls) { calls(); }, clock_);
    ASSERT_TRUE(killed);
    const auto events = (*killed)->read(0, 1'000, 1 << 20);
    ASSERT_TRUE(events);
    ASSERT_LT(events->size(), 50U);
    ASSERT_GT(events->size(), 40U);
    for (std::size_t i = 0; i < events->size(); ++i)
        EXPECT_EQ((*events)[i].position, i + 1);
}

TEST_F(JournalDamageTest, SaysWhenTheFileCannotBeOpened) {
    auto missing = Journal::open({.file = dir_.path() / "no" / "journal.db"}, [](auto calls) { calls(); }, clock_);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::Config);
}

}  // namespace
}  // namespace tandem::journal
