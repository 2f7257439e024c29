#include "connectors/smpp/reassembly.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tandem::smpp {
namespace {

using namespace std::chrono_literals;

class ReassemblyTest : public ::testing::Test {
protected:
    Reassembly::Added add(unsigned number,
                          const std::string& octets,
                          std::uint16_t reference = 1,
                          unsigned total = 3,
                          const std::string& key = "a|b") {
        return parts_.add(key, {Concat::Udh8, reference, total, number}, {octets, 0}, now_);
    }

    Instant now_{from_micros(1'790'000'000'000'000)};
    Reassembly parts_{{.timeout = 600s, .remember = 60s, .max_sets = 3}};
};

TEST_F(ReassemblyTest, AnyOrderMakesTheMessageWhole) {
    std::vector<unsigned> order{1, 2, 3};
    std::uint16_t reference = 0;
    do {
        SCOPED_TRACE(reference);
        EXPECT_FALSE(add(order[0], "x", reference).hand_out);
        EXPECT_FALSE(add(order[1], "x", reference).hand_out);
        const auto last = add(order[2], "x", reference);
        EXPECT_TRUE(last.hand_out);
        EXPECT_TRUE(last.set.complete());
        EXPECT_EQ(last.set.parts.size(), 3U);
        ++reference;
    } while (std::ranges::next_permutation(order).found);
}

TEST_F(ReassemblyTest, TheSameAgainIsKnownAlsoWhenComplete) {
    add(1, "a");
    const auto again = add(1, "a");
    EXPECT_TRUE(again.repeated);
    EXPECT_FALSE(again.hand_out);
    add(2, "b");
    EXPECT_TRUE(add(3, "c").hand_out);
    const auto late = add(2, "b");
    EXPECT_TRUE(late.repeated);
    EXPECT_FALSE(late.hand_out);
}

TEST_F(ReassemblyTest, OtherOctetsUnderOneNumberBeginAnotherMessage) {
    const auto first = add(1, "a");
    const auto other = add(1, "b");
    ASSERT_EQ(other.given_up.size(), 1U);
    EXPECT_EQ(other.given_up[0].id, first.set.id);
    EXPECT_FALSE(other.repeated);
    EXPECT_EQ(other.set.parts.size(), 1U);
    add(2, "b");
    add(3, "b");
    EXPECT_TRUE(add(1, "c").given_up.empty()) << "a complete message is shown already";
}

TEST_F(ReassemblyTest, SendersReferencesAndTotalsDoNotMix) {
    std::vector<std::string> ids;
    Reassembly parts({});
    for (const auto& [key, place] : {std::pair<std::string, PartPlace>{"a", {Concat::Udh8, 1, 2, 1}},
                                     {"b", {Concat::Udh8, 1, 2, 1}},
                                     {"a", {Concat::Udh16, 1, 2, 1}},
                                     {"a", {Concat::Udh8, 2, 2, 1}},
                                     {"a", {Concat::Udh8, 1, 3, 1}}}) {
        ids.push_back(parts.add(key, place, {"x", 0}, now_).set.id);
    }
    std::ranges::sort(ids);
    EXPECT_EQ(std::ranges::unique(ids).size(), 0U);
}

TEST_F(ReassemblyTest, AfterItsTimeAMessageIsShownWithItsGapsAndALatePartAmendsIt) {
    const auto id = add(3, "c").set.id;
    EXPECT_EQ(parts_.next_expiry(), now_ + 600s);
    now_ += 599s;
    EXPECT_TRUE(parts_.expire(now_).empty());
    add(1, "a");
    now_ += 1s;
    const auto expired = parts_.expire(now_);
    ASSERT_EQ(expired.size(), 1U);
    EXPECT_EQ(expired[0].id, id);
    EXPECT_EQ(expired[0].parts.size(), 2U);
    EXPECT_TRUE(parts_.expire(now_).empty()) << "once";

    const auto late = add(2, "b");
    EXPECT_TRUE(late.hand_out);
    EXPECT_EQ(late.set.id, id);
    EXPECT_TRUE(late.set.complete());
}

TEST_F(ReassemblyTest, WhatIsShownIsForgottenInTheEnd) {
    add(1, "a");
    add(1, "a", 2, 1 + 1);
    add(2, "b", 2, 2);
    now_ += 61s;
    EXPECT_TRUE(parts_.expire(now_).empty());
    EXPECT_EQ(parts_.size(), 1U) << "complete for a minute";
    now_ += 600s;
    EXPECT_EQ(parts_.expire(now_).size(), 1U);
    now_ += 600s;
    parts_.expire(now_);
    EXPECT_EQ(parts_.size(), 0U);
    EXPECT_EQ(parts_.next_expiry(), std::nullopt);
}

TEST_F(ReassemblyTest, WhenThereAreTooManyTheOldestIsShown) {
    const auto oldest = add(1, "a", 1).set.id;
    add(1, "a", 2);
    add(1, "a", 3);
    const auto added = add(1, "a", 4);
    ASSERT_EQ(added.given_up.size(), 1U);
    EXPECT_EQ(added.given_up[0].id, oldest);
    EXPECT_EQ(parts_.size(), 3U);
}

TEST_F(ReassemblyTest, APartThatWasNotStoredIsAsIfItHadNotCome) {
    add(1, "a");
    add(2, "b");
    const auto last = add(3, "c");
    parts_.undo(last.set.id, 3);
    EXPECT_TRUE(add(3, "c").hand_out);
    const auto lonely = add(1, "x", 9);
    parts_.undo(lonely.set.id, 1);
    EXPECT_EQ(parts_.size(), 1U);
    parts_.undo("unknown", 1);
}

TEST_F(ReassemblyTest, WhatCouldNotBeShownComesAgain) {
    const auto id = add(1, "a").set.id;
    now_ += 600s;
    EXPECT_EQ(parts_.expire(now_).size(), 1U);
    parts_.undo_expire(id);
    EXPECT_EQ(parts_.expire(now_).size(), 1U);
}

TEST_F(ReassemblyTest, PartsOfAnEarlierRunGoOnWhereTheyWere) {
    const auto before = add(1, "a").set;
    Reassembly later({.timeout = 600s});
    later.restore(before.id, "a|b", {Concat::Udh8, 1, 3, 1}, {"a", 0}, before.first_at, now_);
    later.restore(before.id, "a|b", {Concat::Udh8, 1, 3, 3}, {"c", 0}, before.first_at, now_);
    const auto last = later.add("a|b", {Concat::Udh8, 1, 3, 2}, {"b", 0}, now_ + 1s);
    EXPECT_EQ(last.set.id, before.id);
    EXPECT_TRUE(last.hand_out);
    EXPECT_EQ(later.next_expiry(), now_ + 1s + 120s);
}

}  // namespace
}  // namespace tandem::smpp
