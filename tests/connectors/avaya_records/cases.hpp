// Cases of a JSON file: lines in, what is found and which calls come of them. Every case is run again with its lines
// in one connection cut at random places, and a second time into the same book, where all of it is known.
//
//   { "name": …, "options": {…}, "at": "2025-02-20T12:00:00Z", "lines": [ "…", {"line": …, "at": …, "connection": 2,
//     "peer": …, "cut": true} ], "found": { "record": 1 }, "problems": [ … ], "calls": [ {…} ] }
#pragma once

#include "tests/connectors/avaya_records/reading.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <random>

namespace tandem::avaya_records::test {

using MakeBook = std::function<std::unique_ptr<Book>(data::Value options)>;

inline Instant instant_of(data::Value text) {
    return parse_time(text.is_string() ? text.as_string() : "2025-02-20T12:00:00Z").value();
}

inline StoredLine line_of(data::Value entry, Instant at, std::size_t number) {
    StoredLine out{.id = std::to_string(number), .raw = {}, .peer = "192.0.2.20", .connection = 1, .at = at};
    if (entry.is_string()) {
        out.raw = entry.as_string();
        return out;
    }
    out.raw = entry.string_at("line").value_or("");
    out.peer = entry.string_at("peer").value_or(out.peer);
    if (const auto moment = entry.string_at("at")) out.at = parse_time(*moment).value();
    if (const auto connection = entry.get("connection"); connection.is_integer()) out.connection = connection.as_uint();
    out.cut = entry.get("cut").is_bool() && entry.get("cut").as_bool();
    return out;
}

inline Outcome read_case(data::Value one, Book& book) {
    Reading reading(book);
    Instant last = instant_of(one.get("at"));
    for (const auto entry : one.get("lines").items()) {
        StoredLine line = line_of(entry, last, 1);
        last = std::max(last, line.at);
        reading.line(std::move(line));
    }
    const auto until = one.string_at("until");
    return reading.end(until ? parse_time(*until).value() : last + std::chrono::minutes(1));
}

inline void check_case(data::Value one, const Outcome& outcome) {
    data::Arena arena;
    if (const auto found = one.get("found"); found.is_object()) {
        std::map<std::string, int> wanted;
        for (const auto& [key, count] : found.members())
            wanted[std::string(key)] = static_cast<int>(count.as_int());
        EXPECT_EQ(outcome.found, wanted);
    }
    if (const auto problems = one.get("problems"); problems.is_array()) {
        ASSERT_EQ(outcome.problems.size(), problems.size());
        for (std::size_t i = 0; i < problems.size(); ++i)
            EXPECT_EQ(outcome.problems[i], problems.items()[i].as_string());
    }
    if (const auto told = one.get("told"); told.is_integer()) EXPECT_EQ(outcome.told, told.as_uint());
    const auto calls = one.get("calls");
    if (!calls.is_array()) return;
    std::string all;
    for (const std::string& call : outcome.calls)
        all += call + "\n";
    ASSERT_EQ(outcome.calls.size(), calls.size()) << all;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const auto given = data::parse_json(outcome.calls[i], arena);
        ASSERT_TRUE(given) << outcome.calls[i];
        EXPECT_EQ(difference(calls.items()[i], *given), "") << outcome.calls[i];
    }
}

inline bool is_plain(data::Value one) {
    return std::ranges::all_of(one.get("lines").items(), [](data::Value line) { return line.is_string(); });
}

inline void check_pieces(data::Value one, const MakeBook& make, const Outcome& wanted) {
    std::string octets;
    for (const auto line : one.get("lines").items())
        octets += std::string(line.as_string()) + "\r\n";
    const Instant at = instant_of(one.get("at"));
    const auto until = one.string_at("until");
    std::minstd_rand random(7);
    for (const std::size_t most : {std::size_t(1), std::size_t(2), std::size_t(69), octets.size()}) {
        const auto book = make(one.get("options"));
        Reading reading(*book);
        reading.octets(octets, [&] { return 1 + random() % most; }, at);
        EXPECT_EQ(reading.end(until ? parse_time(*until).value() : at + std::chrono::minutes(1)), wanted)
            << "in pieces of " << most;
    }
}

inline void run_cases(const std::string& file, const MakeBook& make) {
    data::Arena arena;
    const auto cases = data::parse_json(testing::read_file(file), arena);
    ASSERT_TRUE(cases) << cases.error().text;
    ASSERT_GT(cases->size(), 0U);
    for (const auto one : cases->items()) {
        SCOPED_TRACE(std::string(one.string_at("name").value_or("?")));
        const auto book = make(one.get("options"));
        const Outcome outcome = read_case(one, *book);
        check_case(one, outcome);
        if (is_plain(one)) check_pieces(one, make, outcome);
        const auto again = make(one.get("options"));
        EXPECT_EQ(read_case(one, *again), outcome);
    }
}

}  // namespace tandem::avaya_records::test
