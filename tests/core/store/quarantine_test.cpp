#include "tests/core/store/store_fixture.hpp"

namespace tandem::store {
namespace {

class QuarantineTest : public StoreTest {
protected:
    static QuarantineEntry entry(std::uint64_t event, const std::string& instance, const std::string& reason) {
        return {.node = "n1",
                .event = event,
                .instance = instance,
                .pack = "twilio",
                .reason = reason,
                .path = "parties[0]",
                .at = seconds(5),
                .content_type = "text/plain",
                .envelope = "{}",
                .raw = std::string("raw\0bytes", 9)};
    }
    void set_aside(std::vector<QuarantineEntry> entries) {
        Batch out = batch();
        out.quarantine = std::move(entries);
        apply(out);
    }
};

TEST_F(QuarantineTest, ListsNewestFirstByPageAndInstance) {
    set_aside({entry(1, "sms", "a"), entry(2, "chat", "b"), entry(3, "sms", "c")});
    const auto all = store_->quarantine({}).value();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].reason, "c");
    EXPECT_EQ(all[0].raw, "") << "lists come without the payload";
    EXPECT_EQ(store_->quarantine({.limit = 1, .before = all[0].id})->front().reason, "b");
    EXPECT_EQ(store_->quarantine({.instance = "sms"})->size(), 2U);
    EXPECT_EQ(store_->stats()->quarantined, 3U);
    const auto one = store_->quarantined(all[0].id).value();
    ASSERT_TRUE(one);
    EXPECT_EQ(one->raw, std::string("raw\0bytes", 9));
    EXPECT_EQ(one->event, 3U);
    EXPECT_EQ(one->path, "parties[0]");
    EXPECT_EQ(one->at, seconds(5));
    EXPECT_FALSE(store_->quarantined(99)->has_value());
}

TEST_F(QuarantineTest, ARepeatedFailureIsOneEntryWithTheLatestReason) {
    set_aside({entry(1, "sms", "old")});
    const auto id = store_->quarantine({})->front().id;
    set_aside({entry(1, "sms", "new")});
    ASSERT_EQ(store_->quarantine({})->size(), 1U);
    EXPECT_EQ(store_->quarantine({})->front().id, id);
    EXPECT_EQ(store_->quarantine({})->front().reason, "new");
    EXPECT_EQ(store_->stats()->quarantined, 1U);
}

TEST_F(QuarantineTest, AReleasedEntryIsGoneAndItsIdIsNotUsedAgain) {
    set_aside({entry(1, "sms", "a")});
    const auto id = store_->quarantine({})->front().id;
    Batch replay;  // without a consumer: an operator's action moves no position
    replay.released = {id, id};
    replay.observations.push_back(test::message({.external_id = "mapped"}));
    EXPECT_EQ(apply(replay).created, 1U);
    EXPECT_TRUE(store_->quarantine({})->empty());
    EXPECT_EQ(store_->stats()->quarantined, 0U);
    set_aside({entry(2, "sms", "b")});
    EXPECT_GT(store_->quarantine({})->front().id, id);
}

}  // namespace
}  // namespace tandem::store
