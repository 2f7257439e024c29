#include "core/store/outbox.hpp"

#include "tests/core/store/store_fixture.hpp"

#include <algorithm>

namespace tandem::store {
namespace {

using model::ReceiptStatus;

class OutboxTest : public StoreTest {
protected:
    Outbox& outbox() { return store_->outbox(); }

    OutgoingMessage outgoing(const std::string& name, const std::string& number = "+74951234567") {
        OutgoingMessage out;
        out.observation = test::message(
            {.external_id = name, .source = "tandem", .direction = "outbound", .points = {test::tel(number)}});
        out.key = "crm/" + name;
        out.request_hash = 17;
        out.instance = "sms";
        out.request = R"({"text":"hello"})";
        out.expires_at = now_ + std::chrono::hours(1);
        return out;
    }
    InteractionId accept(const std::string& name) {
        const auto accepted = outbox().accept(outgoing(name), now_);
        EXPECT_TRUE(accepted) << accepted.error().text;
        return accepted.value_or(AcceptedMessage{}).id;
    }
    std::vector<ClaimedMessage> claim(std::size_t limit = 10) { return outbox().claim("sms", limit, now_).value(); }
    // Accepted and claimed.
    ClaimedMessage begin(const std::string& name) {
        accept(name);
        const auto claimed = claim();
        EXPECT_EQ(claimed.size(), 1U);
        return claimed.empty() ? ClaimedMessage{} : claimed.front();
    }
    void settle(Settlement settlement) {
        const auto settled = outbox().settle({&settlement, 1}, now_);
        EXPECT_TRUE(settled) << settled.error().text;
    }
    void sent(const ClaimedMessage& message, std::vector<VendorId> ids) {
        settle({.id = message.id, .attempt = message.attempt, .state = OutboxState::Sent, .ids = std::move(ids)});
    }
    OutboxView message(InteractionId id) { return outbox().message(id).value().value(); }
    OutboxState state(InteractionId id) { return message(id).state; }
    std::vector<std::string> history(InteractionId id) {
        std::vector<std::string> out;
        for (const auto& event : message(id).history)
            out.emplace_back(to_string(event.state));
        return out;
    }
    std::optional<ReceiptStatus> delivery(const std::string& name) { return view(name).value().delivery.status(); }
    std::vector<std::string> timeline_of(const std::string& number) { return timeline(customer(test::tel(number)).id); }
};

TEST_F(OutboxTest, AnAcceptedMessageIsOnTheTimelineAtOnce) {
    const auto id = accept("m1");

    EXPECT_EQ(timeline_of("+74951234567"), std::vector<std::string>{"m1"});
    EXPECT_EQ(delivery("m1"), ReceiptStatus::Queued);
    EXPECT_EQ(state(id), OutboxState::Queued);
    EXPECT_EQ(message(id).request, R"({"text":"hello"})");
    EXPECT_EQ(outbox().next_due("sms", true).value(), now_);
    EXPECT_EQ(outbox().next_due("mail", true).value(), std::nullopt);
}

// A mail that we sent also lies in the Sent folder, and a journal copies it: one before the server's answer, one after.
TEST_F(OutboxTest, CopiesOfAMessageOfOursJoinIt) {
    const auto copy = [](const std::string& place) {
        auto out = test::message({.external_id = "key", .source = "mail", .direction = "outbound"});
        out.copy = Copy{.place = place, .rank = 1, .names = {}};
        out.aliases = {interaction_id("test", "message-id")};
        return out;
    };
    for (const bool copy_first : {true, false}) {
        SCOPED_TRACE(copy_first);
        test::TempDir dir;
        open(dir.path() / "store.db");
        const auto claimed = begin("m1");
        if (copy_first) observe({copy("Sent")});
        sent(claimed, {{"test", "message-id"}});
        observe({copy("Sent"), copy("journal")});

        EXPECT_EQ(view("key")->id, view("m1")->id);
        EXPECT_EQ(view("message-id")->id, view("m1")->id);
        EXPECT_EQ(store_->stats()->interactions, 1U);
        EXPECT_EQ(timeline_of("+74951234567").size(), 1U);
        store_.reset();
    }
}

// The vendor's answer was lost; what will name the message is known since its attempt began.
class DoubtTest : public OutboxTest {
protected:
    static constexpr std::int64_t kAt = 1'800'000'100;

    ClaimedMessage begin_named(const std::string& name) {
        accept(name);
        const auto claimed = outbox().claim("sms", 1, now_, [](const ClaimedMessage&) {
            return std::vector<VendorId>{{"test", "message-id"}, {"test", "envelope-id"}};
        });
        EXPECT_EQ(claimed.value().size(), 1U);
        return claimed.value().at(0);
    }
    void lose(const ClaimedMessage& message) {
        settle({.id = message.id, .attempt = message.attempt, .state = OutboxState::Unknown, .reason = "lost"});
    }
    void see_copy(const std::string& place = "Sent") {
        auto out = test::message({.external_id = "key", .source = "mail", .direction = "outbound"});
        out.copy = Copy{.place = place, .rank = 1, .names = {}};
        out.aliases = {interaction_id("test", "message-id")};
        observe({out});
    }
    // What speaks of the message: C a copy, D delivered, d delayed, R read, F a failure, E an expiry.
    void hear(char witness) {
        switch (witness) {
            case 'C':
                return see_copy();
            case 'D':
                return void(receive("envelope-id", ReceiptStatus::Delivered, kAt));
            case 'd':
                return void(receive("message-id", ReceiptStatus::Sent, kAt));
            case 'R':
                return void(receive("message-id", ReceiptStatus::Read, kAt));
            case 'F':
                return void(receive("message-id", ReceiptStatus::Failed, kAt, "5.1.1"));
            case 'E':
                return void(receive("message-id", ReceiptStatus::Expired, kAt, "4.4.7"));
            default:
                return void(receive("message-id", ReceiptStatus::Unknown, kAt));
        }
    }
};

TEST_F(DoubtTest, WhateverSpeaksOfAMessageSettlesItInAnyOrder) {
    struct Row {
        std::string witnesses;
        OutboxState state;
        ReceiptStatus shown;
    };
    using enum OutboxState;
    const Row rows[] = {{"C", Sent, ReceiptStatus::Sent},      {"D", Sent, ReceiptStatus::Delivered},
                        {"d", Sent, ReceiptStatus::Sent},      {"R", Sent, ReceiptStatus::Read},
                        {"F", Failed, ReceiptStatus::Failed},  {"E", Failed, ReceiptStatus::Expired},
                        {"CF", Failed, ReceiptStatus::Failed}, {"Cd", Sent, ReceiptStatus::Sent},
                        {"dF", Failed, ReceiptStatus::Failed}, {"DF", Sent, ReceiptStatus::Delivered},
                        {"DFR", Sent, ReceiptStatus::Read},    {"?", Unknown, ReceiptStatus::Queued}};
    for (const Row& row : rows) {
        // X: the attempt ends, K: the process was killed in it and begins again.
        for (const char end : row.witnesses.size() == 1 ? std::string("XK") : std::string("X")) {
            std::string order = row.witnesses + end;
            std::ranges::sort(order);
            std::optional<Delivery> same;
            do {
                SCOPED_TRACE(order);
                test::TempDir dir;
                open(dir.path() / "store.db");
                const auto claimed = begin_named("m1");
                for (const char one : order) {
                    if (one == 'X') lose(claimed);
                    if (one == 'K') EXPECT_EQ(outbox().recover("sms", Recovery::Leave, now_).value(), 1U);
                    if (one != 'X' && one != 'K') hear(one);
                }
                EXPECT_EQ(state(claimed.id), row.state);
                EXPECT_EQ(delivery("m1"), row.shown);
                EXPECT_EQ(view("m1")->delivery, same.value_or(view("m1")->delivery)) << "it depends on the order";
                same = view("m1")->delivery;
                EXPECT_EQ(store_->stats()->interactions, 1U);
                store_.reset();
            } while (std::ranges::next_permutation(order).found);
        }
    }
}

TEST_F(DoubtTest, TheHistoryAndTheFeedTell) {
    const auto claimed = begin_named("m1");
    lose(claimed);
    const auto before = feed().size();

    see_copy();

    EXPECT_EQ(history(claimed.id), (std::vector<std::string>{"queued", "sending", "unknown_outcome", "sent"}));
    EXPECT_EQ(view("m1")->delivery.sent_at, now_);
    EXPECT_GT(feed().size(), before);
    EXPECT_EQ(feed().back(), "interaction.changed");

    receive("message-id", ReceiptStatus::Failed, kAt, "5.1.1");
    EXPECT_EQ(message(claimed.id).history.back().code, "5.1.1");
    const auto told = feed().size();
    see_copy();
    receive("message-id", ReceiptStatus::Failed, kAt, "5.1.1");
    EXPECT_EQ(feed().size(), told) << "repeats";
    EXPECT_EQ(message(claimed.id).history.size(), 5U);
}

TEST_F(DoubtTest, WhatWasSentForSureStaysSent) {
    const auto claimed = begin_named("m1");
    sent(claimed, {{"test", "message-id"}});
    receive("message-id", ReceiptStatus::Failed, kAt, "5.1.1");

    EXPECT_EQ(state(claimed.id), OutboxState::Sent);
    EXPECT_EQ(delivery("m1"), ReceiptStatus::Failed);
}

TEST_F(DoubtTest, EveryAttemptIsDoubtedByItself) {
    auto claimed = begin_named("m1");
    lose(claimed);
    see_copy();
    receive("message-id", ReceiptStatus::Failed, kAt, "5.1.1");
    ASSERT_EQ(state(claimed.id), OutboxState::Failed);

    ASSERT_TRUE(outbox().resend(claimed.id, now_ + std::chrono::hours(1), "ops", now_));
    EXPECT_EQ(delivery("m1"), ReceiptStatus::Queued) << "what became of the first attempt no longer counts";
    claimed = claim().at(0);
    lose(claimed);
    EXPECT_EQ(state(claimed.id), OutboxState::Unknown) << "the copy was that of the first attempt";

    see_copy();
    EXPECT_EQ(state(claimed.id), OutboxState::Sent);
}

TEST_F(DoubtTest, TheVendorsWordEndsTheDoubt) {
    const auto claimed = begin_named("m1");
    settle({.id = claimed.id, .attempt = 1, .state = OutboxState::Unknown, .due = now_});
    settle({.id = claimed.id, .attempt = 1, .state = OutboxState::Sent, .resolves = true});
    receive("message-id", ReceiptStatus::Failed, kAt, "5.1.1");

    EXPECT_EQ(state(claimed.id), OutboxState::Sent);
}

TEST_F(DoubtTest, WhoIsHeardOfIsNotAskedAbout) {
    const auto claimed = begin_named("m1");
    settle({.id = claimed.id, .attempt = 1, .state = OutboxState::Unknown, .due = now_});
    receive("message-id", ReceiptStatus::Delivered, kAt);

    EXPECT_TRUE(outbox().doubtful("sms", 10, now_).value().empty());
    settle({.id = claimed.id, .attempt = 1, .state = OutboxState::Queued, .due = now_, .resolves = true});
    EXPECT_EQ(state(claimed.id), OutboxState::Sent);
}

TEST_F(OutboxTest, AnIdThatAnotherMessageOfOursHasIsNotTaken) {
    const auto first = begin("m1");
    sent(first, {{"test", "SM1"}});
    const auto second = begin("m2");
    sent(second, {{"test", "SM1"}});

    EXPECT_EQ(view("SM1")->id, first.id);
    EXPECT_EQ(store_->stats()->interactions, 2U);
}

TEST_F(OutboxTest, AKeyCountsOnce) {
    const auto first = outbox().accept(outgoing("m1"), now_).value();
    auto again = outgoing("m2");
    again.key = "crm/m1";
    const auto second = outbox().accept(again, now_).value();
    again.request_hash = 18;
    const auto other = outbox().accept(again, now_);

    EXPECT_EQ(outbox().known("crm/m1", 17).value().value().id, first.id);
    EXPECT_EQ(outbox().known("crm/m1", 18).error().code, kKeyConflict);
    EXPECT_FALSE(outbox().known("crm/m2", 17).value());
    EXPECT_FALSE(first.repeated);
    EXPECT_TRUE(second.repeated);
    EXPECT_EQ(second.id, first.id);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, ErrorKind::Rejected);
    EXPECT_EQ(timeline_of("+74951234567"), std::vector<std::string>{"m1"});
}

TEST_F(OutboxTest, ClaimsWhatIsDueOldestFirstAndOnce) {
    accept("m1");
    accept("m2");
    accept("m3");

    const auto first = claim(2);
    const auto second = claim(2);

    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].id, interaction_id("test", "m1"));
    EXPECT_EQ(first[0].attempt, 1U);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].id, interaction_id("test", "m3"));
    EXPECT_TRUE(claim().empty());
    EXPECT_EQ(state(first[0].id), OutboxState::Sending);
}

TEST_F(OutboxTest, ReceiptsUnderTheVendorsIdBelongToTheMessage) {
    const auto claimed = begin("m1");
    sent(claimed, {{"test", "SM1"}});
    EXPECT_EQ(delivery("m1"), ReceiptStatus::Sent);

    receive("SM1", ReceiptStatus::Delivered, 1'800'000'005);

    EXPECT_EQ(delivery("m1"), ReceiptStatus::Delivered);
    EXPECT_EQ(view("SM1").value().id, claimed.id) << "the vendor's id leads to the message";
    EXPECT_EQ(outbox().message(interaction_id("test", "SM1")).value().value().id, claimed.id);
    EXPECT_EQ(timeline_of("+74951234567"), std::vector<std::string>{"m1"});
    EXPECT_EQ(store_->stats().value().interactions, 1U);
}

TEST_F(OutboxTest, AReceiptMayBeFasterThanTheVendorsAnswer) {
    const auto claimed = begin("m1");
    receive("SM1", ReceiptStatus::Delivered, 1'800'000'005);
    EXPECT_FALSE(view("SM1"));

    sent(claimed, {{"test", "SM1"}});

    EXPECT_EQ(delivery("m1"), ReceiptStatus::Delivered);
}

TEST_F(OutboxTest, AnEchoIsTheMessageBeforeAndAfterTheAnswer) {
    const test::MessageSpec echo{.external_id = "SM1",
                                 .source = "whatsapp",
                                 .direction = "outbound",
                                 .points = {test::tel("+74951234567")},
                                 .body = "as the vendor saw it"};
    const auto early = begin("m1");
    observe(echo);
    EXPECT_EQ(timeline_of("+74951234567").size(), 2U);
    sent(early, {{"test", "SM1"}});
    EXPECT_EQ(timeline_of("+74951234567"), std::vector<std::string>{"m1"});

    auto late = echo;
    late.rev = 2;
    observe(late);

    EXPECT_EQ(timeline_of("+74951234567"), std::vector<std::string>{"m1"});
    EXPECT_EQ(view("m1").value().sources, (std::vector<std::string>{"tandem", "whatsapp"}));
    EXPECT_EQ(store_->stats().value().interactions, 1U);
    EXPECT_EQ(store_->feed(0, 100).value().back().subject, early.id.text());
}

TEST_F(OutboxTest, SeveralPartsAreDeliveredWhenAllAre) {
    const auto claimed = begin("m1");
    receive("P2", ReceiptStatus::Delivered, 1'800'000'009);  // faster than the answer
    sent(claimed, {{"test", "P1"}, {"test", "P2"}});
    EXPECT_EQ(delivery("m1"), ReceiptStatus::Sent);

    receive("P1", ReceiptStatus::Delivered, 1'800'000'007);

    EXPECT_EQ(delivery("m1"), ReceiptStatus::Delivered);
    EXPECT_EQ(view("m1").value().delivery.delivered_at, seconds(1'800'000'009)) << "when the last part arrived";
}

TEST_F(OutboxTest, OneFailedPartFailsTheMessage) {
    const auto claimed = begin("m1");
    sent(claimed, {{"test", "P1"}, {"test", "P2"}});

    receive("P1", ReceiptStatus::Delivered, 1'800'000'007);
    receive("P2", ReceiptStatus::Failed, 1'800'000'008, "30003");

    EXPECT_EQ(delivery("m1"), ReceiptStatus::Failed);
    EXPECT_EQ(view("m1").value().delivery.code, "30003");
}

TEST_F(OutboxTest, AnAttemptThatMayBeRepeatedWaitsUntilItIsDue) {
    const auto claimed = begin("m1");
    settle({.id = claimed.id,
            .attempt = 1,
            .state = OutboxState::Queued,
            .due = now_ + std::chrono::seconds(5),
            .code = "429",
            .reason = "slow down"});

    EXPECT_TRUE(claim().empty());
    EXPECT_EQ(outbox().next_due("sms", true).value(), now_ + std::chrono::seconds(5));
    now_ += std::chrono::seconds(5);
    const auto again = claim();
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].attempt, 2U);
    EXPECT_EQ(message(claimed.id).history[2].reason, "slow down");
}

TEST_F(OutboxTest, AnOldAttemptSettlesNothing) {
    const auto claimed = begin("m1");
    settle({.id = claimed.id, .attempt = 1, .state = OutboxState::Queued, .due = now_});
    claim();

    sent(claimed, {{"test", "SM1"}});

    EXPECT_EQ(state(claimed.id), OutboxState::Sending);
}

TEST_F(OutboxTest, WhatNobodyCarriesOnIsUnknownAndStaysThere) {
    const auto claimed = begin("m1");
    open();

    EXPECT_EQ(outbox().recover("sms", Recovery::Leave, now_).value(), 1U);

    EXPECT_EQ(state(claimed.id), OutboxState::Unknown);
    EXPECT_TRUE(claim().empty());
    EXPECT_EQ(history(claimed.id), (std::vector<std::string>{"queued", "sending", "unknown_outcome"}));
}

TEST_F(OutboxTest, WhoOptsOutWhileMessagesWaitDoesNotGetThem) {
    const auto waits = accept("m1");
    auto service = outgoing("m2");
    service.needs_consent = false;
    ASSERT_TRUE(outbox().accept(service, now_));
    auto stop = test::message({.external_id = "in1", .points = {test::tel("+74951234567")}});
    stop.consent = ConsentChange{.granted = false, .at = now_};
    observe({stop});

    const auto claimed = claim();

    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].id, service.observation.id);
    EXPECT_EQ(state(waits), OutboxState::Failed);
    EXPECT_EQ(message(waits).history.back().code, "opted_out");
    EXPECT_EQ(outbox().resend(waits, now_ + std::chrono::hours(1), "ops", now_).error().kind, ErrorKind::OptedOut);
}

TEST_F(OutboxTest, TheVendorIsAskedAboutWhatIsUnknown) {
    const auto claimed = begin("m1");
    settle({.id = claimed.id, .attempt = 1, .state = OutboxState::Unknown, .due = now_ + std::chrono::minutes(1)});
    EXPECT_TRUE(outbox().doubtful("sms", 10, now_).value().empty());
    EXPECT_EQ(outbox().next_due("sms", true).value(), now_ + std::chrono::minutes(1));
    now_ += std::chrono::minutes(1);
    const auto doubtful = outbox().doubtful("sms", 10, now_).value();
    ASSERT_EQ(doubtful.size(), 1U);
    EXPECT_EQ(doubtful[0].id, claimed.id);
    EXPECT_EQ(doubtful[0].request, claimed.request);

    settle({.id = claimed.id, .attempt = 1, .state = OutboxState::Sent, .ids = {{"test", "SM1"}}});
    EXPECT_EQ(state(claimed.id), OutboxState::Unknown) << "only the one who asked may decide";
    settle({.id = claimed.id, .attempt = 1, .state = OutboxState::Sent, .ids = {{"test", "SM1"}}, .resolves = true});

    EXPECT_EQ(state(claimed.id), OutboxState::Sent);
    EXPECT_TRUE(outbox().doubtful("sms", 10, now_).value().empty());
}

TEST_F(OutboxTest, ListsWhatFailedNewestFirst) {
    for (const auto* name : {"m1", "m2", "m3"}) {
        const auto claimed = begin(name);
        settle({.id = claimed.id, .attempt = 1, .state = OutboxState::Failed, .code = name});
    }
    accept("m4");

    const auto first = outbox().messages({.state = OutboxState::Failed, .limit = 2}).value();
    ASSERT_EQ(first.items.size(), 2U);
    EXPECT_EQ(first.items[0].history.at(0).code, "m3");
    EXPECT_EQ(first.items[1].history.at(0).code, "m2");
    ASSERT_TRUE(first.next);
    const auto second = outbox().messages({.state = OutboxState::Failed, .before = first.next, .limit = 2}).value();
    ASSERT_EQ(second.items.size(), 1U);
    EXPECT_EQ(second.items[0].history.at(0).code, "m1");
    EXPECT_FALSE(second.next);
    EXPECT_EQ(outbox().messages({}).value().items.size(), 4U);
    EXPECT_TRUE(outbox().messages({.instance = "other"}).value().items.empty());
}

TEST_F(OutboxTest, AVendorThatKnowsRepetitionsGetsTheMessageAgain) {
    begin("m1");

    EXPECT_EQ(outbox().recover("sms", Recovery::Repeat, now_).value(), 1U);

    EXPECT_EQ(claim().size(), 1U);
}

TEST_F(OutboxTest, AMessagePastItsTimeIsNotSent) {
    const auto id = accept("m1");
    now_ += std::chrono::hours(2);

    EXPECT_TRUE(claim().empty());

    EXPECT_EQ(state(id), OutboxState::Expired);
    EXPECT_EQ(delivery("m1"), ReceiptStatus::Expired);
}

TEST_F(OutboxTest, AFailedMessageCanBeSentAgainByAnOperator) {
    const auto claimed = begin("m1");
    settle({.id = claimed.id, .attempt = 1, .state = OutboxState::Failed, .code = "21211", .reason = "bad number"});
    EXPECT_EQ(delivery("m1"), ReceiptStatus::Failed);

    ASSERT_TRUE(outbox().resend(claimed.id, now_ + std::chrono::hours(1), "ops", now_));
    EXPECT_FALSE(outbox().resend(claimed.id, now_ + std::chrono::hours(1), "ops", now_)) << "it waits already";

    EXPECT_EQ(delivery("m1"), ReceiptStatus::Queued);
    EXPECT_EQ(message(claimed.id).history.back().reason, "sent again by ops");
    ASSERT_EQ(claim().size(), 1U);
    EXPECT_EQ(outbox().resend(interaction_id("test", "none"), now_, "ops", now_).error().kind, ErrorKind::NotFound);
}

TEST_F(OutboxTest, NobodyWhoWithdrewConsentIsWrittenTo) {
    auto stop = test::message({.external_id = "in1", .points = {test::tel("+74951234567")}, .body = "STOP"});
    stop.consent = ConsentChange{.granted = false, .at = seconds(1'800'000'000)};
    observe({stop});

    const auto refused = outbox().accept(outgoing("m1"), now_);
    auto needed = outgoing("m2");
    needed.needs_consent = false;

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::OptedOut);
    EXPECT_TRUE(outbox().accept(needed, now_));
    EXPECT_TRUE(outbox().accept(outgoing("m3", "+74951234568"), now_)) << "another number has said nothing";

    auto old = test::message({.external_id = "in0", .points = {test::tel("+74951234567")}});
    old.consent = ConsentChange{.granted = true, .at = seconds(1'799'999'000)};
    observe({old});
    EXPECT_FALSE(outbox().accept(outgoing("m4"), now_)) << "the latest word counts, not the last to arrive";
    auto start = test::message({.external_id = "in2", .points = {test::tel("+74951234567")}});
    start.consent = ConsentChange{.granted = true, .at = seconds(1'800'000'100)};
    observe({start});
    EXPECT_TRUE(outbox().accept(outgoing("m5"), now_));
}

TEST_F(OutboxTest, AVendorsOptOutErrorWithdrawsConsent) {
    const auto claimed = begin("m1");
    settle({.id = claimed.id, .attempt = 1, .state = OutboxState::Failed, .code = "21610", .opted_out = true});

    EXPECT_FALSE(outbox().accept(outgoing("m2"), now_));
}

}  // namespace
}  // namespace tandem::store
