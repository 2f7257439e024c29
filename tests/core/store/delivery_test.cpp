#include "core/store/delivery.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tandem::store {
namespace {

using enum model::ReceiptStatus;

struct Given {
    model::ReceiptStatus status;
    std::int64_t at;
    const char* code = "";
};

struct Case {
    const char* name;
    std::vector<Given> receipts;
    std::optional<model::ReceiptStatus> status;
    const char* code = "";
};

const Case kCases[] = {
    {"nothing", {}, std::nullopt},
    {"an unknown word is no status", {{Unknown, 1}}, std::nullopt},
    {"queued", {{Queued, 1}}, Queued},
    {"sent", {{Queued, 1}, {Sent, 2}}, Sent},
    {"delivered", {{Queued, 1}, {Sent, 2}, {Delivered, 3}}, Delivered},
    {"read", {{Sent, 2}, {Delivered, 3}, {Read, 4}}, Read},
    {"failed", {{Sent, 2}, {Failed, 3, "30003"}}, Failed, "30003"},
    {"expired", {{Sent, 2}, {Expired, 3, "x"}}, Expired, "x"},
    {"a failure of one try does not undo a delivery", {{Failed, 2, "e"}, {Delivered, 3}}, Delivered, "e"},
    {"nor a read", {{Read, 2}, {Failed, 3}}, Read},
    {"of two failures the earlier", {{Failed, 2, "a"}, {Failed, 3, "b"}}, Failed, "a"},
    {"of two failures at one time the one with a code", {{Failed, 2, ""}, {Failed, 2, "b"}}, Failed, "b"},
};

class DeliveryCases : public ::testing::TestWithParam<Case> {};

TEST_P(DeliveryCases, AreTheSameInEveryOrder) {
    auto given = GetParam().receipts;
    const auto less = [](const Given& a, const Given& b) {
        return std::tuple(a.status, a.at, std::string_view(a.code)) <
               std::tuple(b.status, b.at, std::string_view(b.code));
    };
    std::ranges::sort(given, less);
    do {
        Receipts receipts;
        for (const Given& one : given)
            receipts.add(one.status, from_micros(one.at), one.code, "");
        for (const Given& one : given)
            EXPECT_FALSE(receipts.add(one.status, from_micros(one.at), one.code, ""));
        const Delivery view = receipts.view();
        EXPECT_EQ(view.status(), GetParam().status) << GetParam().name;
        EXPECT_EQ(view.code, GetParam().code) << GetParam().name;
        EXPECT_EQ(Receipts::decode(receipts.encode()).view(), view);
        EXPECT_EQ(receipts.empty(), !GetParam().status);
    } while (std::next_permutation(given.begin(), given.end(), less));
}

INSTANTIATE_TEST_SUITE_P(All, DeliveryCases, ::testing::ValuesIn(kCases));

TEST(Receipts, KeepTheEarliestTimeOfEachStatusAndOfItsWatermark) {
    Receipts receipts;
    EXPECT_TRUE(receipts.add(Delivered, from_micros(800), "", ""));
    EXPECT_TRUE(receipts.add(Delivered, from_micros(750), "", ""));
    EXPECT_FALSE(receipts.add(Delivered, from_micros(900), "", ""));
    EXPECT_EQ(receipts.view().delivered_at, from_micros(750));
    EXPECT_TRUE(receipts.set_watermark(Delivered, from_micros(700)));
    EXPECT_FALSE(receipts.set_watermark(Delivered, from_micros(700)));
    EXPECT_EQ(receipts.view().delivered_at, from_micros(700));
    EXPECT_TRUE(receipts.set_watermark(Delivered, std::nullopt));
    EXPECT_EQ(receipts.view().delivered_at, from_micros(750));
}

TEST(Receipts, AreNoneInBytesThatMakeNoSense) {
    EXPECT_TRUE(Receipts::decode("").empty());
    EXPECT_TRUE(Receipts::decode("\x01").empty());
}

}  // namespace
}  // namespace tandem::store
