#include "core/media/fetcher.hpp"

#include "core/async/wait.hpp"
#include "tests/support/loop_thread.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/store_builder.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>

namespace tandem::media {
namespace {

using namespace std::chrono_literals;
using async::Task;
using connector::MediaBytes;
using store::MediaState;

constexpr std::string_view kPng = "\x89PNG\r\n\x1a\n....";

// Passes everything on and tells what happened; can refuse to take an outcome.
class WatchedMedia final : public store::Media {
public:
    explicit WatchedMedia(store::Media& real) : real_(real) {}

    Result<std::vector<store::ClaimedMedia>> claim_media(std::string_view name,
                                                         std::size_t limit,
                                                         Instant now) override {
        return real_.claim_media(name, limit, now);
    }
    Result<void> settle_media(const store::MediaSettlement& settlement, Instant now) override {
        {
            const std::lock_guard lock(mutex_);
            if (settle_failures-- > 0) return fail(full("no room"));
        }
        auto out = real_.settle_media(settlement, now);
        const std::lock_guard lock(mutex_);
        ++settled_;
        changed_.notify_all();
        return out;
    }
    Result<std::size_t> recover_media(Instant now) override { return real_.recover_media(now); }
    Result<std::optional<Instant>> next_media(std::string_view name) override {
        const std::lock_guard lock(mutex_);
        ++looked_;
        changed_.notify_all();
        return real_.next_media(name);
    }
    Result<std::optional<store::MediaFile>> media_file(std::string_view sha512) override {
        return real_.media_file(sha512);
    }
    Result<store::MediaStats> media_stats() override { return real_.media_stats(); }

    bool wait_settled(int count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 20s, [&] { return settled_ >= count; });
    }
    // Until it has found nothing to do once more.
    bool wait_idle() {
        std::unique_lock lock(mutex_);
        const auto before = looked_;
        return changed_.wait_for(lock, 20s, [&] { return looked_ > before; });
    }

    int settle_failures = 0;

private:
    store::Media& real_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int settled_ = 0;
    int looked_ = 0;
};

class FetcherTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = store::open_sqlite_store({.file = dir_.path() / "store.db", .readers = 2});
        ASSERT_TRUE(opened) << opened.error().text;
        store_ = std::move(*opened);
        media_ = std::make_unique<WatchedMedia>(store_->media());
        options_.retry = {.first = 10s, .limit = 10s, .jitter = 0};
        options_.tries = 3;
        options_.idle_look = 20ms;
        options_.pause = 20ms;
        options_.disk_pause = 20ms;
    }
    void TearDown() override { stop(); }

    void start(std::vector<std::string> instances = {"chat"}, FolderLimits limits = {.max_total = 1 << 30}) {
        folder_ = std::make_unique<Folder>(dir_.path() / "media", limits);
        ASSERT_TRUE(folder_->open());
        fetcher_ = std::make_unique<Fetcher>(
            loop_.io(), pool_, *media_, *folder_,
            [this](std::string name, connector::MediaWanted wanted) {
                return fetch(std::move(name), std::move(wanted));
            },
            clock_, obs::Log(), options_);
        apply(std::move(instances));
    }
    void apply(std::vector<std::string> instances) {
        loop_.run([](Fetcher& fetcher, std::vector<std::string> names) -> Task<bool> {
            co_await fetcher.apply(std::move(names));
            co_return true;
        }(*fetcher_, std::move(instances)));
    }
    void stop(std::chrono::milliseconds limit = 20s) {
        if (!fetcher_) return;
        loop_.run([](Fetcher& fetcher, std::chrono::milliseconds patience) -> Task<bool> {
            co_await fetcher.stop(patience);
            co_return true;
        }(*fetcher_, limit));
        fetcher_.reset();
    }

    // What the vendor serves under an address; runs on the strand.
    Task<Result<MediaBytes>> fetch(std::string name, connector::MediaWanted wanted) {
        asked_.push_back(name + " " + wanted.url);
        if (wanted.url.contains("hangs")) co_await never_.wait();
        const auto found = answers_.find(wanted.url);
        if (found == answers_.end()) co_return MediaBytes{"image/png", std::string(kPng)};
        if (!found->second) co_return fail(found->second.error());
        co_return *found->second;
    }

    void arrives(const std::string& id, const std::string& url, const std::string& instance = "chat") {
        store::Batch batch;
        batch.now = clock_.now();
        batch.observations.push_back(test::message({.external_id = id, .points = {test::tel("+1")}}));
        batch.observations.back().fetched_by = instance;
        batch.observations.back().media.push_back(
            {.attachment = "a", .url = url, .kind = "image", .media_type = "", .filename = ""});
        ASSERT_TRUE(store_->apply(batch));
        if (fetcher_) fetcher_->wake();
    }
    store::MediaView state_of(const std::string& id) {
        return store_->interaction(interaction_id("test", id)).value()->media.at(0);
    }

    test::TempDir dir_;
    test::ManualClock clock_;
    test::LoopThread loop_;
    async::Pool pool_{"media", 1};
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<WatchedMedia> media_;
    std::unique_ptr<Folder> folder_;
    FetcherOptions options_;
    std::map<std::string, Result<MediaBytes>> answers_;
    std::vector<std::string> asked_;  // on the strand; read after stop()
    async::Event never_;
    std::unique_ptr<Fetcher> fetcher_;
};

TEST_F(FetcherTest, KeepsEqualBytesOnce) {
    arrives("before", "https://v.test/1");
    start();
    arrives("after", "https://v.test/2");
    ASSERT_TRUE(media_->wait_settled(2));
    EXPECT_EQ(state_of("before").state, MediaState::Stored);
    EXPECT_EQ(state_of("after").media_type, "image/png");
    EXPECT_EQ(state_of("after").sha512, state_of("before").sha512);
    EXPECT_EQ(media_->media_stats()->files, 1U);
    EXPECT_EQ(fetcher_->status().fetched, 2U);
}

TEST_F(FetcherTest, GivesUpAtOnceOnWhatWillNotChange) {
    answers_["https://v.test/gone"] = fail(Error{.kind = ErrorKind::NotFound, .text = "answered 404", .code = "404"});
    answers_["https://v.test/page"] = MediaBytes{"text/html", "<html>log in</html>"};
    answers_["https://v.test/none"] = MediaBytes{"image/png", ""};
    start();
    arrives("gone", "https://v.test/gone");
    arrives("page", "https://v.test/page");
    arrives("none", "https://v.test/none");
    ASSERT_TRUE(media_->wait_settled(3));
    EXPECT_EQ(state_of("gone").state, MediaState::Failed);
    EXPECT_EQ(state_of("gone").code, "404");
    EXPECT_EQ(state_of("page").state, MediaState::Failed);
    EXPECT_EQ(state_of("page").reason, "the image is text/html");
    EXPECT_EQ(state_of("none").reason, "the file is empty");
    EXPECT_EQ(media_->media_stats()->failed, 3U);
    EXPECT_EQ(media_->media_stats()->files, 0U);
}

TEST_F(FetcherTest, TriesAgainLaterAndNotForEver) {
    answers_["https://v.test/1"] = fail(transient("timeout"));
    start();
    arrives("m", "https://v.test/1");
    for (int i = 1; i <= 3; ++i) {
        ASSERT_TRUE(media_->wait_settled(i));
        EXPECT_EQ(state_of("m").state, i < 3 ? MediaState::Queued : MediaState::Failed) << i;
        EXPECT_EQ(state_of("m").reason, "timeout");
        clock_.advance(10s);
        fetcher_->wake();
    }
    stop();
    EXPECT_EQ(asked_.size(), 3U);
}

TEST_F(FetcherTest, AnInstanceThatIsNotReadyCostsNoTry) {
    Error error = transient("not ready");
    error.code = connector::kNotReady;
    error.retry_after = 5ms;
    answers_["https://v.test/1"] = fail(error);
    start();
    arrives("m", "https://v.test/1");
    for (int i = 1; i <= 5; ++i) {
        ASSERT_TRUE(media_->wait_settled(i));
        EXPECT_EQ(state_of("m").state, MediaState::Queued) << i;
        clock_.advance(10s);
        fetcher_->wake();
    }
}

TEST_F(FetcherTest, FetchesNothingWithoutRoom) {
    start({"chat"}, {.max_total = 1 << 20});
    arrives("m", "https://v.test/1");
    stop();
    EXPECT_TRUE(asked_.empty());
    EXPECT_EQ(state_of("m").state, MediaState::Queued);
    start();
    ASSERT_TRUE(media_->wait_settled(1));
    EXPECT_EQ(state_of("m").state, MediaState::Stored);
    EXPECT_EQ(fetcher_->status().trouble, "");
}

TEST_F(FetcherTest, OneThatHangsLeavesAPlaceForTheOthers) {
    start({"chat", "slow"});
    for (int i = 0; i < 5; ++i)
        arrives("h" + std::to_string(i), "https://v.test/hangs", "slow");
    for (int i = 0; i < 5; ++i)
        arrives("m" + std::to_string(i), "https://v.test/1");
    ASSERT_TRUE(media_->wait_settled(5));
    EXPECT_EQ(state_of("m4").state, MediaState::Stored);
    stop(0ms);
    EXPECT_EQ(state_of("h0").state, MediaState::Fetching) << "left to the next start";
    start({"chat"});
    ASSERT_TRUE(media_->wait_idle());
    EXPECT_EQ(state_of("h0").state, MediaState::Queued);
}

TEST_F(FetcherTest, AnOutcomeIsWrittenHoweverLongItTakes) {
    media_->settle_failures = 1;
    start();
    arrives("m", "https://v.test/1");
    ASSERT_TRUE(media_->wait_settled(1));
    EXPECT_EQ(state_of("m").state, MediaState::Stored);
    stop();
    EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(FetcherTest, AnInstanceThatIsGoneKeepsItsJobs) {
    start({});
    arrives("m", "https://v.test/1");
    apply({"chat"});
    ASSERT_TRUE(media_->wait_settled(1));
    EXPECT_EQ(state_of("m").state, MediaState::Stored);
}

}  // namespace
}  // namespace tandem::media
