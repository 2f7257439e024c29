#include "core/mail/text/calendar.hpp"

#include "core/data/json.hpp"
#include "tests/core/mail_text/cases.hpp"
#include "tests/core/mail_text/mini_mail.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

namespace tandem::mail {
namespace {

std::string show(const char* name, const std::optional<CalendarTime>& time) {
    if (!time) return {};
    return std::string(name) + " " + time->local + " " + time->zone + " " + (time->at ? format_time(*time->at) : "") +
           "\n";
}

std::string show(const std::string& name, std::string value) {
    std::ranges::replace(value, '\n', '/');
    return value.empty() ? "" : name + " " + value + "\n";
}

std::string show(const std::vector<CalendarEvent>& events) {
    std::string out;
    for (const auto& it : events) {
        out += it.method + " " + it.uid + " " + std::to_string(it.sequence) + " " + it.status + "\n";
        out +=
            show("summary", it.summary) + show("location", it.location) + show("start", it.start) + show("end", it.end);
        out += show("organizer", it.organizer);
        for (const auto& attendee : it.attendees)
            out += attendee.address + " " + attendee.status + "\n";
    }
    return out;
}

TEST(Calendar, Cases) {
    for (const auto& one : testing::read_cases("calendar_cases.txt")) {
        EXPECT_EQ(show(read_calendar(one.text)), one.expected) << one.name;
        EXPECT_EQ(show(read_calendar(testing::with_crlf(one.text))), one.expected) << one.name << " (CRLF)";
    }
}

TEST(Calendar, OfTheFixtures) {
    const auto root = testing::fixtures("email");
    if (!root) return;
    data::Arena arena;
    std::istringstream lines(testing::read_file(*root / "expectations.jsonl"));
    int seen = 0;
    for (std::string text; std::getline(lines, text);) {
        const auto line = data::parse_json(text, arena);
        ASSERT_TRUE(line) << text;
        const auto stated = line->get("stated").get("calendar");
        if (!stated.is_object()) continue;
        ++seen;
        const std::string file(*line->string_at("file"));
        const auto mail = testing::parse_mini(testing::read_file(*root / file));
        const auto* part = mail.find("text/calendar");
        ASSERT_NE(part, nullptr) << file;
        const auto events = read_calendar(part->body);
        ASSERT_EQ(events.size(), 1U) << file;
        std::string method(*stated.string_at("method"));
        std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c | 0x20); });
        EXPECT_EQ(events[0].method, method) << file;
        EXPECT_EQ(events[0].uid, *stated.string_at("uid")) << file;
        if (const auto start = stated.string_at("start")) EXPECT_EQ(format_time(*events[0].start->at), *start) << file;
        if (stated.string_at("partstat")) EXPECT_EQ(events[0].attendees.at(0).status, "accepted") << file;
        EXPECT_EQ(events[0].summary, "Meeting about the contract 4471-\n second line, folded over two lines") << file;
    }
    EXPECT_EQ(seen, 3);
}

TEST(Calendar, IsBounded) {
    std::string text;
    for (int i = 0; i < 1'000; ++i)
        text += "BEGIN:VEVENT\nUID:" + std::to_string(i) + "\nEND:VEVENT\n";
    EXPECT_EQ(read_calendar(text).size(), 100U);
    std::string attendees = "BEGIN:VEVENT\n";
    for (int i = 0; i < 5'000; ++i)
        attendees += "ATTENDEE:mailto:a@b.test\n";
    EXPECT_EQ(read_calendar(attendees).at(0).attendees.size(), 1'000U);
    EXPECT_LE(read_calendar("BEGIN:VEVENT\nSUMMARY:x" + std::string(200'000, 'y') + "\n x").at(0).summary.size(),
              200'010U);
}

}  // namespace
}  // namespace tandem::mail
