// Long messages that come in parts, changes that say only what changed, and receipts for parts.
#include "core/data/json.hpp"
#include "tests/core/store/store_fixture.hpp"

#include <algorithm>

namespace tandem::store {
namespace {

using model::ReceiptStatus;

class PartsTest : public StoreTest {
protected:
    // Part `number` of `total` of the message with reference `key`, as the vendor's message `id`.
    Observation part(const std::string& id,
                     const std::string& key,
                     std::int64_t number,
                     std::int64_t total,
                     const std::string& text,
                     std::int64_t at = 1'800'000'000) {
        auto out = test::message({.external_id = id, .at = at, .points = {test::tel("+74951234567")}});
        out.part = MessagePart{key, number, total};
        out.document = R"({"external_id":")" + id + R"(","started_at":")" + format_time(out.started_at) +
                       R"(","part":{"key":")" + key + R"(","number":)" + std::to_string(number) + R"(,"total":)" +
                       std::to_string(total) + R"(},"messages":[{"external_id":")" + id + R"(","body":")" + text +
                       R"("}]})";
        out.rev_hash = std::hash<std::string>()(out.document);
        return out;
    }

    std::string text(const std::string& id) {
        return std::string(document(id).get("messages").items().front().string_at("body").value_or(""));
    }
    bool incomplete(const std::string& id) { return !document(id).get("attributes").get("incomplete").is_null(); }
    std::size_t on_timeline() { return timeline(customer(test::tel("+74951234567")).id).size(); }
};

TEST_F(PartsTest, PartsBecomeOneMessageInAnyOrder) {
    const std::vector<Observation> parts = {part("P1", "7", 1, 3, "one "), part("P2", "7", 2, 3, "two "),
                                            part("P3", "7", 3, 3, "three")};
    std::vector<std::size_t> order = {0, 1, 2};
    do {
        SCOPED_TRACE(::testing::PrintToString(order));
        test::TempDir dir;
        open(dir.path() / "store.db");
        for (const auto i : order)
            observe({parts[i]});
        for (const auto* id : {"P1", "P2", "P3"})
            EXPECT_EQ(text(id), "one two three") << "every part's id leads to the message";
        EXPECT_FALSE(incomplete("P1"));
        EXPECT_TRUE(document("P1").get("part").is_null());
        EXPECT_EQ(view("P1")->id, view("P3")->id);
        EXPECT_EQ(view("P1")->sources, std::vector<std::string>{"sms"});
        EXPECT_EQ(on_timeline(), 1U);
        EXPECT_EQ(store_->stats().value().interactions, 1U);
        store_.reset();
    } while (std::ranges::next_permutation(order).found);
}

TEST_F(PartsTest, WhatIsMissingShows) {
    observe({part("P3", "7", 3, 4, "c")});
    EXPECT_EQ(text("P3"), "[…]c[…]");
    EXPECT_TRUE(incomplete("P3"));
    EXPECT_EQ(data::to_json(document("P3").get("attributes").get("missing_parts")), "[1,2,4]");

    observe({part("P1", "7", 1, 4, "a")});

    EXPECT_EQ(text("P3"), "a[…]c[…]");
    EXPECT_EQ(on_timeline(), 1U);
}

TEST_F(PartsTest, RepeatsChangeNothing) {
    observe({part("P1", "7", 1, 2, "a")});
    const auto first = observe({part("P1", "7", 1, 2, "a")});
    EXPECT_EQ(first.unchanged, 1U);
    observe({part("P2", "7", 2, 2, "b")});
    const auto again = observe({part("P2", "7", 2, 2, "b"), part("P1", "7", 1, 2, "a")});
    EXPECT_EQ(again.unchanged, 2U);
    EXPECT_EQ(text("P1"), "ab");
}

TEST_F(PartsTest, PartsAreKeptOverARestart) {
    observe({part("P2", "7", 2, 2, "b")});
    open();
    observe({part("P1", "7", 1, 2, "a")});
    EXPECT_EQ(text("P2"), "ab");
}

TEST_F(PartsTest, AReferenceUsedAgainIsAnotherMessage) {
    observe({part("P1", "7", 1, 2, "a"), part("P2", "7", 2, 2, "b")});
    observe({part("Q2", "7", 2, 2, "d"), part("Q1", "7", 1, 2, "c")});
    EXPECT_EQ(text("P1"), "ab");
    EXPECT_EQ(text("Q1"), "cd");

    observe({part("R1", "8", 1, 2, "e")});
    observe({part("S1", "8", 1, 2, "f"), part("S2", "8", 2, 2, "g")});  // R2 never came
    EXPECT_EQ(text("R1"), "e[…]");
    EXPECT_EQ(text("S1"), "fg");
    EXPECT_EQ(on_timeline(), 4U);
}

TEST_F(PartsTest, PartsOfOtherDaysOrSizesDoNotJoin) {
    observe({part("P1", "7", 1, 2, "a")});
    observe({part("P2", "7", 2, 2, "b", 1'800'000'000 + 25 * 3600)});
    EXPECT_EQ(text("P1"), "a[…]");
    EXPECT_EQ(text("P2"), "[…]b");

    observe({part("Q1", "9", 1, 2, "a"), part("Q2", "9", 2, 3, "b")});
    EXPECT_EQ(text("Q1"), "a[…]");
    EXPECT_EQ(text("Q2"), "[…]b[…]");
}

TEST_F(PartsTest, APatchSaysOnlyWhatChanged) {
    auto base = test::message({.external_id = "m1", .points = {test::tel("+74951234567")}, .body = "subject"});
    auto patch = test::message({.external_id = "m1", .rev = 9, .at = 1'800'000'500});
    patch.patch = true;
    patch.document =
        R"({"external_id":"m1","started_at":")" + format_time(patch.started_at) + R"(","patch":true,"state":"closed"})";
    for (const bool patch_first : {false, true}) {
        test::TempDir dir;
        open(dir.path() / "store.db");
        observe({patch_first ? patch : base});
        observe({patch_first ? base : patch});
        const auto shown = view("m1").value();
        EXPECT_EQ(shown.started_at, seconds(1'800'000'000)) << patch_first;
        EXPECT_EQ(document("m1").string_at("subject"), "subject");
        EXPECT_EQ(document("m1").string_at("state"), "closed");
        EXPECT_TRUE(document("m1").get("patch").is_null());
        EXPECT_EQ(on_timeline(), 1U);
        store_.reset();
    }
}

class PartReceipts : public PartsTest {
protected:
    void receive_part(
        const std::string& id, std::int64_t part, std::int64_t parts, ReceiptStatus status, std::int64_t at) {
        Batch out = batch();
        out.receipts.push_back({interaction_id("test", id), status, seconds(at), "c", {}, part, parts});
        apply(out);
    }
    void observe_sent(const std::string& id) {
        observe({test::message({.external_id = id, .direction = "outbound", .points = {test::tel("+74951234567")}})});
    }
    std::optional<ReceiptStatus> status(const std::string& id) { return view(id).value().delivery.status(); }
};

TEST_F(PartReceipts, AMessageIsDeliveredWhenAllPartsAre) {
    observe_sent("m1");
    receive_part("m1", 1, 2, ReceiptStatus::Delivered, 1'800'000'005);
    EXPECT_EQ(status("m1"), std::nullopt);
    receive_part("m1", 1, 2, ReceiptStatus::Delivered, 1'800'000'005);
    EXPECT_EQ(status("m1"), std::nullopt) << "a repeat is not the other part";
    receive_part("m1", 2, 2, ReceiptStatus::Delivered, 1'800'000'009);
    EXPECT_EQ(status("m1"), ReceiptStatus::Delivered);
    EXPECT_EQ(view("m1")->delivery.delivered_at, seconds(1'800'000'009));
}

TEST_F(PartReceipts, OneFailedPartFailsTheMessage) {
    observe_sent("m1");
    receive_part("m1", 2, 2, ReceiptStatus::Failed, 1'800'000'005);
    EXPECT_EQ(status("m1"), ReceiptStatus::Failed);
    receive_part("m1", 1, 2, ReceiptStatus::Delivered, 1'800'000'006);
    EXPECT_EQ(status("m1"), ReceiptStatus::Failed);
    EXPECT_EQ(view("m1")->delivery.code, "c");
}

TEST_F(PartReceipts, TheyMayComeBeforeTheMessage) {
    receive_part("m1", 1, 2, ReceiptStatus::Delivered, 1'800'000'005);
    EXPECT_FALSE(view("m1"));
    receive_part("m1", 2, 2, ReceiptStatus::Delivered, 1'800'000'006);
    observe_sent("m1");
    EXPECT_EQ(status("m1"), ReceiptStatus::Delivered);
}

}  // namespace
}  // namespace tandem::store
