// The transcripts of the fixtures: what they should become by expected_interactions.json, and all that the records say
// in transcripts/*.json.
#include "core/data/json.hpp"
#include "tests/connectors/avaya_dmcc/story.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tandem::avaya_dmcc::testing {
namespace {

using data::Value;

// Where we differ from expected_interactions.json: scenario and member, and why.
const std::map<std::string, std::string> kDifferences = {};

struct Transcript {
    std::string name;
    double lost;  // when the connection was lost, which only the README says
    std::size_t unread, corrupt;
};
const std::vector<Transcript> kTranscripts = {
    {"a_inbound_acd_call", 0, 0, 0},  {"b_consult_transfer", 0, 0, 0}, {"c_conference_and_recorder", 0, 0, 0},
    {"d_recovery_same_id", 60, 1, 0}, {"e_recovery_expired", 0, 2, 0}, {"f_errors", 0, 2, 0},
    {"g_agent_states", 0, 0, 0},      {"h_quirks", 0, 0, 0},           {"i_malformed_and_unknown", 0, 1, 2}};

// The same figure in the words of the fixtures; null: the record does not have it.
struct Name {
    std::string_view expected, ours;
    double scale = 1;
};
constexpr Name kTop[] = {{"external_id", "id"},
                         {"direction", "direction"},
                         {"ani", "ani"},
                         {"dnis", "dnis"},
                         {"trunk", "trunk"},
                         {"collected_digits", "collected_digits"},
                         {"started", "started_at"},
                         {"queue_entered", "queued_at"},
                         {"first_alert", "alerted_at"},
                         {"answered", "answered_at"},
                         {"ended", "ended_at"},
                         {"end_cause", "end_cause"},
                         {"ucids", "ucids"},
                         {"transfers", "transfers"},
                         {"conferences", "conferences"}};
constexpr Name kDurations[] = {
    {"queue_s", "queue", 0.001}, {"ring_s", "ring", 0.001}, {"talk_s", "talk", 0.001}, {"hold_s", "hold", 0.001}};
constexpr Name kLeg[] = {{"station", "station"},
                         {"alert", "alerted_at"},
                         {"answer", "answered_at"},
                         {"end", "ended_at"},
                         {"customer_from", "customer_from"},
                         {"outcome", "outcome"},
                         {"hold_s", "hold_ms", 0.001},
                         {"talk_s", "talk_ms", 0.001},
                         {"consult_s", "consult_ms", 0.001}};

bool near(Value expected, Value ours, double scale) {
    if (!expected.is_number()) return expected == ours;
    return ours.is_number() && std::abs(expected.as_double() - ours.as_double() * scale) < 0.0005;
}

class Comparison {
public:
    explicit Comparison(std::string scenario) : scenario_(std::move(scenario)) {}

    void members(Value expected, Value ours, std::span<const Name> names, const std::string& path) {
        for (const Name& name : names) {
            const Value* wanted = expected.find(name.expected);
            if (wanted != nullptr) check(path + std::string(name.expected), *wanted, ours.get(name.ours), name.scale);
        }
    }
    void check(const std::string& path, Value expected, Value ours, double scale = 1) {
        const bool differs = kDifferences.contains(scenario_ + " " + path);
        EXPECT_EQ(near(expected, ours, scale), !differs)
            << scenario_ << " " << path << ": expected " << data::to_json(expected) << ", ours " << data::to_json(ours);
        ++checked;
    }
    int checked = 0;

private:
    std::string scenario_;
};

std::vector<Value> agent_legs(Value record) {
    std::vector<Value> legs;
    const Value all = record.get("legs");
    if (!all.is_array()) return legs;
    for (const Value leg : all.items())
        if (leg.string_at("role") == "agent") legs.push_back(leg);
    return legs;
}

Value numbers_of_queues(Value record, data::Arena& arena) {
    data::ArenaList<Value> numbers(arena);
    const Value queues = record.get("queues");
    if (queues.is_array())
        for (const Value queue : queues.items())
            numbers.push_back(queue.get("number"));
    return Value::array(numbers.items());
}

Value as_integers(Value texts, data::Arena& arena) {
    data::ArenaList<Value> numbers(arena);
    for (const Value text : texts.items())
        numbers.push_back(Value::integer(std::stoll(std::string(text.as_string()))));
    return Value::array(numbers.items());
}

void compare(Comparison& comparison, Value expected, Value ours, data::Arena& arena) {
    comparison.members(expected, ours, kTop, "");
    comparison.members(expected, ours.get("durations_ms"), kDurations, "");
    if (const Value* uui = expected.find("uui")) comparison.check("uui", *uui, ours.get("uui").get("text"));
    if (const Value* gap = expected.find("gap")) comparison.check("gap", *gap, ours.get("gaps").items().front());
    if (const Value* queues = expected.find("queues"))
        comparison.check("queues", *queues, numbers_of_queues(ours, arena));
    if (const Value* ids = expected.find("call_ids"))
        comparison.check("call_ids", *ids, as_integers(ours.get("call_ids"), arena));
    const Value* legs = expected.find("legs");
    if (legs == nullptr) return;
    const auto found = agent_legs(ours);
    ASSERT_EQ(found.size(), legs->items().size());
    for (std::size_t i = 0; i < found.size(); ++i)
        comparison.members(legs->items()[i], found[i], kLeg, "legs[" + std::to_string(i) + "].");
}

std::optional<std::filesystem::path> folder() {
    return tandem::testing::fixtures("avaya/dmcc");
}

Story story_of(const std::filesystem::path& at, const Transcript& transcript) {
    return read_transcript(at / (transcript.name + ".jsonl"), transcript.lost);
}

TEST(Transcripts, BecomeTheExpectedInteractions) {
    const auto at = folder();
    if (!at) return;
    data::Arena arena;
    const auto file = tandem::testing::read_file(*at / "expected_interactions.json");
    const auto expected = data::parse_json(file, arena);
    ASSERT_TRUE(expected);
    std::size_t scenarios = 0;
    for (const Transcript& transcript : kTranscripts) {
        const Value* wanted = expected->find(transcript.name);
        if (wanted == nullptr) continue;
        SCOPED_TRACE(transcript.name);
        ++scenarios;
        const auto outcomes = run(story_of(*at, transcript));
        ASSERT_EQ(outcomes.size(), wanted->items().size());
        Comparison comparison(transcript.name);
        for (const Value interaction : wanted->items()) {
            const std::string id(interaction.string_at("external_id").value_or(""));
            ASSERT_TRUE(outcomes.contains(id)) << id;
            const auto record = data::parse_json(outcomes.at(id), arena);
            compare(comparison, interaction, *record, arena);
        }
        EXPECT_GE(comparison.checked, 5);
    }
    EXPECT_EQ(scenarios, expected->members().size()) << "a scenario without a transcript";
}

TEST(Transcripts, SayNoMoreThanTheirGoldenRecords) {
    const auto at = folder();
    if (!at) return;
    const auto goldens = std::filesystem::path(TANDEM_SOURCE_DIR) / "tests/connectors/avaya_dmcc/transcripts";
    for (const Transcript& transcript : kTranscripts) {
        SCOPED_TRACE(transcript.name);
        const Story story = story_of(*at, transcript);
        EXPECT_EQ(story.unread, transcript.unread);
        EXPECT_EQ(story.corrupt, transcript.corrupt);
        if (!story.steps.empty())
            tandem::testing::expect_golden(goldens / (transcript.name + ".json"), pretty(run(story)));
    }
}

TEST(Transcripts, AreTheSameWithCopiesInAnyOrderOrWithoutThem) {
    const auto at = folder();
    if (!at) return;
    std::mt19937 random(7);
    for (const Transcript& transcript : kTranscripts) {
        SCOPED_TRACE(transcript.name);
        const Story story = story_of(*at, transcript);
        if (story.steps.empty()) continue;
        const auto expected = run(story);
        for (int round = 0; round < 50; ++round) {
            ASSERT_EQ(run(shuffled(story, random)), expected);
            ASSERT_EQ(run(thinned(story, random)), expected);
        }
    }
}

}  // namespace
}  // namespace tandem::avaya_dmcc::testing
