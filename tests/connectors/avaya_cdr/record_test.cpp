#include "connectors/avaya_cdr/record.hpp"

#include "connectors/avaya_cdr/calendar.hpp"
#include "connectors/avaya_records/text.hpp"
#include "tests/connectors/avaya_cdr/layouts.hpp"

#include <gtest/gtest.h>

namespace tandem::avaya_cdr {
namespace {

using namespace std::chrono_literals;
using test::rules_of;

//                            date   time sec-d calling-num     dialed-num              auth          in  crt dial used
//                            crt c
constexpr const char* kIn =
    "080125 1145   240      4930123456                    5001                721003              9 ";
constexpr const char* kOut =
    "080125 1147    35            5001           0049301112223          4711            9  730012 7 ";

TEST(CdrRecord, ReadsACustomizedLine) {
    const auto in = read_record(kIn, rules_of("plain"));
    ASSERT_TRUE(in) << in.error().text;
    EXPECT_EQ(in->date, (Day{2025, 8, 1}));
    EXPECT_EQ(in->ended, 11h + 45min);
    EXPECT_EQ(in->duration, 240s);
    EXPECT_EQ(in->calling, "4930123456");
    EXPECT_EQ(in->dialed, "5001");
    EXPECT_EQ(in->in.text(), "721/003");
    EXPECT_TRUE(in->out.empty());
    EXPECT_EQ(in->condition, '9');
    EXPECT_FALSE(in->authorized);
    EXPECT_EQ(way_of(*in), Way::Inbound);
    const auto out = read_record(kOut, rules_of("plain"));
    ASSERT_TRUE(out) << out.error().text;
    EXPECT_TRUE(out->in.empty());
    EXPECT_EQ(out->out.text(), "730/012");
    EXPECT_TRUE(out->authorized);
    EXPECT_EQ(way_of(*out), Way::Outbound);
}

TEST(CdrRecord, ReadsVdnAndUcid) {
    const auto read = [](std::string_view tail) {
        return read_record(std::string(kIn) + std::string(tail), rules_of("ucid")).value();
    };
    const auto record = read(" 7100 00001043211754041200");
    EXPECT_EQ(record.vdn, "7100");
    EXPECT_EQ(record.ucid, "00001043211754041200");
    EXPECT_EQ(read("      00000000000000000000").ucid, "");
    EXPECT_EQ(read("                          ").ucid, "");
    EXPECT_EQ(read("          0019001038F725B3").ucid, "00025000160955721139");
}

TEST(CdrRecord, ReadsTeleseer) {
    auto rules = rules_of("teleseer");
    ASSERT_EQ(rules.layout.length(), 76U);
    const std::string line =
        "   1145"
        "0040"
        "9"
        "   "
        "721"
        "           5001"
        "  721"
        "               "
        "3"
        "0"
        "231"
        "   "
        "0"
        "       "
        "       ";
    const auto record = read_record(line, rules);
    ASSERT_TRUE(record) << record.error().text;
    EXPECT_FALSE(record->date);
    EXPECT_EQ(record->duration, 240s);
    // There the trunk's code stands in the place of the caller.
    EXPECT_EQ(record->calling, "");
    EXPECT_EQ(record->in.text(), "721/123");
    EXPECT_EQ(record->frl, "3");
    rules.plain_circuits = true;
    EXPECT_EQ(read_record(line, rules)->in.text(), "721/231");
}

TEST(CdrRecord, ReadsExpandedAsFarAsItIsKnown) {
    const std::string line = "1147 0005 7    9  730   0049301112223       5001              12";
    const auto record = read_record(line + std::string(80, '?'), rules_of("expanded"));
    ASSERT_TRUE(record) << record.error().text;
    EXPECT_EQ(record->ended, 11h + 47min);
    EXPECT_EQ(record->duration, 30s);
    EXPECT_EQ(record->dialed, "0049301112223");
    EXPECT_EQ(record->calling, "5001");
    EXPECT_EQ(record->account, "12");
    EXPECT_EQ(record->out.code, "730");
}

TEST(CdrRecord, NoDurationWhereTheClockWasChanged) {
    std::string line = kIn;
    line.replace(12, 5, " 9999");
    EXPECT_EQ(read_record(line, rules_of("plain"))->duration, std::nullopt);
    EXPECT_EQ(
        read_record("1147 9999 7    9  730   0049301112223       5001              12", rules_of("expanded"))->duration,
        std::nullopt);
}

TEST(CdrRecord, FillingAtTheFrontAndBlanksThatAreMissing) {
    EXPECT_TRUE(read_record(std::string("   ") + kIn, rules_of("plain")));
    const std::string line = kIn;
    EXPECT_TRUE(read_record(line.substr(0, line.size() - 1), rules_of("plain")));
    EXPECT_FALSE(read_record(line.substr(0, line.size() - 2), rules_of("plain")));
}

TEST(CdrRecord, SaysWhereALineIsWrong) {
    const auto problem = [](std::size_t at, std::string_view with) {
        std::string line = kIn;
        line.replace(at, with.size(), with);
        const auto record = read_record(line, rules_of("plain"));
        return record ? "fine" : record.error().text;
    };
    EXPECT_EQ(problem(0, "130125"), "position 1 (date): a date expected, found '130125'");
    EXPECT_EQ(problem(7, "2460"), "position 8 (time): hours and minutes expected, found '2460'");
    EXPECT_EQ(problem(12, "  2x0"), "position 13 (sec-dur): seconds expected, found '2x0'");
    EXPECT_EQ(problem(93, "Z"), "position 94 (cond-code): a condition code expected, found 'Z'");
    EXPECT_EQ(read_record("garbage", rules_of("plain")).error().text, "7 characters, the layout has 95");
    EXPECT_EQ(read_record(std::string("x") + kIn, rules_of("plain")).error().text, "96 characters, the layout has 95");
}

TEST(CdrRecord, DirectionsByConditionAndTrunk) {
    const auto way = [](char condition, std::string in, std::string out) {
        Record record;
        record.condition = condition;
        record.in.code = std::move(in);
        record.out.code = std::move(out);
        return way_of(record);
    };
    for (const char condition : {'7', '8', 'A', 'B'})
        EXPECT_EQ(way(condition, "", "730"), Way::Outbound) << condition;
    EXPECT_EQ(way('9', "721", "730"), Way::Inbound);
    EXPECT_EQ(way('0', "", ""), Way::Internal);
    for (const char condition : {'1', '4', 'C', 'G', 'H', 'I'}) {
        EXPECT_EQ(way(condition, "721", ""), Way::Inbound) << condition;
        EXPECT_EQ(way(condition, "", "730"), Way::Outbound) << condition;
        EXPECT_EQ(way(condition, "", ""), Way::Unknown) << condition;
    }
}

TEST(CdrDates, BothFormsAndOrders) {
    EXPECT_EQ(read_date_record("08 01", DateOrder::MonthDay), (Day{std::nullopt, 8, 1}));
    EXPECT_EQ(read_date_record("0801", DateOrder::DayMonth), (Day{std::nullopt, 1, 8}));
    for (const std::string_view wrong : {"", "1301", "08-01", "08 0x", "0832", "080125", "12 3"})
        EXPECT_FALSE(read_date_record(wrong, DateOrder::MonthDay)) << wrong;
}

class Dates : public ::testing::Test {
protected:
    std::string end(std::chrono::minutes clock, std::string_view arrived, std::optional<Day> date = {}) {
        Record record;
        record.ended = clock;
        record.date = date;
        const auto found = calendar_.end_of(record, "a", *parse_time(arrived));
        if (!found) return "none";
        return format_time(found->moment.at) + (found->moment.uncertain ? "?" : "");
    }
    Calendar calendar_{*Zone::find("Europe/Berlin")};
};

TEST_F(Dates, WithoutADateTheTimeOfArrivalTells) {
    EXPECT_EQ(end(11h + 45min, "2025-08-01T09:45:30Z"), "2025-08-01T09:45:00Z");
    // A clock that is a little ahead.
    EXPECT_EQ(end(11h + 50min, "2025-08-01T09:45:30Z"), "2025-08-01T09:50:00Z");
    EXPECT_EQ(end(23h + 59min, "2025-08-01T22:00:05Z"), "2025-08-01T21:59:00Z");
}

TEST_F(Dates, ADateRecordCountsAndMidnightIsSeen) {
    calendar_.set("a", {std::nullopt, 8, 1});
    EXPECT_EQ(end(11h + 45min, "2025-08-01T20:00:00Z"), "2025-08-01T09:45:00Z");
    calendar_.set("a", {std::nullopt, 8, 2});
    EXPECT_EQ(end(23h + 59min, "2025-08-01T22:00:05Z"), "2025-08-01T21:59:00Z");
    EXPECT_EQ(end(1min, "2025-08-01T22:01:05Z"), "2025-08-01T22:01:00Z");
    // Another switch has its own.
    calendar_.set("b", {std::nullopt, 3, 3});
    EXPECT_EQ(end(1min, "2025-08-01T22:01:05Z"), "2025-08-01T22:01:00Z");
}

TEST_F(Dates, TheYearIsTheLastInWhichItIsNotToCome) {
    calendar_.set("a", {std::nullopt, 12, 31});
    EXPECT_EQ(end(23h + 59min, "2025-12-31T23:00:10Z"), "2025-12-31T22:59:00Z");
    EXPECT_EQ(end(10h, "2026-01-01T12:00:00Z"), "2025-12-31T09:00:00Z");
    calendar_.set("a", {std::nullopt, 2, 29});
    EXPECT_EQ(end(10h, "2026-03-01T12:00:00Z"), "2024-02-29T09:00:00Z");
}

TEST_F(Dates, ADayThatIsNone) {
    EXPECT_EQ(end(10h, "2026-03-01T12:00:00Z", Day{2026, 2, 30}), "none");
}

TEST_F(Dates, TheRepeatedHour) {
    EXPECT_EQ(end(2h + 30min, "2025-10-26T00:31:00Z"), "2025-10-26T00:30:00Z");
    EXPECT_EQ(end(2h + 30min, "2025-10-26T01:31:00Z"), "2025-10-26T01:30:00Z?");
}

}  // namespace
}  // namespace tandem::avaya_cdr
