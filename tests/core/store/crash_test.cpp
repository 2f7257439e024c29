#include "core/sqlite/database.hpp"
#include "tests/core/store/store_fixture.hpp"
#include "tests/support/faulty_disk.hpp"

#include <fstream>

namespace tandem::store {
namespace {

class CrashTest : public StoreTest {
protected:
    void SetUp() override {}
    ~CrashTest() override { store_.reset(); }

    Batch messages(int from, int count) {
        Batch out = batch();
        for (int i = from; i < from + count; ++i) {
            out.observations.push_back(test::message({.external_id = std::to_string(i),
                                                      .points = {test::tel("+" + std::to_string(i % 10))},
                                                      .body = std::string(200, 'x')}));
        }
        return out;
    }
};

TEST_F(CrashTest, ACopyTakenInMidAirIsWholeBatchesAndCanGoOn) {
    open();
    for (int i = 0; i < 20; ++i)
        apply(messages(i * 10, 10));
    const test::TempDir copy;
    for (const char* suffix : {"", "-wal"}) {
        std::filesystem::copy_file(file().string() + suffix, copy.path() / ("store.db" + std::string(suffix)));
    }
    const auto wal = (copy.path() / "store.db-wal").string();
    std::filesystem::resize_file(wal, std::filesystem::file_size(wal) - 5'000);
    open(copy.path() / "store.db");
    const auto position = store_->position("pipeline@test").value();
    EXPECT_LT(position, 20U);
    EXPECT_GT(position, 0U);
    EXPECT_EQ(store_->stats()->interactions, position * 10);
    EXPECT_EQ(store_->stats()->feed_position, position * 10);
    for (position_ = 0; position_ < 20;)
        apply(messages(static_cast<int>(position_) * 10, 10));
    EXPECT_EQ(store_->stats()->interactions, 200U);
    EXPECT_EQ(store_->stats()->feed_position, 200U);
    EXPECT_EQ(store_->stats()->points, 10U);
}

TEST_F(CrashTest, AFullDiskAppliesNothingAndTheSameBatchSucceedsLater) {
    test::FaultyDisk disk;
    open();
    apply(messages(0, 10));
    disk.limit(20'000);
    const Batch big = messages(10, 500);
    for (int i = 0; i < 2; ++i) {
        const auto refused = store_->apply(big);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::Full);
    }
    EXPECT_EQ(store_->stats()->interactions, 10U) << "readers go on";
    EXPECT_EQ(store_->position("pipeline@test"), 1U);
    disk.unlimited();
    EXPECT_EQ(apply(big).created, 500U);
    EXPECT_EQ(store_->stats()->interactions, 510U);
    EXPECT_EQ(store_->stats()->points, 10U);
    EXPECT_EQ(store_->stats()->feed_position, 510U);
    store_.reset();
}

TEST_F(CrashTest, FollowsAnotherProcessThatWrites) {
    open();
    apply(messages(0, 1));
    auto other = open_sqlite_store({.file = file()}).value();
    Batch elsewhere;
    elsewhere.observations.push_back(test::message({.external_id = "other", .points = {test::tel("+99")}}));
    ASSERT_TRUE(other->apply(elsewhere));
    ASSERT_TRUE(other->link(test::tel("+0"), test::tel("+99"), "ops", now_));
    EXPECT_EQ(apply(messages(1, 1)).feed_position, 4U);
    EXPECT_EQ(customer(test::tel("+0")).points.size(), 2U);
    EXPECT_EQ(store_->stats()->interactions, 3U);
    EXPECT_EQ(store_->stats()->customers, 2U);
}

TEST_F(CrashTest, RefusesAFileFromTheFutureAndOneThatIsNoDatabase) {
    {
        sqlite::Database database(file(), sqlite::Access::ReadWrite);
        database.execute("PRAGMA user_version=1000");
    }
    EXPECT_EQ(open_sqlite_store({.file = file()}).error().kind, ErrorKind::Config);
    std::ofstream(file(), std::ios::trunc) << std::string(10'000, 'x');
    EXPECT_EQ(open_sqlite_store({.file = file()}).error().kind, ErrorKind::Corrupt);
    EXPECT_EQ(open_sqlite_store({.file = dir_.path() / "no" / "store.db"}).error().kind, ErrorKind::Config);
}

}  // namespace
}  // namespace tandem::store
