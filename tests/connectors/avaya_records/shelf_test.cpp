#include "connectors/avaya_records/shelf.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tandem::avaya_records {
namespace {

using namespace std::chrono_literals;

struct Item {
    std::string name{};
    bool whole = true;
    bool given_up = false;
    bool finished() const { return whole; }
};

const Instant kNow = from_micros(1'740'000'000'000'000);

class AShelf : public ::testing::Test {
protected:
    std::uint64_t put(std::string name, Instant at, bool whole = true) {
        const auto number = shelf_.add({.name = std::move(name), .whole = whole}, at);
        shelf_.touch(number, at);
        return number;
    }
    std::string told(Instant now) {
        std::string out;
        shelf_.tell_due(now, [&](const Item& one) { out += one.name + (one.given_up ? "! " : " "); });
        return out;
    }

    std::vector<std::string> forgotten_;
    Shelf<Item> shelf_{{.hold = 30s, .unfinished = 1h, .remember = 24h, .most = 4},
                       [this](std::uint64_t, const Item& one) { forgotten_.push_back(one.name); }};
};

TEST_F(AShelf, WaitsForMoreAndTellsOnce) {
    const auto a = put("a", kNow);
    EXPECT_EQ(told(kNow + 29s), "");
    shelf_.touch(a, kNow + 29s);
    EXPECT_EQ(shelf_.next_due(), kNow + 59s);
    EXPECT_EQ(told(kNow + 58s), "");
    EXPECT_EQ(told(kNow + 59s), "a ");
    EXPECT_EQ(told(kNow + 2h), "");
    shelf_.touch(a, kNow + 3h);
    EXPECT_EQ(told(kNow + 4h), "a ");
}

TEST_F(AShelf, GivesUpWhatIsNeverFinished) {
    put("a", kNow, false);
    EXPECT_EQ(told(kNow + 30s), "a ");
    EXPECT_EQ(shelf_.next_due(), kNow + 1h);
    EXPECT_EQ(told(kNow + 59min), "");
    EXPECT_EQ(told(kNow + 1h), "a! ");
    EXPECT_EQ(shelf_.next_due(), std::nullopt);
}

TEST_F(AShelf, WhatComesLateIsNotGivenUp) {
    const auto a = put("a", kNow, false);
    EXPECT_EQ(told(kNow + 1h), "a! ");
    shelf_.at(a).whole = true;
    shelf_.touch(a, kNow + 2h);
    EXPECT_EQ(told(kNow + 3h), "a ");
}

TEST_F(AShelf, ForgetsAfterADayWhatWasTold) {
    const auto a = put("a", kNow);
    told(kNow + 1min);
    put("b", kNow + 24h);
    EXPECT_FALSE(shelf_.contains(a));
    EXPECT_EQ(forgotten_, (std::vector<std::string>{"a"}));
}

TEST_F(AShelf, ACrowdTellsEarlierAndLosesNothing) {
    for (const char* name : {"a", "b", "c", "d", "e"})
        put(name, kNow, false);
    EXPECT_LE(shelf_.next_due(), kNow);
    EXPECT_EQ(told(kNow), "a! b! ");
    EXPECT_EQ(forgotten_, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(told(kNow + 30s), "c d e ");
}

}  // namespace
}  // namespace tandem::avaya_records
