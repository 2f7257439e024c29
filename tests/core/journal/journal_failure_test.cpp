// Full and failing disks, damaged files, copies of a killed process.
#include "tests/core/journal/journal_fixture.hpp"
#include "tests/support/faulty_disk.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

namespace tandem::journal {
namespace {

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
