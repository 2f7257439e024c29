#include "connectors/avaya_smdr/record.hpp"

#include "connectors/avaya_records/text.hpp"

#include <gtest/gtest.h>

namespace tandem::avaya_smdr {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kWhole =
    "2025/02/20 11:34:40,00:03:10,21,0755@192.0.2.10,I,700,0151,134,0,1163546,1,E627,Ada Byron,T9100,Line 100.1,45,2,1,"
    "4711,Ada,0.15,EUR,0,3,0,500,100,U XfP,Extn207,9416,192.0.2.20,1a,192.0.2.21,1b,2025/02/20 11:39:28,0,x";

TEST(SmdrRecord, ReadsEveryColumn) {
    const auto record = read_record(kWhole);
    ASSERT_TRUE(record) << record.error().text;
    EXPECT_EQ(avaya_records::format_local(record->started), "2025-02-20T11:34:40");
    EXPECT_EQ(record->precision, 1s);
    EXPECT_EQ(record->connected, 190s);
    EXPECT_EQ(record->ring, 21s);
    EXPECT_EQ(record->hold, 45s);
    EXPECT_EQ(record->park, 2s);
    EXPECT_EQ(record->total(), 258s);
    EXPECT_EQ(record->caller, "0755");
    EXPECT_EQ(record->caller_host, "192.0.2.10");
    EXPECT_TRUE(record->inbound);
    EXPECT_EQ(record->called, "700");
    EXPECT_EQ(record->dialled, "0151");
    EXPECT_EQ(record->account, "134");
    EXPECT_EQ(record->internal, false);
    EXPECT_EQ(record->call_id, "1163546");
    EXPECT_TRUE(record->continued);
    EXPECT_EQ(record->party1, (Party{PartyKind::Extension, "E627", "Ada Byron", "627"}));
    EXPECT_EQ(record->party2, (Party{PartyKind::Line, "T9100", "Line 100.1", "100"}));
    EXPECT_TRUE(record->authorized);
    EXPECT_EQ(record->user_charged, "Ada");
    EXPECT_EQ(record->charge, "0.15");
    EXPECT_EQ(record->currency, "EUR");
    EXPECT_EQ(record->units, "3");
    EXPECT_EQ(record->targeting_who, "U");
    EXPECT_EQ(record->targeting_why, "XfP");
    EXPECT_EQ(record->targeter, "Extn207");
    EXPECT_EQ(record->targeted_number, "9416");
    EXPECT_EQ(record->caller_server, "192.0.2.20");
    EXPECT_EQ(record->caller_unique_id, "1a");
    EXPECT_EQ(record->called_server, "192.0.2.21");
    EXPECT_EQ(record->called_unique_id, "1b");
    ASSERT_TRUE(record->written);
    EXPECT_EQ(format_time(*record->written), "2025-02-20T11:39:28Z");
    EXPECT_EQ(record->columns, 37U);
}

// The first columns and those alone; what stands behind a cell that is replaced stays.
std::string with(std::size_t column, std::string_view value) {
    std::string line = "2008/06/28 09:28:41,00:00:00,9,8004206,I,4324,4324,,0,1000014155,0,E4324,Joe,T9161,L,0,0";
    std::size_t begin = 0;
    for (std::size_t i = 1; i < column; ++i)
        begin = line.find(',', begin) + 1;
    return line.replace(begin, line.find(',', begin) - begin, value);
}

TEST(SmdrRecord, ShortFormsOfOlderReleases) {
    const auto record = read_record(with(1, "2008/07/09 17:55"));
    ASSERT_TRUE(record) << record.error().text;
    EXPECT_EQ(record->precision, 60s);
    EXPECT_FALSE(record->written);
    EXPECT_FALSE(record->authorized);
    EXPECT_FALSE(read_record(with(9, "I"))->internal);
    EXPECT_EQ(read_record(with(16, ""))->hold, 0s);
    EXPECT_EQ(read_record(with(3, " 9 "))->ring, 9s);
}

TEST(SmdrRecord, WithTheWorldOrInside) {
    EXPECT_TRUE(read_record(with(9, "0"))->outside());
    EXPECT_FALSE(read_record(with(9, "1"))->outside());
    EXPECT_TRUE(read_record(with(9, "I"))->outside());
    std::string line = with(9, "I");
    line.replace(line.find(",I,4324"), 2, ",O");
    EXPECT_TRUE(read_record(line)->outside());
    line.replace(line.find("T9161"), 1, "E");
    EXPECT_FALSE(read_record(line)->outside());
}

TEST(SmdrRecord, SaysWhichColumnIsWrong) {
    const auto problem = [](const std::string& line) {
        const auto record = read_record(line);
        return record ? "fine" : record.error().text;
    };
    EXPECT_EQ(problem("garbage line without enough commas"), "1 columns, a record has 17 at least");
    EXPECT_EQ(problem(with(1, "20/02/2025 11:00:00")),
              "column 1: YYYY/MM/DD HH:MM:SS expected, found '20/02/2025 11:00:00'");
    EXPECT_EQ(problem(with(1, "2025/02/30 11:00:00")),
              "column 1: YYYY/MM/DD HH:MM:SS expected, found '2025/02/30 11:00:00'");
    EXPECT_EQ(problem(with(2, "soon")), "column 2: HH:MM:SS expected, found 'soon'");
    EXPECT_EQ(problem(with(3, "-1")), "column 3: seconds expected, found '-1'");
    EXPECT_EQ(problem(with(5, "L")), "column 5: I or O expected, found 'L'");
    EXPECT_EQ(problem(with(10, "")), "column 10: a call id expected, found ''");
    EXPECT_EQ(problem(with(11, "2")), "column 11: 0 or 1 expected, found '2'");
    EXPECT_EQ(problem(with(16, "99999999")), "column 16: seconds expected, found '99999999'");
    EXPECT_EQ(problem(with(4, "x") + std::string(300, ',')), "317 columns are no record");
}

TEST(SmdrRecord, KnowsPartiesByNameAndNumber) {
    const auto shown = [](std::string_view device, std::string_view name) {
        const Party party = read_party(device, name);
        return std::string(to_string(party.kind)) + " " + party.number;
    };
    EXPECT_EQ(shown("", ""), "none ");
    EXPECT_EQ(shown("E4750", "John"), "extension 4750");
    EXPECT_EQ(shown("T9161", "LINE 5.1"), "line 161");
    EXPECT_EQ(shown("T70", ""), "line 70");
    EXPECT_EQ(shown("V9502", "VM Channel 2"), "voicemail 9502");
    EXPECT_EQ(shown("V9051", "VM Channel 1"), "voicemail 9051");
    EXPECT_EQ(shown("V9510", ""), "voicemail 9510");
    EXPECT_EQ(shown("V11002", "CO Channel 100.2"), "conference 100");
    EXPECT_EQ(shown("V11002", ""), "conference 100");
    EXPECT_EQ(shown("V8000", "U1 0.0"), "other 8000");
    EXPECT_EQ(shown("?", "x"), "other ");
}

}  // namespace
}  // namespace tandem::avaya_smdr
