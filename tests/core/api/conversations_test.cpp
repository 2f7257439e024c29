#include "core/api/conversations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace tandem::api {
namespace {

struct Row {
    int number;
    int minute;  // after midnight
    const char* channel;
    int thread;  // 0: none
    int point;
};

Item item_of(const Row& row) {
    Item item;
    item.id.bytes[15] = static_cast<std::uint8_t>(row.number);
    item.channel = row.channel;
    item.started_at = from_micros(std::int64_t{row.minute} * 60'000'000);
    if (row.thread != 0) item.thread = ThreadId{{static_cast<std::uint8_t>(row.thread)}};
    if (row.point != 0) item.point = PointId{{static_cast<std::uint8_t>(row.point)}};
    return item;
}

// "3 2 1|5 4": conversations newest first, items inside oldest first.
std::string grouped(std::vector<Row> rows) {
    std::ranges::sort(rows, std::greater<>{}, &Row::minute);
    std::vector<Item> items;
    for (const auto& row : rows)
        items.push_back(item_of(row));
    std::string text;
    for (const auto& conversation : group(std::move(items), std::chrono::hours(4))) {
        if (!text.empty()) text += "|";
        for (std::size_t i = 0; i < conversation.items.size(); ++i) {
            text += (i > 0 ? " " : "") + std::to_string(conversation.items[i].id.bytes[15]);
        }
    }
    return text;
}

TEST(Conversations, AreDialoguesWithoutALongSilence) {
    EXPECT_EQ(grouped({{1, 0, "messenger", 1, 0}, {2, 240, "messenger", 1, 0}, {3, 481, "messenger", 1, 0}}), "3|1 2");
}

TEST(Conversations, KeepThreadsAndChannelsApart) {
    EXPECT_EQ(
        grouped(
            {{1, 0, "messenger", 1, 0}, {2, 1, "messenger", 2, 0}, {3, 2, "messenger", 1, 0}, {4, 3, "email", 1, 0}}),
        "4|1 3|2");
}

TEST(Conversations, WithoutThreadHangOnThePoint) {
    EXPECT_EQ(grouped({{1, 0, "sms", 0, 1}, {2, 1, "sms", 0, 2}, {3, 2, "sms", 0, 1}, {4, 3, "email", 0, 1}}),
              "4|1 3|2");
}

TEST(Conversations, AreSingleCalls) {
    EXPECT_EQ(grouped({{1, 0, "voice", 1, 1}, {2, 1, "voice", 1, 1}, {3, 2, "visit", 1, 1}}), "3|2|1");
}

TEST(Conversations, DoNotReopenAfterASilence) {
    EXPECT_EQ(grouped({{1, 0, "sms", 0, 1}, {2, 300, "sms", 0, 1}, {3, 301, "sms", 0, 1}, {4, 700, "sms", 0, 1}}),
              "4|2 3|1");
}

TEST(Conversations, OfNothingAreNone) {
    EXPECT_EQ(grouped({}), "");
}

}  // namespace
}  // namespace tandem::api
