#include "core/store/media.hpp"

#include "core/base/text.hpp"
#include "core/store/outbox.hpp"
#include "tests/core/store/store_fixture.hpp"
#include "tests/support/faulty_disk.hpp"

namespace tandem::store {
namespace {

using namespace std::chrono_literals;

class MediaTest : public StoreTest {
protected:
    static Observation with_files(const std::string& id, std::vector<std::string> urls, std::int64_t rev = 1) {
        auto out = test::message({.external_id = id, .rev = rev, .points = {test::tel("+1")}});
        out.fetched_by = "chat";
        for (std::size_t i = 0; i < urls.size(); ++i) {
            out.media.push_back({.attachment = "a" + std::to_string(i),
                                 .url = urls[i],
                                 .kind = "image",
                                 .media_type = "image/png",
                                 .filename = "cat.png"});
        }
        return out;
    }
    std::vector<ClaimedMedia> claim(std::size_t limit = 10, const std::string& instance = "chat") {
        return media().claim_media(instance, limit, now_).value();
    }
    void stored(const ClaimedMedia& job, char byte, std::uint64_t size = 100) {
        ASSERT_TRUE(media().settle_media({.job = job.job,
                                          .attempt = job.attempt,
                                          .state = MediaState::Stored,
                                          .sha512 = std::string(64, byte),
                                          .size = size,
                                          .media_type = "image/png"},
                                         now_));
    }
    void settle(const ClaimedMedia& job, MediaState state, Instant due = {}, bool counts = true) {
        ASSERT_TRUE(media().settle_media({.job = job.job,
                                          .attempt = job.attempt,
                                          .state = state,
                                          .due = due,
                                          .counts = counts,
                                          .code = "404",
                                          .reason = "gone"},
                                         now_));
    }
    MediaView only(const std::string& id) {
        const auto found = view(id);
        EXPECT_EQ(found->media.size(), 1U);
        return found->media.empty() ? MediaView{} : found->media.front();
    }
    Media& media() { return store_->media(); }
};

TEST_F(MediaTest, AJobComesWithItsInteractionAndOnlyOnce) {
    observe({with_files("m", {"https://v.test/1", "https://v.test/2"})});
    observe({with_files("m", {"https://v.test/1", "https://v.test/2"})});
    observe({with_files("m", {"https://v.test/1", "https://v.test/3"}, 2)});
    EXPECT_EQ(view("m")->media.size(), 3U) << "a new address of an attachment is a new file";
    EXPECT_EQ(media().media_stats()->queued, 3U);
    const auto jobs = claim(2);
    ASSERT_EQ(jobs.size(), 2U);
    EXPECT_EQ(jobs[0].interaction, interaction_id("test", "m"));
    EXPECT_EQ(jobs[0].reference.url, "https://v.test/1");
    EXPECT_EQ(jobs[0].reference.kind, "image");
    EXPECT_EQ(jobs[0].attempt, 1U);
    EXPECT_EQ(claim().size(), 1U) << "what is on its way is not given out again";
    EXPECT_TRUE(claim().empty());
    EXPECT_TRUE(claim(10, "other").empty());
}

TEST_F(MediaTest, WhatIsStoredShowsAndMovesTheFeed) {
    observe({with_files("m", {"https://v.test/1"})});
    EXPECT_EQ(only("m").state, MediaState::Queued);
    const auto version = view("m")->version;
    const auto job = claim().at(0);
    EXPECT_EQ(only("m").state, MediaState::Fetching);
    stored(job, 'a');
    const auto shown = only("m");
    EXPECT_EQ(shown.state, MediaState::Stored);
    EXPECT_EQ(shown.sha512.substr(0, 4), "6161");
    EXPECT_EQ(shown.size, 100U);
    EXPECT_EQ(shown.media_type, "image/png");
    EXPECT_EQ(view("m")->version, version + 1);
    EXPECT_EQ(feed(), (std::vector<std::string>{"interaction.created", "interaction.changed"}));
    EXPECT_EQ(timeline(customer(test::tel("+1")).id), std::vector<std::string>{"m"});
}

TEST_F(MediaTest, OneFileForEqualBytes) {
    observe({with_files("m", {"https://v.test/1", "https://v.test/2"})});
    for (const auto& job : claim())
        stored(job, 'a', 70);
    const auto stats = *media().media_stats();
    EXPECT_EQ(stats.stored, 2U);
    EXPECT_EQ(stats.files, 1U);
    EXPECT_EQ(stats.bytes, 70U);
    EXPECT_EQ(stats.queued, 0U);
    const auto file = media().media_file(std::string(64, 'a')).value();
    ASSERT_TRUE(file);
    EXPECT_EQ(file->size, 70U);
    EXPECT_EQ(file->filename, "cat.png");
    EXPECT_FALSE(media().media_file(std::string(64, 'b')).value());
}

TEST_F(MediaTest, TriesAgainWhenItIsDueAndCountsWhatFailed) {
    observe({with_files("m", {"https://v.test/1"})});
    settle(claim().at(0), MediaState::Queued, now_ + 10s, false);
    EXPECT_TRUE(claim().empty());
    EXPECT_EQ(media().next_media("chat").value(), now_ + 10s);
    now_ += 10s;
    const auto second = claim().at(0);
    EXPECT_EQ(second.attempt, 2U);
    EXPECT_EQ(second.failures, 0U);
    settle(second, MediaState::Queued, now_);
    EXPECT_EQ(only("m").reason, "gone") << "why it is still not there";
    const auto third = claim().at(0);
    EXPECT_EQ(third.failures, 1U);
    settle(second, MediaState::Failed);
    EXPECT_EQ(only("m").state, MediaState::Fetching) << "an older attempt settles nothing";
    settle(third, MediaState::Failed);
    EXPECT_EQ(only("m").state, MediaState::Failed);
    EXPECT_EQ(only("m").code, "404");
    EXPECT_EQ(media().media_stats()->failed, 1U);
    EXPECT_FALSE(media().next_media("chat").value());
}

TEST_F(MediaTest, AKillDuringAnAttemptLeavesTheJobAndCountsOnce) {
    observe({with_files("m", {"https://v.test/1"})});
    const auto before = claim().at(0);
    open();
    EXPECT_EQ(media().recover_media(now_).value(), 1U);
    EXPECT_EQ(media().recover_media(now_).value(), 0U);
    const auto after = claim().at(0);
    EXPECT_EQ(after.failures, 1U);
    EXPECT_GT(after.attempt, before.attempt);
    stored(before, 'x');
    EXPECT_EQ(only("m").state, MediaState::Fetching);
    stored(after, 'a');
    EXPECT_EQ(only("m").state, MediaState::Stored);
}

TEST_F(MediaTest, AnEchoThatBecomesOurMessageBringsItsFiles) {
    observe({with_files("vendor-1", {"https://v.test/1"})});
    OutgoingMessage ours{
        .observation = test::message({.external_id = "mine", .direction = "outbound", .points = {test::tel("+1")}}),
        .key = "k",
        .instance = "chat",
        .request = "{}",
        .expires_at = now_ + 1h};
    ASSERT_TRUE(store_->outbox().accept(ours, now_));
    const auto message = store_->outbox().claim("chat", 1, now_).value().at(0);
    const Settlement sent{.id = message.id, .attempt = message.attempt, .ids = {{"test", "vendor-1"}}};
    ASSERT_TRUE(store_->outbox().settle({&sent, 1}, now_));
    EXPECT_EQ(only("mine").url, "https://v.test/1");
    stored(claim().at(0), 'a');
    EXPECT_EQ(only("mine").state, MediaState::Stored);
}

class FullDiskMediaTest : public MediaTest {
protected:
    void SetUp() override {}
    ~FullDiskMediaTest() override { store_.reset(); }
};

TEST_F(FullDiskMediaTest, AJobAndItsInteractionAreOneTransaction) {
    test::FaultyDisk disk;
    open();
    observe({with_files("m", {"https://v.test/1"})});
    disk.fail_writes(true);
    Batch next = batch();
    next.observations = {with_files("n", {"https://v.test/2"})};
    ASSERT_FALSE(store_->apply(next));
    EXPECT_FALSE(media().claim_media("chat", 10, now_));
    EXPECT_EQ(only("m").state, MediaState::Queued);
    disk.fail_writes(false);
    EXPECT_EQ(media().media_stats()->queued, 1U);
    apply(next);
    EXPECT_EQ(media().media_stats()->queued, 2U);
    EXPECT_EQ(claim().size(), 2U);
    store_.reset();
}

}  // namespace
}  // namespace tandem::store
