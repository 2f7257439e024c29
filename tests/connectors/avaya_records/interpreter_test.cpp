// What becomes of a line that the end of its connection cut off; and events there and back.
#include "connectors/avaya_records/interpreter.hpp"

#include "connectors/avaya_records/event.hpp"
#include "connectors/avaya_records/moment.hpp"
#include "connectors/avaya_records/text.hpp"

#include <gtest/gtest.h>

namespace tandem::avaya_records {
namespace {

using namespace std::chrono_literals;

// Takes lines <…>.
class Brackets final : public Book {
public:
    Reading take(const Line& line) override {
        if (!readable(line.text)) return {.found = Found::Unreadable, .problem = "no brackets"};
        taken.push_back(line.text);
        return {};
    }
    bool readable(std::string_view text) const override { return text.starts_with('<') && text.ends_with('>'); }
    bool complete(std::string_view text) const override { return readable(text) && text.size() == 5; }
    std::vector<Call> due(Instant) override { return {}; }
    std::optional<Instant> next_due() const override { return std::nullopt; }

    std::vector<std::string> taken;
};

class Tails : public ::testing::Test {
protected:
    std::string take(std::string raw, std::uint64_t connection, bool cut = false, std::string peer = "a") {
        std::vector<Heard> heard;
        interpreter_.take({.id = std::to_string(++number_),
                           .raw = std::move(raw),
                           .peer = std::move(peer),
                           .connection = connection,
                           .cut = cut},
                          heard);
        std::string out;
        for (const Heard& one : heard) {
            constexpr std::string_view kWords[] = {"record", "repeat", "note", "lost", "unreadable"};
            out += one.line + ":" + std::string(kWords[static_cast<std::size_t>(one.reading.found)]) + " ";
        }
        return out;
    }

    Brackets book_;
    Interpreter interpreter_{book_, ""};
    int number_ = 0;
};

TEST_F(Tails, TheRestCompletesIt) {
    EXPECT_EQ(take("<ab", 1, true), "");
    EXPECT_EQ(take("c>", 2), "2:record ");
    EXPECT_EQ(book_.taken, (std::vector<std::string>{"<abc>"}));
}

TEST_F(Tails, SentAgainWhole) {
    take("<ab", 1, true);
    EXPECT_EQ(take("<abc>", 2), "1:note 2:record ");
    EXPECT_EQ(book_.taken, (std::vector<std::string>{"<abc>"}));
}

TEST_F(Tails, AnotherRecordMakesItUnreadable) {
    take("<ab", 1, true);
    EXPECT_EQ(take("<x>", 2), "1:unreadable 2:record ");
}

TEST_F(Tails, GarbageBehindItToo) {
    take("<ab", 1, true);
    EXPECT_EQ(take("x", 2), "1:unreadable 2:unreadable ");
}

TEST_F(Tails, EachPeerHasItsOwn) {
    take("<ab", 1, true, "a");
    EXPECT_EQ(take("c>", 2, false, "b"), "2:unreadable ");
    EXPECT_EQ(take("c>", 3, false, "a"), "3:record ");
}

TEST_F(Tails, ASecondTailDoesNotHideTheFirst) {
    take("<ab", 1, true);
    EXPECT_EQ(take("<cd", 2, true), "1:unreadable ");
}

TEST_F(Tails, WhatIsWholeNeedsNoLineEnd) {
    EXPECT_EQ(take("<123>", 1, true), "1:record ");
}

TEST_F(Tails, TooManyPeersLoseNone) {
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(take("<", 1, true, std::to_string(i)), "");
    EXPECT_EQ(take("<", 1, true, "one more").find("unreadable"), 2U);
}

TEST(RecordText, CharacterSets) {
    EXPECT_EQ(to_utf8("J\xc3\xb6rg", ""), "Jörg");
    EXPECT_EQ(to_utf8("J\xf6rg", ""), "Jörg");
    EXPECT_EQ(to_utf8("\xcf\xe5\xf2\xf0", "windows-1251"), "Петр");
    EXPECT_EQ(to_utf8("J\xf6rg", "no such charset"), "Jörg");
}

TEST(RecordText, Clocks) {
    EXPECT_EQ(clock_of("01:02:03"), 3'723s);
    EXPECT_EQ(clock_of("17:55"), 64'500s);
    EXPECT_EQ(clock_of("30:00:00"), 108'000s);
    for (const std::string_view wrong : {"", "1", "1:60", "1:00:60", "1:2:3:4", "a:b", "-1:00"})
        EXPECT_FALSE(clock_of(wrong)) << wrong;
    EXPECT_FALSE(local_time(2025, 2, 29, 0s));
    EXPECT_FALSE(local_time(2025, 13, 1, 0s));
    EXPECT_FALSE(local_time(2025, 1, 1, 86'400s));
    EXPECT_EQ(format_local(*local_time(2024, 2, 29, 3'723s)), "2024-02-29T01:02:03");
}

TEST(RecordMoments, TheRepeatedHourByTheTimeOfArrival) {
    const auto hour = Zone::find("Europe/Berlin")->meaning(*local_time(2026, 10, 25, 9'000s));
    const auto at = [](std::string_view text) { return *parse_time(text); };
    const auto first = meant(hour, 60s, at("2026-10-25T00:31:00Z"));
    EXPECT_EQ(format_time(first.at), "2026-10-25T00:30:00Z");
    EXPECT_FALSE(first.uncertain);
    const auto last = meant(hour, 60s, at("2026-10-25T01:31:00Z"));
    EXPECT_EQ(format_time(last.at), "2026-10-25T01:30:00Z");
    EXPECT_TRUE(last.uncertain);
}

TEST(RecordEvents, ALineThereAndBack) {
    const StoredLine line{.id = "17-3",
                          .raw = std::string("a\0b", 3),
                          .peer = "10.0.0.1",
                          .connection = 17,
                          .at = from_micros(5),
                          .cut = true};
    const auto event = line_event(line, "text/x-cdr");
    EXPECT_EQ(event.raw, line.raw);
    EXPECT_EQ(event.content_type, "text/x-cdr");
    const auto back = stored_line(event);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->id, line.id);
    EXPECT_EQ(back->raw, line.raw);
    EXPECT_EQ(back->peer, line.peer);
    EXPECT_EQ(back->connection, line.connection);
    EXPECT_EQ(back->at, line.at);
    EXPECT_TRUE(back->cut);
    EXPECT_FALSE(stored_line({}));
}

TEST(RecordEvents, ACallTellsItsRevision) {
    Call call;
    call.id = "1000@x/y";
    call.revision = 7;
    const auto told = told_call(call_event(call, from_micros(1)));
    ASSERT_TRUE(told);
    EXPECT_EQ(told->id, call.id);
    EXPECT_EQ(told->revision, 7U);
    EXPECT_FALSE(told_call({}));
}

std::string names_of(const Call& call) {
    std::string out;
    for (const auto& one : meetings(call)) {
        EXPECT_EQ(one.at, from_micros(150'000'000)) << "the middle of what may be meant";
        out += one.name + (one.lasted ? " " + std::to_string(one.lasted->count() / 1000) : "") + "; ";
    }
    return out;
}

TEST(Meetings, OfTheNumberThatWasCalledAndOfEachStationThatAnswered) {
    Call call;
    call.direction = "inbound";
    call.state = "closed";
    call.ani = "+49 30 1234567";
    call.called = "5001";
    call.vdn = "7100";
    call.ended_at = from_micros(120'000'000);
    call.precision = 60s;
    call.talk = 35s;
    call.answered_at = from_micros(85'000'000);
    call.legs.resize(2);
    call.legs[0].station = "5001";
    call.legs[0].answered_at = call.answered_at;
    call.legs[1].station = "5002";
    EXPECT_EQ(names_of(call), "301234567|7100 35; 301234567|7100|whole 35; 301234567|5001 35; ");

    call.called = "7100";
    call.legs.clear();
    EXPECT_EQ(names_of(call), "301234567|7100|missed; 301234567|7100 35; 301234567|7100|whole 35; ")
        << "only an announcement answered";

    call.answered_at.reset();
    EXPECT_EQ(names_of(call), "301234567|7100|missed; ");
    call.state = "active";
    EXPECT_EQ(names_of(call), "");
    call.state = "closed";
    call.direction = "internal";
    EXPECT_EQ(names_of(call), "");
}

}  // namespace
}  // namespace tandem::avaya_records
