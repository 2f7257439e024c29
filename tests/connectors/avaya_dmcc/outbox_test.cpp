#include "connectors/avaya_dmcc/outbox.hpp"

#include <gtest/gtest.h>

namespace tandem::avaya_dmcc::test {
namespace {

CallRecord record(std::string id, std::int64_t revision) {
    return {.id = std::move(id), .revision = revision, .open = true, .json = "{}"};
}

std::string taken(Outbox& outbox, std::size_t limit) {
    std::string out;
    const auto records = outbox.take(limit);
    for (const CallRecord& one : records)
        out += one.id + std::to_string(one.revision) + " ";
    outbox.settled(records);
    return out;
}

TEST(DmccOutbox, ANewerRecordTakesThePlaceOfAnOlderOne) {
    Outbox outbox;
    outbox.put(record("a", 1));
    const std::size_t one = outbox.bytes();
    outbox.put(record("b", 1));
    outbox.put(record("a", 2));
    outbox.put(record("a", 3));
    EXPECT_EQ(outbox.bytes(), 2 * one);
    EXPECT_EQ(outbox.replaced(), 2U);
    EXPECT_EQ(taken(outbox, 10), "a3 b1 ");
    EXPECT_TRUE(outbox.empty());
    EXPECT_EQ(outbox.bytes(), 0U);
}

TEST(DmccOutbox, WhatIsTakenIsNotReplacedAndCountsUntilItIsSettled) {
    Outbox outbox;
    outbox.put(record("a", 1));
    const std::size_t one = outbox.bytes();
    const auto first = outbox.take(1);
    outbox.put(record("a", 2));
    EXPECT_EQ(outbox.bytes(), 2 * one);
    outbox.settled(first);
    EXPECT_EQ(outbox.bytes(), one);
    EXPECT_EQ(taken(outbox, 1), "a2 ");
}

TEST(DmccOutbox, WhatWasNotStoredComesFirstAgain) {
    Outbox outbox;
    outbox.put(record("a", 1));
    outbox.put(record("b", 1));
    outbox.put(record("c", 1));
    auto first = outbox.take(2);
    outbox.put(record("b", 2));
    outbox.put_back(std::move(first));
    EXPECT_EQ(taken(outbox, 1), "a1 ");
    EXPECT_EQ(taken(outbox, 10), "c1 b2 ");
    EXPECT_EQ(outbox.bytes(), 0U);
}

}  // namespace
}  // namespace tandem::avaya_dmcc::test
