// The shared CDR files: their layouts read by our configuration, their records as expected.json has them.
#include "tests/support/fixtures.hpp"

#include "connectors/avaya_cdr/config.hpp"
#include "core/config/node.hpp"
#include "tests/connectors/avaya_records/reading.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tandem::avaya_cdr {
namespace {

using avaya_records::test::Outcome;
using avaya_records::test::Reading;
using data::Value;

const Instant kAt = *parse_time("2025-08-01T12:05:00Z");

class CdrFixtures : public ::testing::Test {
protected:
    CdrFixtures() : folder_(testing::fixtures("avaya/cdr")) {
        if (folder_) expected_ = parse("expected.json");
    }
    std::string file(const std::string& name) const { return testing::read_file(*folder_ / name); }
    Value parse(const std::string& name) { return data::parse_json(arena_.copy(file(name)), arena_).value(); }

    // The layout as an administrator would write it.
    BookOptions customized(const std::string& name) {
        std::string yaml = "{listen: ':9000', zone: UTC, layout: [";
        for (const Value field : parse(name).get("fields").items()) {
            const auto length = field.get("end").as_int() - field.get("start").as_int() + 1;
            yaml +=
                "{item: " + std::string(field.get("item").as_string()) + ", length: " + std::to_string(length) + "},";
        }
        yaml.back() = ']';
        config::Diagnostics diagnostics;
        const auto config = read_config(config::parse_yaml(yaml + "}", "g.yaml", diagnostics), diagnostics);
        EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.to_text();
        return book_options(config);
    }
    static BookOptions format(const std::string& name) {
        config::Diagnostics diagnostics;
        const auto config =
            read_config(config::parse_yaml("{listen: ':9000', zone: UTC, format: " + name + "}", "g.yaml", diagnostics),
                        diagnostics);
        EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.to_text();
        return book_options(config);
    }
    Outcome read(const std::string& octets, const BookOptions& options, std::size_t most) {
        Book book(options);
        Reading reading(book);
        std::minstd_rand random(3);
        reading.octets(octets, [&] { return 1 + random() % most; }, kAt);
        return reading.end(kAt + std::chrono::minutes(1));
    }
    // What each record alone becomes.
    std::vector<Value> one_by_one(const std::string& octets, const BookOptions& options) {
        avaya_records::LineReader reader;
        std::vector<std::string> lines;
        reader.feed(octets, lines);
        std::string date;
        std::vector<Value> calls;
        for (const std::string& line : lines) {
            if (read_date_record(avaya_records::without_filling(line), options.rules.order)) {
                date = line + "\n";
                continue;
            }
            const auto outcome = read(date + line + "\n", options, 1'000);
            for (const std::string& call : outcome.calls)
                calls.push_back(data::parse_json(arena_.copy(call), arena_).value());
        }
        return calls;
    }

    data::Arena arena_;
    std::optional<std::filesystem::path> folder_;
    Value expected_;
};

std::string given(std::string_view key, Value call) {
    const auto text = [&](Value value) {
        return value.is_string() ? std::string(value.as_string()) : data::to_json(value);
    };
    if (key == "ends_local") return text(call.get("details").get("ended_local")).substr(0, 16);
    if (key == "date") return text(call.get("details").get("ended_local")).substr(5, 5);
    if (key == "condition") return text(call.get("details").get("condition"));
    if (key == "dialed") return text(call.get("dnis"));
    if (key == "outcome") return text(call.get("outcome"));
    if (key == "duration_s") {
        const Value durations = call.get("durations_ms");
        const Value talk = durations.get("talk").is_null() ? durations.get("ring") : durations.get("talk");
        return talk.is_null() ? "null" : std::to_string(talk.as_int() / 1'000);
    }
    return text(call.get(key));
}

void compare(Value wanted, const std::vector<Value>& calls) {
    ASSERT_EQ(calls.size(), wanted.size());
    for (std::size_t i = 0; i < calls.size(); ++i) {
        for (const auto& [key, value] : wanted.items()[i].members()) {
            if (key == "note") continue;  // for people
            const std::string text = value.is_string() ? std::string(value.as_string()) : data::to_json(value);
            // "abandoned while ringing" in words
            const std::string word = key == "outcome" ? text.substr(0, text.find(' ')) : text;
            EXPECT_EQ(given(key, calls[i]), word) << "record " << i << ", " << key;
        }
    }
}

TEST_F(CdrFixtures, CustomizedRecords) {
    if (!folder_) return;
    compare(expected_.get("composed_customized_97.bin"),
            one_by_one(file("composed_customized_97.bin"), customized("layout_customized_97.json")));
}

TEST_F(CdrFixtures, TeleseerRecords) {
    if (!folder_) return;
    compare(expected_.get("composed_teleseer.bin"), one_by_one(file("composed_teleseer.bin"), format("teleseer")));
}

TEST_F(CdrFixtures, NulsChangeNothing) {
    if (!folder_) return;
    const auto options = customized("layout_customized_97.json");
    const auto plain = read(file("composed_customized_97.bin"), options, 1'000);
    EXPECT_EQ(plain.found, (std::map<std::string, int>{{"record", 6}}));
    for (const std::size_t most : {1U, 2U, 69U, 1'000U})
        EXPECT_EQ(read(file("composed_customized_97_nul.bin"), options, most), plain) << most;
}

TEST_F(CdrFixtures, TheProposedLayoutJoinsByUcid) {
    if (!folder_) return;
    const auto outcome =
        read(file("composed_customized_recommended.bin"), customized("layout_customized_recommended.json"), 69);
    EXPECT_EQ(outcome.found, (std::map<std::string, int>{{"record", 6}}));
    ASSERT_EQ(outcome.calls.size(), 5U);
    EXPECT_NE(outcome.calls[0].find(R"("ucid":"00001043211754041200","revision":4,"records":2)"), std::string::npos);
}

TEST_F(CdrFixtures, ExpandedRecordsHaveTheirDates) {
    if (!folder_) return;
    const auto outcome = read(file("composed_expanded.bin"), format("expanded"), 7);
    EXPECT_EQ(outcome.found, (std::map<std::string, int>{{"note", 2}, {"record", 3}}));
    std::string ends;
    for (const std::string& call : outcome.calls)
        ends += call.substr(call.find("\"ended_local\":") + 15, 16) + " ";
    EXPECT_EQ(ends, "2025-07-31T23:59 2025-08-01T11:45 2025-08-01T11:47 ");
}

// The lengths that layout files state are those of our own tables.
TEST_F(CdrFixtures, FixedLayoutsAgree) {
    if (!folder_) return;
    const auto check = [&](const std::string& name, const Layout& layout) {
        for (const Value field : parse(name).get("fields").items()) {
            if (!field.get("verified").as_bool()) continue;
            std::string item(field.get("item").as_string());
            if (item == "dur-hours") item = "duration";
            if (item == "time-hours") item = "time";
            if (item == "ixc") item = "ixc-code";
            if (item == "space" || item.ends_with("-minutes") || item.ends_with("-tenths") || item == "return" ||
                item == "line-feed" || item == "null")
                continue;
            const Item* found = layout.find(item);
            ASSERT_NE(found, nullptr) << item;
            EXPECT_EQ(found->begin + 1, static_cast<std::size_t>(field.get("start").as_int())) << item;
        }
    };
    check("layout_teleseer.json", teleseer_layout());
    check("layout_expanded.json", expanded_layout());
}

}  // namespace
}  // namespace tandem::avaya_cdr
