// A call that was seen live, and its call records: which of them are one interaction, in every order of arrival.
#include "tests/core/store/store_fixture.hpp"

#include <algorithm>

namespace tandem::store {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::int64_t kEnd = 1'800'000'600;
constexpr auto kMinute = 60s;

class RecordsTest : public StoreTest {
protected:
    struct Name {
        std::string text;
        std::int64_t at = kEnd;
        std::optional<milliseconds> lasted = 300s;
    };
    struct Source {
        std::string id;
        std::int64_t rev = 1;
        std::vector<Name> names{};
        std::int64_t at = kEnd - 300;
        std::string note{};  // becomes an attribute
    };

    static Observation call(const Source& given) { return observation(given, "live", "live", 0, 0ms); }
    // Known to the minute; what has a name but once is the switch, not the single record.
    static Observation record(const Source& given) {
        auto out = observation(given, "archive", "archive:" + given.id, 2, kMinute);
        for (auto& name : out.copy->names)
            name.place = "archive";
        return out;
    }

    bool one(const std::string& a, const std::string& b) { return view(a)->id == view(b)->id; }

private:
    static Observation observation(const Source& given,
                                   const std::string& source,
                                   const std::string& place,
                                   std::int64_t rank,
                                   milliseconds precise) {
        auto out = test::message({.external_id = given.id, .source = source, .rev = given.rev, .at = given.at});
        out.channel = "voice";
        out.points = {test::party_point({"tel", "", "+4930123456"})};
        out.copy = Copy{.place = place, .rank = rank, .names = {}};
        for (const auto& name : given.names) {
            out.copy->names.push_back({.id = interaction_id("calls", name.text),
                                       .at = from_micros(name.at * 1'000'000),
                                       .within = 90s,
                                       .lasted = name.lasted,
                                       .lasted_within = 15s,
                                       .place = place});
        }
        out.document = R"({"external_id":")" + given.id + R"(","source":")" + source + R"(","state":")" +
                       (rank == 0 ? "closed" : "recorded") + R"(","started_at":")" + format_time(out.started_at) +
                       R"(","copy":{"rank":)" + std::to_string(rank) + R"(,"precision_ms":)" +
                       std::to_string(precise.count()) + R"(},"events":[{"type":"transfer.completed","at":")" +
                       format_time(out.started_at) + R"(","data":{"by":")" + source + R"("}}],"attributes":{")" +
                       (given.note.empty() ? source : given.note) + R"(":true}})";
        out.rev_hash = std::hash<std::string>()(out.document);
        return out;
    }
};

TEST_F(RecordsTest, ARecordMeetsTheCallByNumbersTimeAndDuration) {
    in_every_order({call({.id = "call"}), call({.id = "call", .rev = 2, .names = {{"number|vdn"}, {"number|station"}}}),
                    record({.id = "record", .names = {{"number|station", kEnd - 35, 296s}}, .at = kEnd - 340})},
                   [&] {
                       EXPECT_EQ(interactions(), 1U);
                       EXPECT_TRUE(one("call", "record"));
                       const auto whole = document("call");
                       EXPECT_EQ(whole.string_at("state"), "closed") << "what was seen live speaks first";
                       EXPECT_TRUE(whole.get("attributes").get("archive").as_bool());
                       EXPECT_EQ(whole.string_at("started_at"), format_time(from_micros((kEnd - 300) * 1'000'000)))
                           << "a minute that begins earlier does not make the call begin earlier";
                       EXPECT_EQ(view("call")->started_at, from_micros((kEnd - 300) * 1'000'000));
                       EXPECT_EQ(whole.get("events").size(), 1U) << "the transfer is not told twice";
                   });
}

TEST_F(RecordsTest, ARecordTellsABeginningThatNobodySaw) {
    in_every_order(
        {call({.id = "call", .names = {{.text = "number|station", .lasted = std::nullopt}}, .at = kEnd - 100}),
         record({.id = "record", .names = {{"number|station"}}, .at = kEnd - 300})},
        [&] {
            EXPECT_EQ(interactions(), 1U);
            EXPECT_EQ(view("call")->started_at, from_micros((kEnd - 300) * 1'000'000));
            EXPECT_EQ(document("call").string_at("started_at"), format_time(from_micros((kEnd - 300) * 1'000'000)));
        });
}

TEST_F(RecordsTest, WhatDiffersStaysApart) {
    const std::pair<const char*, Name> others[] = {{"another name", {"number|other"}},
                                                   {"another end", {"number|station", kEnd + 91}},
                                                   {"another duration", {"number|station", kEnd, 316s}}};
    for (const auto& [why, name] : others) {
        SCOPED_TRACE(why);
        in_every_order({call({.id = "call", .names = {{"number|station"}}}), record({.id = "record", .names = {name}})},
                       [&] { EXPECT_EQ(interactions(), 2U); });
    }
}

TEST_F(RecordsTest, RecordsOfTwoPartsOfACallAllStay) {
    in_every_order({call({.id = "call", .names = {{"number|first", kEnd - 200, 100s}, {"number|second", kEnd, 200s}}}),
                    record({.id = "1", .names = {{"number|first", kEnd - 200, 100s}}, .note = "first"}),
                    record({.id = "2", .names = {{"number|second", kEnd, 200s}}, .note = "second"})},
                   [&] {
                       EXPECT_EQ(interactions(), 1U);
                       EXPECT_TRUE(document("call").get("attributes").get("first").as_bool());
                       EXPECT_TRUE(document("call").get("attributes").get("second").as_bool());
                   });
}

TEST_F(RecordsTest, ACallHasOneRecordOfAName) {
    in_every_order(
        {call({.id = "call", .names = {{"number|station"}}}), record({.id = "1", .names = {{"number|station"}}}),
         record({.id = "2", .names = {{"number|station", kEnd + 20}}})},
        [&] { EXPECT_EQ(interactions(), 2U); });
}

TEST_F(RecordsTest, ARecordNeverMakesOneOfTwoCalls) {
    const Source first{.id = "A", .names = {{"number|1"}}};
    const Source second{.id = "B", .names = {{"number|2", kEnd + 30}}};
    const Source same{.id = "B", .names = {{"number|1", kEnd + 30}}};
    for (const auto& other : {second, same}) {
        in_every_order({call(first), call(other), record({.id = "1", .names = {{"number|1"}, {"number|2"}}}),
                        record({.id = "2", .names = {{"number|1", kEnd + 30}, {"number|2", kEnd + 30}}})},
                       [&] {
                           EXPECT_FALSE(one("A", "B"));
                           EXPECT_FALSE(one("1", "2"));
                       });
    }
}

TEST_F(RecordsTest, RepeatsChangeNothing) {
    const auto seen = call({.id = "call", .names = {{"number|station"}}});
    const auto written = record({.id = "record", .names = {{"number|station"}}});
    observe({written, call({.id = "call", .rev = 0})});
    EXPECT_EQ(interactions(), 2U);
    observe({seen});
    EXPECT_EQ(interactions(), 1U);
    open();
    EXPECT_EQ(observe({written, seen}).unchanged, 2U);
    EXPECT_EQ(interactions(), 1U);
}

}  // namespace
}  // namespace tandem::store
