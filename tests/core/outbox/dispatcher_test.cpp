#include "core/outbox/dispatcher.hpp"

#include "core/async/wait.hpp"
#include "tests/support/loop_thread.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/store_builder.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>

namespace tandem::outbox {
namespace {

using namespace std::chrono_literals;
using async::Task;
using connector::SentId;
using store::OutboxState;
using Ids = std::vector<SentId>;

// Passes everything on to the store's outbox and tells when something was settled.
class WatchedOutbox final : public store::Outbox {
public:
    explicit WatchedOutbox(store::Outbox& real) : real_(real) {}

    Result<std::optional<store::AcceptedMessage>> known(std::string_view key, std::uint64_t request_hash) override {
        return real_.known(key, request_hash);
    }
    Result<store::AcceptedMessage> accept(const store::OutgoingMessage& message, Instant now) override {
        return real_.accept(message, now);
    }
    Result<std::vector<store::ClaimedMessage>> claim(std::string_view instance,
                                                     std::size_t limit,
                                                     Instant now,
                                                     const store::ExpectedNames& names) override {
        return real_.claim(instance, limit, now, names);
    }
    Result<void> settle(std::span<const store::Settlement> settlements, Instant now) override {
        {
            const std::lock_guard lock(mutex_);
            if (settle_failures > 0) {
                --settle_failures;
                return fail(full("no room"));
            }
        }
        auto settled = real_.settle(settlements, now);
        const std::lock_guard lock(mutex_);
        settled_ += settlements.size();
        changed_.notify_all();
        return settled;
    }
    Result<std::size_t> recover(std::string_view instance, store::Recovery recovery, Instant now) override {
        return real_.recover(instance, recovery, now);
    }
    Result<std::vector<store::ClaimedMessage>> doubtful(std::string_view instance,
                                                        std::size_t limit,
                                                        Instant now) override {
        return real_.doubtful(instance, limit, now);
    }
    Result<store::OutboxPage> messages(const store::OutboxQuery& query) override { return real_.messages(query); }
    Result<void> resend(InteractionId id, Instant expires_at, std::string_view actor, Instant now) override {
        return real_.resend(id, expires_at, actor, now);
    }
    Result<std::optional<Instant>> next_due(std::string_view instance, bool doubtful) override {
        return real_.next_due(instance, doubtful);
    }
    Result<std::optional<store::OutboxView>> message(InteractionId id) override { return real_.message(id); }

    bool wait_settled(std::size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 20s, [&] { return settled_ >= count; });
    }

    int settle_failures = 0;

private:
    store::Outbox& real_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t settled_ = 0;
};

// A vendor that answers what the test says, and remembers what it was asked.
class Vendor {
public:
    Task<Result<Ids>> send(std::string instance, connector::Outgoing outgoing) {
        {
            const std::lock_guard lock(mutex_);
            seen_.push_back(instance + ":" + outgoing.message);
            changed_.notify_all();
        }
        if (hold != nullptr) co_await hold->wait();
        const std::lock_guard lock(mutex_);
        if (answers.empty()) co_return Ids{{"vendor", "id-" + outgoing.id}};
        auto answer = std::move(answers.front());
        answers.pop_front();
        if (!answer) co_return fail(std::move(answer.error()));
        co_return std::move(*answer);
    }
    bool wait_seen(std::size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 20s, [&] { return seen_.size() >= count; });
    }
    std::vector<std::string> seen() {
        const std::lock_guard lock(mutex_);
        return seen_;
    }

    Task<Result<connector::Resolution>> resolve(std::string instance, connector::Outgoing outgoing) {
        const std::lock_guard lock(mutex_);
        seen_.push_back("ask " + instance + ":" + outgoing.message);
        changed_.notify_all();
        if (resolutions.empty()) co_return fail(transient("cannot say"));
        auto answer = std::move(resolutions.front());
        resolutions.pop_front();
        co_return answer;
    }

    std::deque<Result<connector::Resolution>> resolutions;  // then nobody can say
    std::deque<Result<Ids>> answers;                        // then everything is taken
    async::Event* hold = nullptr;                           // answers wait for it

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> seen_;
};

class DispatcherTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = store::open_sqlite_store({.file = dir_.path() / "store.db", .readers = 1});
        ASSERT_TRUE(opened) << opened.error().text;
        store_ = std::move(*opened);
        outbox_ = std::make_unique<WatchedOutbox>(store_->outbox());
    }
    void TearDown() override { stop(); }

    void start(std::vector<Lane> lanes = {{.instance = "sms"}}) {
        dispatcher_ = std::make_unique<Dispatcher>(
            loop_.io(), pool_, *outbox_,
            Vendors{.send =
                        [this](std::string instance, connector::Outgoing outgoing) {
                            return vendor_.send(std::move(instance), std::move(outgoing));
                        },
                    .resolve =
                        [this](std::string instance, connector::Outgoing outgoing) {
                            return vendor_.resolve(std::move(instance), std::move(outgoing));
                        }},
            clock_, obs::Log(), options_);
        loop_.run(dispatcher_->apply(std::move(lanes)));
    }
    void stop(std::chrono::milliseconds limit = 10s) {
        if (dispatcher_) loop_.run(dispatcher_->stop(limit));
        dispatcher_.reset();
    }
    InteractionId accept(const std::string& name, const std::string& instance = "sms") {
        store::OutgoingMessage message;
        message.observation = test::message(
            {.external_id = name, .source = "tandem", .direction = "outbound", .points = {test::tel("+74951234567")}});
        message.key = name;
        message.instance = instance;
        message.request = name;
        message.expires_at = clock_.now() + 1h;
        const auto accepted = outbox_->accept(message, clock_.now());
        EXPECT_TRUE(accepted);
        if (dispatcher_) dispatcher_->wake(instance);
        return message.observation.id;
    }
    store::OutboxView view(InteractionId id) { return outbox_->message(id).value().value(); }
    OutboxState state(InteractionId id) { return view(id).state; }

    test::TempDir dir_;
    test::ManualClock clock_;
    test::LoopThread loop_;
    async::Pool pool_{"outbox", 1};
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<WatchedOutbox> outbox_;
    Vendor vendor_;
    DispatcherOptions options_{.retry = {.first = 1ms, .limit = 2ms},
                               .trip_after = 3,
                               .pause = {.first = 1ms, .limit = 2ms},
                               .human_pause = 5ms,
                               .idle_look = 10s};
    std::unique_ptr<Dispatcher> dispatcher_;
};

TEST_F(DispatcherTest, SendsWhatWaitsAndWhatComes) {
    const auto early = accept("m1");
    start();
    ASSERT_TRUE(outbox_->wait_settled(1));
    const auto late = accept("m2");
    ASSERT_TRUE(outbox_->wait_settled(2));

    EXPECT_EQ(vendor_.seen(), (std::vector<std::string>{"sms:m1", "sms:m2"}));
    EXPECT_EQ(state(early), OutboxState::Sent);
    EXPECT_EQ(state(late), OutboxState::Sent);
    EXPECT_EQ(store_->interaction(interaction_id("vendor", "id-" + late.text())).value().value().id, late);
    EXPECT_EQ(dispatcher_->status().at(0).sent, 2U);
}

TEST_F(DispatcherTest, SaysWhenReceiptsCannotFindAMessage) {
    vendor_.answers.push_back(Ids{});
    vendor_.answers.push_back(Ids{});
    start({{.instance = "sms", .gives_ids = true}, {.instance = "shy"}});
    const auto lost = accept("m1");
    const auto usual = accept("m2", "shy");
    ASSERT_TRUE(outbox_->wait_settled(2));

    EXPECT_EQ(state(lost), OutboxState::Sent);
    EXPECT_TRUE(view(lost).history.back().reason.contains("without giving its id"));
    EXPECT_EQ(view(usual).history.back().reason, "") << "of a pack that expects none";
    for (const auto& lane : dispatcher_->status())
        EXPECT_EQ(lane.without_id, lane.instance == "sms" ? 1U : 0U);
}

struct OutcomeCase {
    ErrorKind kind;
    bool repeatable;
    OutboxState state;
};

class Outcomes : public DispatcherTest, public ::testing::WithParamInterface<OutcomeCase> {};

TEST_P(Outcomes, AreWritten) {
    options_.retry = {.first = 1h, .limit = 1h};
    options_.human_pause = 1h;
    vendor_.answers.push_back(fail(Error{.kind = GetParam().kind, .text = "why", .code = "17"}));
    const auto id = accept("m1");
    start({{.instance = "sms", .repeatable = GetParam().repeatable}});
    ASSERT_TRUE(outbox_->wait_settled(1));

    EXPECT_EQ(state(id), GetParam().state);
    EXPECT_EQ(view(id).history.back().reason, "why");
    EXPECT_EQ(view(id).history.back().code, "17");
    EXPECT_EQ(vendor_.seen().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         Outcomes,
                         ::testing::Values(OutcomeCase{ErrorKind::Transient, false, OutboxState::Queued},
                                           OutcomeCase{ErrorKind::Throttled, false, OutboxState::Queued},
                                           OutcomeCase{ErrorKind::Auth, false, OutboxState::Queued},
                                           OutcomeCase{ErrorKind::Config, false, OutboxState::Queued},
                                           OutcomeCase{ErrorKind::Rejected, false, OutboxState::Failed},
                                           OutcomeCase{ErrorKind::OptedOut, false, OutboxState::Failed},
                                           OutcomeCase{ErrorKind::UnknownOutcome, false, OutboxState::Unknown},
                                           OutcomeCase{ErrorKind::UnknownOutcome, true, OutboxState::Queued},
                                           OutcomeCase{ErrorKind::Cancelled, false, OutboxState::Unknown}));

TEST_F(DispatcherTest, TriesAgainUntilTheVendorTakesIt) {
    for (int i = 0; i < 7; ++i)
        vendor_.answers.push_back(fail(transient("down")));
    clock_.advance(1s);
    const auto id = accept("m1");
    start();
    // The message's time to wait is on the gateway's clock, which a test moves.
    for (std::size_t attempt = 1; attempt <= 7; ++attempt) {
        ASSERT_TRUE(outbox_->wait_settled(attempt));
        clock_.advance(1s);
        dispatcher_->wake("sms");
    }
    ASSERT_TRUE(outbox_->wait_settled(8));

    EXPECT_EQ(state(id), OutboxState::Sent);
    EXPECT_EQ(view(id).attempts, 8U);
}

TEST_F(DispatcherTest, WaitsAsLongAsTheVendorSays) {
    vendor_.answers.push_back(fail(throttled("slow down", 30s)));
    const auto id = accept("m1");
    start();
    ASSERT_TRUE(outbox_->wait_settled(1));

    EXPECT_GE(view(id).due, clock_.now() + 30s);
    const auto status = dispatcher_->status().at(0);
    EXPECT_EQ(status.trouble, "slow down");
    EXPECT_EQ(status.paused_until, clock_.now() + 30s);
    EXPECT_EQ(status.retried, 1U);
}

TEST_F(DispatcherTest, ThrottlingMakesNoMessageWaitLongerEachTime) {
    for (int i = 0; i < 10; ++i)
        vendor_.answers.push_back(fail(throttled("slow down", 1ms)));
    const auto id = accept("m1");
    start();
    for (std::size_t attempt = 1; attempt <= 10; ++attempt) {
        ASSERT_TRUE(outbox_->wait_settled(attempt));
        EXPECT_EQ(view(id).due, clock_.now() + 1ms);
        clock_.advance(1ms);
        dispatcher_->wake("sms");
    }
    ASSERT_TRUE(outbox_->wait_settled(11));

    EXPECT_EQ(state(id), OutboxState::Sent);
}

TEST_F(DispatcherTest, AVendorThatTookAMessageOfUnknownOutcomeSaysSo) {
    options_.ask_after = 1s;
    vendor_.answers.push_back(fail(unknown_outcome("no answer")));
    vendor_.resolutions.push_back(fail(transient("busy")));
    vendor_.resolutions.push_back(connector::Resolution(Ids{{"vendor", "v1"}}));
    const auto id = accept("m1");
    start({{.instance = "sms", .resolvable = true}});
    ASSERT_TRUE(outbox_->wait_settled(1));
    EXPECT_EQ(state(id), OutboxState::Unknown);
    for (std::size_t settled = 2; settled <= 3; ++settled) {
        clock_.advance(2s);
        dispatcher_->wake("sms");
        ASSERT_TRUE(outbox_->wait_settled(settled));
    }

    EXPECT_EQ(state(id), OutboxState::Sent);
    EXPECT_EQ(store_->interaction(interaction_id("vendor", "v1")).value().value().id, id);
    EXPECT_EQ(vendor_.seen(), (std::vector<std::string>{"sms:m1", "ask sms:m1", "ask sms:m1"}));
    EXPECT_EQ(view(id).history.back().reason, "the vendor says that it took the message");
}

TEST_F(DispatcherTest, WhatTheVendorNeverSawIsSentAgain) {
    options_.ask_after = 1s;
    vendor_.answers.push_back(fail(unknown_outcome("no answer")));
    vendor_.resolutions.push_back(connector::Resolution());
    const auto id = accept("m1");
    start({{.instance = "sms", .resolvable = true}});
    ASSERT_TRUE(outbox_->wait_settled(1));
    clock_.advance(2s);
    dispatcher_->wake("sms");
    ASSERT_TRUE(outbox_->wait_settled(3));

    EXPECT_EQ(state(id), OutboxState::Sent);
    EXPECT_EQ(vendor_.seen(), (std::vector<std::string>{"sms:m1", "ask sms:m1", "sms:m1"}));
}

TEST_F(DispatcherTest, WhatAnEarlierProcessLeftIsAskedAbout) {
    const auto id = accept("m1");
    ASSERT_EQ(outbox_->claim("sms", 1, clock_.now(), {}).value().size(), 1U);
    vendor_.resolutions.push_back(connector::Resolution(Ids{{"vendor", "v1"}}));
    start({{.instance = "sms", .resolvable = true}});
    ASSERT_TRUE(outbox_->wait_settled(1));

    EXPECT_EQ(state(id), OutboxState::Sent);
    EXPECT_EQ(vendor_.seen(), std::vector<std::string>{"ask sms:m1"});
}

// The names are known before anybody answers, and after a kill too.
TEST_F(DispatcherTest, WhatSpeaksOfAMessageSettlesIt) {
    const auto names = [](const connector::Outgoing& outgoing) { return Ids{{"ref", outgoing.id}}; };
    const auto killed = accept("m1");
    ASSERT_EQ(outbox_
                  ->claim("sms", 1, clock_.now(),
                          [](const store::ClaimedMessage& message) {
                              return std::vector<store::VendorId>{{"ref", message.id.text()}};
                          })
                  .value()
                  .size(),
              1U);
    vendor_.answers.push_back(fail(unknown_outcome("no answer")));
    start({{.instance = "sms", .names = names}});
    const auto lost = accept("m2");
    ASSERT_TRUE(outbox_->wait_settled(1));
    EXPECT_EQ(state(killed), OutboxState::Unknown);
    EXPECT_EQ(state(lost), OutboxState::Unknown);

    store::Batch batch;
    batch.consumer = "p";
    batch.position = 1;
    batch.now = clock_.now();
    for (const auto& id : {killed, lost})
        batch.receipts.push_back(
            {interaction_id("ref", id.text()), model::ReceiptStatus::Delivered, clock_.now(), {}, {}});
    ASSERT_TRUE(store_->apply(batch));

    EXPECT_EQ(state(killed), OutboxState::Sent);
    EXPECT_EQ(state(lost), OutboxState::Sent);
    EXPECT_EQ(vendor_.seen(), std::vector<std::string>{"sms:m2"}) << "nothing is sent twice";
}

TEST_F(DispatcherTest, NobodyAsksForEver) {
    options_.ask_after = 1s;
    vendor_.answers.push_back(fail(unknown_outcome("no answer")));
    const auto id = accept("m1");
    start({{.instance = "sms", .resolvable = true}});
    ASSERT_TRUE(outbox_->wait_settled(1));
    clock_.advance(2h);
    dispatcher_->wake("sms");
    ASSERT_TRUE(outbox_->wait_settled(2));

    EXPECT_EQ(state(id), OutboxState::Unknown);
    EXPECT_EQ(outbox_->next_due("sms", true).value(), std::nullopt);
}

TEST_F(DispatcherTest, OneLaneDoesNotHoldUpAnother) {
    options_.human_pause = 1h;
    vendor_.answers.push_back(fail(auth_error("wrong password")));
    accept("m1", "sms");
    start({{.instance = "sms"}, {.instance = "chat"}});
    ASSERT_TRUE(outbox_->wait_settled(1));

    accept("m2", "sms");
    const auto other = accept("m3", "chat");
    ASSERT_TRUE(outbox_->wait_settled(2));

    EXPECT_EQ(state(other), OutboxState::Sent);
    EXPECT_EQ(vendor_.seen(), (std::vector<std::string>{"sms:m1", "chat:m3"}));
}

TEST_F(DispatcherTest, KeepsToTheWindow) {
    async::Event hold;
    vendor_.hold = &hold;
    for (const auto* name : {"m1", "m2", "m3"})
        accept(name);
    start({{.instance = "sms", .window = 2}});
    ASSERT_TRUE(vendor_.wait_seen(2));

    EXPECT_EQ(vendor_.seen().size(), 2U);
    EXPECT_EQ(state(interaction_id("test", "m3")), OutboxState::Queued);
    loop_.run([](Vendor& vendor, async::Event& event) -> Task<void> {
        vendor.hold = nullptr;
        event.notify_all();
        co_return;
    }(vendor_, hold));
    ASSERT_TRUE(outbox_->wait_settled(3));
}

TEST_F(DispatcherTest, WhatIsInTheAirWhenItStopsIsUnknownAfterwards) {
    async::Event hold;
    vendor_.hold = &hold;
    const auto id = accept("m1");
    start();
    ASSERT_TRUE(vendor_.wait_seen(1));
    stop(0ms);
    vendor_.hold = nullptr;

    start();
    accept("m2");
    ASSERT_TRUE(outbox_->wait_settled(1));

    EXPECT_EQ(state(id), OutboxState::Unknown);
    EXPECT_EQ(vendor_.seen(), (std::vector<std::string>{"sms:m1", "sms:m2"})) << "m1 is not sent a second time";
}

TEST_F(DispatcherTest, AnOutcomeIsWrittenEvenIfTheStoreIsFullForAWhile) {
    outbox_->settle_failures = 3;
    const auto id = accept("m1");
    start();
    ASSERT_TRUE(outbox_->wait_settled(1));

    EXPECT_EQ(state(id), OutboxState::Sent);
    EXPECT_EQ(vendor_.seen().size(), 1U);
}

TEST_F(DispatcherTest, ALaneThatLeavesFinishesWhatItHasBegun) {
    accept("m1");
    start();
    ASSERT_TRUE(outbox_->wait_settled(1));
    loop_.run(dispatcher_->apply({{.instance = "chat"}}));

    accept("m2", "sms");
    const auto other = accept("m3", "chat");
    ASSERT_TRUE(outbox_->wait_settled(2));

    EXPECT_EQ(state(other), OutboxState::Sent);
    EXPECT_EQ(state(interaction_id("test", "m2")), OutboxState::Queued);
    EXPECT_EQ(dispatcher_->status().size(), 1U);
}

}  // namespace
}  // namespace tandem::outbox
