// Names by which records and calls find each other.
#include "connectors/avaya/meeting.hpp"

#include <gtest/gtest.h>

namespace tandem::avaya {
namespace {

TEST(MeetingName, OfBothNumbers) {
    EXPECT_EQ(meeting_name("+49 30 1234567", "VDN 7100"), "301234567|7100");
    EXPECT_EQ(meeting_name("030 1234567", "7100"), "301234567|7100") << "with and without the country";
    EXPECT_EQ(meeting_name("4567", "7100", Kind::Whole), "4567|7100|whole");
    EXPECT_EQ(meeting_name("4567", "7100", Kind::Missed), "4567|7100|missed");
    EXPECT_EQ(meeting_name("", "7100"), "");
    EXPECT_EQ(meeting_name("1234567890", "anonymous"), "");
}

TEST(AddMeeting, KeepsEachOnceAndNotTooMany) {
    std::vector<Meeting> list;
    add_meeting(list, {.name = ""});
    for (int i = 0; i < 20; ++i) {
        add_meeting(list, {.name = "same", .at = from_micros(1)});
        add_meeting(list, {.name = "same", .at = from_micros(2)});
        add_meeting(list, {.name = std::to_string(i)});
    }
    EXPECT_EQ(list.size(), kMaxMeetings);
    EXPECT_EQ(list[0].at, from_micros(1));
    EXPECT_EQ(list[1].at, from_micros(2));
    EXPECT_EQ(list[2].name, "0");
}

}  // namespace
}  // namespace tandem::avaya
