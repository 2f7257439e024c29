#include "tests/core/store/store_fixture.hpp"

#include <algorithm>

namespace tandem::store {
namespace {

using enum model::ReceiptStatus;
using Kinds = std::vector<std::string>;

const std::string kCreated = "interaction.created";
const std::string kChanged = "interaction.changed";

class InteractionTest : public StoreTest {};

TEST_F(InteractionTest, StoresWhatASourceSaysAndGivesItBackUnchanged) {
    const auto given = test::message({.external_id = "1", .thread = "t", .points = {test::tel("+1")}});
    const auto report = observe({given});
    EXPECT_EQ(report.created, 1U);
    EXPECT_EQ(report.feed_position, 1U);
    const auto view = this->view("1");
    ASSERT_TRUE(view);
    EXPECT_EQ(view->document, given.document);
    EXPECT_EQ(view->sources, std::vector<std::string>{"sms"});
    EXPECT_EQ(view->started_at, given.started_at);
    EXPECT_EQ(view->channel, "sms");
    EXPECT_EQ(view->thread, given.thread);
    EXPECT_EQ(view->point, given.points[0].id);
    EXPECT_EQ(view->customer, customer(given.points[0]).id);
    EXPECT_EQ(view->version, 1U);
    EXPECT_EQ(view->delivery.status(), std::nullopt);
    EXPECT_FALSE(this->view("2"));
}

TEST_F(InteractionTest, TakesRepeatsAsOneInteractionAndOneFeedEntry) {
    const auto given = test::message({.external_id = "1", .points = {test::tel("+1")}});
    EXPECT_EQ(observe({given, given, given}).unchanged, 2U);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(observe({given}).unchanged, 1U);
    EXPECT_EQ(feed(), Kinds{kCreated});
    EXPECT_EQ(view("1")->version, 1U);
    EXPECT_EQ(timeline(customer(given.points[0]).id).size(), 1U);
    EXPECT_EQ(store_->stats()->interactions, 1U);
}

TEST_F(InteractionTest, AppliesABatchOnce) {
    Batch first = batch();
    first.observations.push_back(test::message({.external_id = "1"}));
    EXPECT_EQ(apply(first).created, 1U);
    EXPECT_EQ(store_->position("pipeline@test"), 1U);
    first.observations.push_back(test::message({.external_id = "2"}));
    const auto again = apply(first);
    EXPECT_EQ(again.created + again.changed + again.unchanged, 0U);
    EXPECT_EQ(again.feed_position, 1U);
    EXPECT_FALSE(view("2"));
    EXPECT_EQ(store_->position("somebody else"), 0U);
}

TEST_F(InteractionTest, KeepsTheHighestRevisionWhateverTheOrder) {
    std::vector<Observation> revisions;
    for (std::int64_t rev = 1; rev <= 4; ++rev) {
        revisions.push_back(test::message({.external_id = "1", .rev = rev, .body = "text " + std::to_string(rev)}));
    }
    std::vector<std::size_t> order = {0, 1, 2, 3};
    int round = 0;
    do {
        open(dir_.path() / ("store" + std::to_string(round++) + ".db"));
        position_ = 0;
        for (const std::size_t index : order)
            observe({revisions[index], revisions[order[0]]});
        ASSERT_EQ(view("1")->document, revisions[3].document);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(InteractionTest, ANewRevisionThatSaysTheSameIsNoChange) {
    observe({.external_id = "1", .rev = 1});
    const auto report = observe({.external_id = "1", .rev = 2});
    EXPECT_EQ(report.unchanged, 1U);
    EXPECT_EQ(feed(), Kinds{kCreated});
    EXPECT_EQ(observe({.external_id = "1", .rev = 1, .body = "older"}).unchanged, 1U) << "the revision was kept";
    EXPECT_EQ(observe({.external_id = "1", .rev = 3, .body = "edited"}).changed, 1U);
    EXPECT_EQ(feed(), (Kinds{kCreated, kChanged}));
    EXPECT_EQ(view("1")->version, 2U);
}

TEST_F(InteractionTest, FoldsSeveralSources) {
    observe({.external_id = "1", .source = "cdr", .precedence = 100, .at = 90, .body = "from cdr"});
    const auto report = observe({.external_id = "1", .source = "cti", .precedence = 50, .at = 100, .body = "from cti"});
    EXPECT_EQ(report.changed, 1U);
    const auto view = this->view("1");
    EXPECT_EQ(view->sources, (std::vector<std::string>{"cti", "cdr"}));
    EXPECT_EQ(view->started_at, seconds(90));
    data::Arena arena;
    const auto document = data::parse_json(view->document, arena).value();
    EXPECT_EQ(document.string_at("subject"), "from cti");
    EXPECT_EQ(document.string_at("started_at"), format_time(seconds(90)));
    EXPECT_EQ(
        observe({.external_id = "1", .source = "cdr", .precedence = 100, .rev = 2, .at = 90, .body = "x"}).unchanged,
        1U)
        << "what the better source hides is no visible change";
}

// ---------------------------------------------------------------------------------------------------------- receipts

TEST_F(InteractionTest, AReceiptMakesOneFeedEntryAndARepeatNone) {
    observe({.external_id = "1", .direction = "outbound"});
    EXPECT_EQ(receive("1", Delivered, 500).changed, 1U);
    EXPECT_EQ(receive("1", Delivered, 500).unchanged, 1U);
    EXPECT_EQ(receive("1", Delivered, 600).unchanged, 1U);
    EXPECT_EQ(receive("1", Unknown, 600).unchanged, 1U);
    EXPECT_EQ(feed(), (Kinds{kCreated, kChanged}));
    EXPECT_EQ(view("1")->delivery.status(), Delivered);
    EXPECT_EQ(view("1")->delivery.delivered_at, seconds(500));
    EXPECT_EQ(receive("1", Sent, 400).changed, 1U) << "a late 'sent' is a new fact";
    EXPECT_EQ(view("1")->delivery.status(), Delivered) << "but moves nothing backwards";
}

TEST_F(InteractionTest, AReceiptThatComesFirstWaitsUnseen) {
    receive("1", Failed, 500, "30003");
    receive("1", Failed, 500, "30003");
    EXPECT_FALSE(view("1"));
    EXPECT_EQ(feed(), Kinds{});
    EXPECT_EQ(store_->stats()->interactions, 0U);
    const auto point = test::tel("+1");
    EXPECT_EQ(observe({.external_id = "1", .direction = "outbound", .points = {point}}).created, 1U);
    EXPECT_EQ(feed(), Kinds{kCreated});
    const auto delivery = view("1")->delivery;
    EXPECT_EQ(delivery.status(), Failed);
    EXPECT_EQ(delivery.code, "30003");
    EXPECT_EQ(view("1")->version, 1U);
    EXPECT_EQ(timeline(customer(point).id), std::vector<std::string>{"1"});
    EXPECT_EQ(store_->stats()->interactions, 1U);
}

TEST_F(InteractionTest, ANewRevisionKeepsTheReceipts) {
    observe({.external_id = "1", .direction = "outbound"});
    receive("1", Read, 500);
    observe({.external_id = "1", .rev = 2, .direction = "outbound", .body = "edited"});
    EXPECT_EQ(view("1")->delivery.status(), Read);
}

// -------------------------------------------------------------------------------------------------------- watermarks

// Outbound messages at 10, 20, 30 and an inbound one at 15; watermarks at 12, 20 and 25, in every order.
TEST_F(InteractionTest, WatermarksCoverWhatWasSentBeforeThemInEveryOrder) {
    std::vector<int> steps = {0, 1, 2, 3, 4, 5, 6};
    for (int round = 0; round < 24; ++round) {
        open(dir_.path() / ("store" + std::to_string(round) + ".db"));
        position_ = 0;
        for (const int step : steps) {
            switch (step) {
                case 0:
                    observe({.external_id = "10", .direction = "outbound", .at = 10, .thread = "t"});
                    break;
                case 1:
                    observe({.external_id = "20", .direction = "outbound", .at = 20, .thread = "t"});
                    break;
                case 2:
                    observe({.external_id = "30", .direction = "outbound", .at = 30, .thread = "t"});
                    break;
                case 3:
                    observe({.external_id = "15", .direction = "inbound", .at = 15, .thread = "t"});
                    break;
                case 4:
                    advance("t", Read, 12);
                    break;
                case 5:
                    advance("t", Read, 20);
                    break;
                default:
                    advance("t", Delivered, 25);
                    break;
            }
        }
        ASSERT_EQ(view("10")->delivery.read_at, seconds(12));
        ASSERT_EQ(view("10")->delivery.delivered_at, seconds(25));
        ASSERT_EQ(view("20")->delivery.read_at, seconds(20));
        ASSERT_EQ(view("30")->delivery, Delivery{});
        ASSERT_EQ(view("15")->delivery, Delivery{});
        const auto entries = feed().size();
        for (const std::int64_t until : {12, 20})
            advance("t", Read, until);
        advance("other", Read, 99);
        advance("t", Failed, 99);
        ASSERT_EQ(feed().size(), entries) << "repeats and other threads change nothing";
        std::next_permutation(steps.begin(), steps.end());
        std::ranges::rotate(steps, steps.begin() + 1 + round % 6);
    }
}

TEST_F(InteractionTest, AWatermarkTouchesOnlyWhatItNewlyCovers) {
    for (const std::int64_t at : {10, 20, 30}) {
        observe({.external_id = std::to_string(at), .direction = "outbound", .at = at, .thread = "t"});
    }
    EXPECT_EQ(advance("t", Read, 20).changed, 2U);
    EXPECT_EQ(advance("t", Read, 35).changed, 1U);
    EXPECT_EQ(feed().size(), 6U);
    EXPECT_EQ(receive("30", Read, 31).changed, 1U) << "the message's own receipt is more exact";
    EXPECT_EQ(view("30")->delivery.read_at, seconds(31));
}

// -------------------------------------------------------------------------------------------------------------- feed

TEST_F(InteractionTest, TheFeedIsOrderedAndCanBeResumedAnywhere) {
    for (int i = 0; i < 5; ++i)
        observe({.external_id = std::to_string(i), .points = {test::tel("+1")}});
    const auto all = store_->feed(0, 100).value();
    ASSERT_EQ(all.size(), 5U);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].position, i + 1);
        EXPECT_EQ(all[i].subject, interaction_id("test", std::to_string(i)).text());
        EXPECT_EQ(all[i].customer, customer(test::tel("+1")).id);
        EXPECT_EQ(all[i].version, 1U);
        EXPECT_EQ(all[i].at, now_);
    }
    EXPECT_EQ(store_->feed(3, 1)->front().position, 4U);
    EXPECT_TRUE(store_->feed(5, 10)->empty());
}

TEST_F(InteractionTest, OldFeedEntriesGoButPositionsAreNotUsedAgain) {
    for (int i = 0; i < 5; ++i)
        observe({.external_id = std::to_string(i)});
    now_ += std::chrono::hours(24 * 40);
    observe({.external_id = "late"});
    EXPECT_EQ(store_->feed(0, 100)->front().position, 6U);
    now_ += std::chrono::hours(24 * 40);
    observe(std::vector<Observation>{});
    EXPECT_EQ(store_->feed(0, 100)->size(), 1U) << "the newest stays";
    open();
    EXPECT_EQ(observe({.external_id = "next"}).feed_position, 7U);
}

TEST_F(InteractionTest, WakesFeedReadersAfterTheCommit) {
    std::vector<std::uint64_t> heard;
    store_->on_feed([&](std::uint64_t position) {
        EXPECT_EQ(store_->feed(0, 10)->size(), position) << "it is readable by then";
        heard.push_back(position);
    });
    observe({.external_id = "1"});
    observe({.external_id = "1"});
    observe({.external_id = "2"});
    EXPECT_EQ(heard, (std::vector<std::uint64_t>{1, 2}));
}

}  // namespace
}  // namespace tandem::store
