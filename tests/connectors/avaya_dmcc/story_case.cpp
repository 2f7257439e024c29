// Stories out of cases/*.txt: the words of a line (story.hpp) into what AES would tell.
#include "tests/connectors/avaya_dmcc/story.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <sstream>

namespace tandem::avaya_dmcc::testing {
namespace {

constexpr std::int64_t kBegin = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in{std::string(text)};
    for (std::string part; std::getline(in, part, separator);)
        if (!part.empty()) parts.push_back(part);
    return parts;
}

using Words = std::map<std::string, std::string>;

Words words_of(std::span<const std::string> parts) {
    Words words;
    for (const auto& part : parts) {
        const auto equals = part.find('=');
        EXPECT_NE(equals, std::string::npos) << part;
        words[part.substr(0, equals)] = equals == std::string::npos ? "" : part.substr(equals + 1);
    }
    return words;
}

std::string take(Words& words, const std::string& key) {
    const auto found = words.find(key);
    if (found == words.end()) return {};
    auto value = found->second;
    words.erase(found);
    return value;
}

Device device(std::string_view number) {
    Device device = avaya::parse_device(number);
    if (!device.empty() && !device.dynamic && device.switch_name.empty()) device.switch_name = kSwitch;
    return device;
}

Subject subject(std::string_view text) {
    if (text.empty()) return {};
    if (text == "restricted") return {.known = Subject::Known::Restricted, .device = {}};
    if (text == "unknown") return {.known = Subject::Known::NotKnown, .device = {}};
    return {.known = Subject::Known::Number, .device = device(text)};
}

LocalState state(std::string_view word) {
    const std::map<std::string_view, LocalState> states = {{"", LocalState::None},
                                                           {"alerting", LocalState::Alerting},
                                                           {"connected", LocalState::Connected},
                                                           {"hold", LocalState::Hold},
                                                           {"queued", LocalState::Queued},
                                                           {"fail", LocalState::Fail},
                                                           {"initiated", LocalState::Initiated}};
    const auto found = states.find(word);
    EXPECT_NE(found, states.end()) << word;
    return found == states.end() ? LocalState::Unknown : found->second;
}

std::optional<CallEventKind> kind_of(std::string_view word) {
    for (int kind = 0; kind <= static_cast<int>(CallEventKind::EnteredDigits); ++kind)
        if (to_string(static_cast<CallEventKind>(kind)) == word) return static_cast<CallEventKind>(kind);
    return std::nullopt;
}

std::optional<AgentState> agent_state_of(std::string_view word) {
    for (int known = 0; known <= static_cast<int>(AgentState::WorkingAfterCall); ++known)
        if (to_string(static_cast<AgentState>(known)) == word) return static_cast<AgentState>(known);
    return std::nullopt;
}

struct Monitor {
    std::string device;
    bool follows = false;
};
using Monitors = std::map<std::string, Monitor>;

void add_list(CallEvent& event, const std::string& list) {
    for (const auto& item : split(list, ',')) {
        const auto parts = split(item, '/');
        ConnectionChange change;
        change.now = {.call = parts.at(0), .device = device(parts.at(1))};
        if (parts.size() > 2) change.before = {.call = parts[2], .device = device(parts[1])};
        event.connections.push_back(std::move(change));
    }
}

void add_original(CallEvent& event, Words& words) {
    const auto origin = take(words, "origin");
    const auto calling = take(words, "origin_calling");
    const auto called = take(words, "origin_called");
    if (origin.empty() && calling.empty()) return;
    OriginalCall original;
    original.ucid = origin;
    original.calling = subject(calling);
    original.called = subject(called);
    event.extra.original = original;
}

void add_private(CallEvent& event, Words& words) {
    const auto trunk = split(take(words, "trunk"), '/');
    if (trunk.size() == 2) {
        event.extra.trunk_group = trunk[0];
        event.extra.trunk_member = trunk[1];
    }
    event.extra.acd_group = device(take(words, "acd"));
    event.extra.distributing_vdn = device(take(words, "vdn"));
    event.extra.entered_digits = take(words, "digits");
    event.digits = event.extra.entered_digits;
    event.extra.logical_agent = take(words, "agent");
    event.extra.channel_type = take(words, "channel");
    add_original(event, words);
}

CallEvent call_event(
    CallEventKind kind, Instant at, const std::string& monitor, const Monitors& monitors, Words words) {
    CallEvent event;
    event.kind = kind;
    event.at = at;
    event.monitor = monitor;
    event.switch_name = kSwitch;
    if (const auto known = monitors.find(monitor); known != monitors.end()) {
        event.monitored = known->second.device;
        event.follows_call = known->second.follows;
    }
    event.connection = {.call = take(words, "call"), .device = device(take(words, "device"))};
    event.primary_old = {.call = take(words, "old"), .device = {}};
    event.secondary_old = {.call = take(words, "old2"), .device = {}};
    event.subject = subject(take(words, "subject"));
    event.target = subject(take(words, "target"));
    event.calling = subject(take(words, "calling"));
    if (kind == CallEventKind::Originated) event.calling = event.subject;  // one element in the schema
    event.called = subject(take(words, "called"));
    event.cause = take(words, "cause");
    event.ucid = take(words, "ucid");
    event.old_ucid = take(words, "old_ucid");
    event.uui = take(words, "uui");
    event.local = state(take(words, "state"));
    if (const auto queued = take(words, "queued"); !queued.empty())
        event.calls_in_front = static_cast<std::uint32_t>(std::stoul(queued));
    add_list(event, take(words, "list"));
    add_private(event, words);
    EXPECT_TRUE(words.empty()) << "a case has an unknown word: " << (words.empty() ? "" : words.begin()->first);
    return event;
}

PartyState party(std::string_view text, std::string_view call) {
    const auto parts = split(text, ':');
    return {.connection = {.call = std::string(call), .device = device(parts.at(0))},
            .device = {},
            .state = state(parts.at(1))};
}

What device_snapshot(Instant at, std::span<const std::string> parts) {
    DeviceSnapshot snapshot;
    snapshot.switch_name = kSwitch;
    snapshot.device = device(parts[0]);
    snapshot.at = at;
    for (const auto& part : parts.subspan(1)) {
        const auto call = split(part.substr(part.find('=') + 1), ':');
        snapshot.calls.push_back(
            {.connection = {.call = call.at(0), .device = snapshot.device}, .device = {}, .state = state(call.at(1))});
    }
    return snapshot;
}

What call_snapshot(Instant at, std::span<const std::string> parts) {
    CallSnapshot snapshot;
    snapshot.switch_name = kSwitch;
    snapshot.asked.call = parts[0];
    snapshot.at = at;
    for (const auto& part : parts.subspan(1)) {
        const auto key = part.substr(0, part.find('='));
        const auto value = part.substr(part.find('=') + 1);
        if (key == "party") snapshot.parties.push_back(party(value, parts[0]));
        if (key == "ucid") snapshot.ucid = value;
        if (key == "calling") snapshot.calling = subject(value);
        if (key == "called") snapshot.called = subject(value);
        if (key == "gone") snapshot.gone = true;
    }
    return snapshot;
}

What agent_event(Instant at, const std::string& monitor, std::span<const std::string> parts) {
    AgentEvent event;
    const auto known = agent_state_of(parts[0]);
    EXPECT_TRUE(known) << parts[0];
    event.state = known.value_or(AgentState::Unknown);
    event.at = at;
    event.monitor = monitor;
    event.switch_name = kSwitch;
    auto words = words_of(parts.subspan(1));
    event.station = device(take(words, "station"));
    event.agent = take(words, "agent");
    event.polled = take(words, "polled") == "true";
    return event;
}

void read_plan(Plan& plan, std::span<const std::string> parts) {
    const std::map<std::string, std::unordered_set<std::string>*> lists = {
        {"stations", &plan.stations}, {"vdns", &plan.vdns}, {"queues", &plan.queues}, {"recorders", &plan.recorders}};
    for (const auto& [key, value] : words_of(parts))
        for (const auto& number : split(value, ','))
            lists.at(key)->insert(number);
}

bool add_signal(Story& story, Instant at, std::span<const std::string> parts) {
    const std::map<std::string, Signal> signals = {{"link_lost", Signal::LinkLost},
                                                   {"link_restored", Signal::LinkRestored},
                                                   {"unfollow", Signal::Unfollow},
                                                   {"snapshots_done", Signal::SnapshotsDone},
                                                   {"expire", Signal::Expire}};
    if (const auto found = signals.find(parts[0]); found != signals.end()) {
        story.steps.push_back({at, found->second});
    } else if (parts[0] == "device") {
        story.steps.push_back({at, device_snapshot(at, parts.subspan(1))});
    } else if (parts[0] == "snapshot") {
        story.steps.push_back({at, call_snapshot(at, parts.subspan(1))});
    } else if (parts[0] == "linkage") {
        auto words = words_of(parts.subspan(1));
        story.steps.push_back({at, Linkage{.call = take(words, "call"), .ucid = take(words, "ucid")}});
    } else {
        return false;
    }
    return true;
}

void add_line(Story& story, Monitors& monitors, const std::vector<std::string>& parts) {
    const std::span<const std::string> all(parts);
    if (parts[0] == "plan") return read_plan(story.plan, all.subspan(1));
    if (parts[0] == "monitor") {
        monitors[parts.at(1)] = {.device = parts.at(2), .follows = parts.size() > 3};
        return;
    }
    const auto at = at_second(std::stod(parts[0]));
    if (add_signal(story, at, all.subspan(1))) return;
    const auto& word = parts.at(2);
    for (const auto& monitor : split(parts.at(1), ',')) {
        if (word == "agent") {
            story.steps.push_back({at, agent_event(at, monitor, all.subspan(3))});
            continue;
        }
        const auto kind = kind_of(word);
        ASSERT_TRUE(kind) << word;
        story.steps.push_back({at, call_event(*kind, at, monitor, monitors, words_of(all.subspan(3)))});
    }
}

}  // namespace

Instant at_second(double seconds) {
    return from_micros(kBegin + std::llround(seconds * 1'000'000));
}

Story read_case(const std::filesystem::path& file) {
    Story story;
    story.name = file.stem().string();
    Monitors monitors;
    std::istringstream in(tandem::testing::read_file(file));
    for (std::string line; std::getline(in, line);) {
        line = line.substr(0, line.find(" #"));
        const auto parts = split(line, ' ');
        if (!parts.empty() && parts[0][0] != '#') add_line(story, monitors, parts);
    }
    EXPECT_FALSE(story.steps.empty()) << file;
    return story;
}

std::vector<Story> all_cases() {
    std::vector<Story> stories;
    const auto folder = std::filesystem::path(TANDEM_SOURCE_DIR) / "tests/connectors/avaya_dmcc/cases";
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".txt") stories.push_back(read_case(entry.path()));
    std::ranges::sort(stories, {}, &Story::name);
    EXPECT_GE(stories.size(), 10U) << folder;
    return stories;
}

}  // namespace tandem::avaya_dmcc::testing
