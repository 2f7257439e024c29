// The shared SMDR files and what they should become (fixtures/avaya/smdr/expected.json). Every key of expected.json has
// a check here; one that has none fails.
#include "tests/support/fixtures.hpp"

#include "connectors/avaya_smdr/book.hpp"
#include "core/base/text.hpp"
#include "tests/connectors/avaya_records/reading.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <sstream>

namespace tandem::avaya_smdr {
namespace {

using avaya_records::Call;
using data::Value;

const Instant kAt = *parse_time("2025-02-20T12:10:00Z");

std::vector<std::string> lines_of(const std::string& text) {
    avaya_records::LineReader reader;
    std::vector<std::string> lines;
    reader.feed(text, lines);
    if (!reader.tail().empty()) lines.push_back(reader.tail());
    return lines;
}

// What a story says, found by its key.
struct Story {
    std::vector<Record> records;
    std::vector<Call> calls;

    const Call& call() const { return calls.front(); }
    const Record& first() const { return records.front(); }
};

Story read(const std::vector<std::string>& lines) {
    Story out;
    Book book({});
    for (const std::string& line : lines) {
        auto record = read_record(line);
        if (!record) throw std::runtime_error(line + ": " + record.error().text);
        out.records.push_back(std::move(*record));
        book.take({.text = line, .peer = "a", .connection = 1, .at = kAt});
    }
    out.calls = book.due(kAt + std::chrono::minutes(1));
    return out;
}

std::string text(Value value) {
    return value.is_string() ? std::string(value.as_string()) : data::to_json(value);
}
std::string seconds(std::optional<std::chrono::seconds> value) {
    return value ? std::to_string(value->count()) : "null";
}
std::string answered_by(const Story& story) {
    std::string out;
    std::size_t count = 0;
    for (const auto& leg : story.call().legs) {
        if (!leg.answered_at) continue;
        out += (out.empty() ? "\"" : ",\"") + leg.station + "\"";
        ++count;
    }
    return count == 1 ? out.substr(1, out.size() - 2) : "[" + out + "]";
}
std::string shown(const Party& party) {
    return R"({"kind":")" + std::string(to_string(party.kind)) + R"(","number":")" + party.number + R"(","name":")" +
           party.name + "\"}";
}
std::string devices(const Story& story) {
    std::string out;
    for (const Record& one : story.records)
        out += (out.empty() ? "\"" : ",\"") + one.party1.device + "\"";
    return "[" + out + "]";
}
std::string with_slashes(std::string local) {
    std::ranges::replace(local, '-', '/');
    std::ranges::replace(local, 'T', ' ');
    return local;
}
std::string consultation(const Story& story) {
    for (const auto& leg : story.call().legs) {
        if (leg.role == "consult") return leg.call_id;
    }
    return "none";
}

using Check = std::function<std::string(const Story&)>;
const std::map<std::string, Check, std::less<>>& checks() {
    static const std::map<std::string, Check, std::less<>> all = {
        {"call_id", [](const Story& s) { return s.call().call_ids.front(); }},
        {"conversation", [](const Story& s) { return s.call().call_ids.front(); }},
        {"direction", [](const Story& s) { return s.call().direction; }},
        {"internal", [](const Story& s) { return std::string(*s.first().internal ? "true" : "false"); }},
        {"caller", [](const Story& s) { return s.first().caller; }},
        {"called", [](const Story& s) { return s.first().called; }},
        {"dialled", [](const Story& s) { return s.first().dialled; }},
        {"connected_s", [](const Story& s) { return seconds(s.call().talk); }},
        {"connected_s_total", [](const Story& s) { return seconds(s.call().talk); }},
        {"hold_s_total", [](const Story& s) { return seconds(s.call().hold); }},
        {"ring_s", [](const Story& s) { return seconds(s.call().ring); }},
        {"ring_s_first", [](const Story& s) { return seconds(s.first().ring); }},
        {"park_s", [](const Story& s) { return seconds(s.call().park); }},
        {"outcome", [](const Story& s) { return s.call().outcome; }},
        {"final", [](const Story& s) { return std::string(s.call().state == "closed" ? "true" : "false"); }},
        {"party1", [](const Story& s) { return shown(s.first().party1); }},
        {"party2", [](const Story& s) { return shown(s.first().party2); }},
        {"parties", devices},
        {"records", [](const Story& s) { return std::to_string(s.call().records); }},
        {"interactions", [](const Story& s) { return std::to_string(s.calls.size()); }},
        {"answered_by", answered_by},
        {"originally_rung", [](const Story& s) { return s.call().legs.front().station; }},
        {"ani", [](const Story& s) { return s.call().ani; }},
        {"ani_host", [](const Story& s) { return s.call().ani_host; }},
        {"dnis", [](const Story& s) { return s.call().dnis; }},
        {"started_local", [](const Story& s) { return with_slashes(s.call().started_local); }},
        {"account", [](const Story& s) { return s.call().account; }},
        {"consult_call", consultation},
        {"transferred_to", [](const Story& s) { return s.call().transfers.back().to; }},
        {"utc_end", [](const Story& s) { return format_time(s.call().ended_at); }},
    };
    return all;
}

void compare(Value wanted, const Story& story) {
    ASSERT_FALSE(story.calls.empty());
    for (const auto& [key, value] : wanted.members()) {
        if (key == "note") {
            // "… belong to one conversation; link by External Targeter name … and time overlap"
            EXPECT_EQ(story.calls.size(), 1U) << text(value);
            continue;
        }
        const auto check = checks().find(key);
        if (check == checks().end()) {
            ADD_FAILURE() << "nobody checks " << key;
        } else {
            EXPECT_EQ(check->second(story), text(value)) << key;
        }
    }
}

class SmdrFixtures : public ::testing::Test {
protected:
    SmdrFixtures() : folder_(testing::fixtures("avaya/smdr")) {
        if (folder_) expected_ = data::parse_json(testing::read_file(*folder_ / "expected.json"), arena_).value();
    }
    std::string file(const std::string& name) const { return testing::read_file(*folder_ / name); }

    data::Arena arena_;
    std::optional<std::filesystem::path> folder_;
    Value expected_;
};

TEST_F(SmdrFixtures, ManualExamplesBecomeTheirStories) {
    if (!folder_) return;
    const auto lines = lines_of(file("vendor_manual_examples.csv"));
    std::map<std::string, std::vector<std::string>> scenarios;
    for (const std::string& row : lines_of(file("vendor_manual_examples.scenarios.txt"))) {
        std::istringstream in(row);
        std::size_t number = 0;
        std::string name, columns;
        in >> number >> name >> columns;
        EXPECT_EQ(std::to_string(read_record(lines.at(number - 1)).value().columns), columns) << row;
        scenarios[name].push_back(lines.at(number - 1));
    }
    for (const auto& [name, wanted] : expected_.get("vendor_manual_examples.csv").members()) {
        SCOPED_TRACE(std::string(name));
        compare(wanted, read(scenarios.at(std::string(name))));
    }
    for (const auto& [name, story] : scenarios)
        EXPECT_FALSE(read(story).calls.empty()) << name;
}

TEST_F(SmdrFixtures, ComposedColumnsBecomeOneConversation) {
    if (!folder_) return;
    const Story story = read(lines_of(file("composed_35_columns.csv")));
    EXPECT_EQ(story.calls.size(), 1U);
    compare(expected_.get("composed_35_columns.csv"), story);
}

TEST_F(SmdrFixtures, ShortRecordsAreReadToo) {
    if (!folder_) return;
    const auto lines = lines_of(file("vendor_help_short_records.csv"));
    const Story story = read(lines);
    EXPECT_EQ(story.records.size(), lines.size());
    EXPECT_EQ(story.calls.size(), 5U);
}

TEST_F(SmdrFixtures, QuirksInAnyPieces) {
    if (!folder_) return;
    const std::string octets = file("stream_quirks.bin");
    std::minstd_rand random(11);
    for (std::size_t most = 1; most <= 69; ++most) {
        Book book({});
        avaya_records::test::Reading reading(book);
        reading.octets(octets, [&] { return most == 1 ? 1 : 1 + random() % most; }, kAt);
        const auto outcome = reading.end(kAt + std::chrono::minutes(1));
        const Value wanted = expected_.get("stream_quirks.bin");
        const std::map<std::string, int> counts = {
            {"record", static_cast<int>(wanted.get("good_records").as_int())},
            {"repeat", static_cast<int>(wanted.get("duplicates_suppressed").as_int())},
            {"unreadable", static_cast<int>(wanted.get("rejected").as_int())},
            {"blank", static_cast<int>(wanted.get("blank").as_int())}};
        EXPECT_EQ(outcome.found, counts) << most;
        EXPECT_EQ(!outcome.tail.empty(), wanted.get("incomplete_tail").as_bool());
    }
    const auto is_latin1 = [](const std::string& line) { return !valid_utf8(line); };
    EXPECT_EQ(std::ranges::count_if(lines_of(octets), is_latin1),
              expected_.get("stream_quirks.bin").get("latin1_lines").as_int());
}

}  // namespace
}  // namespace tandem::avaya_smdr
