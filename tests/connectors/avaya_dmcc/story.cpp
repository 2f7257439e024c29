#include "tests/connectors/avaya_dmcc/story.hpp"

#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace tandem::avaya_dmcc::testing {
namespace {

using data::Value;

constexpr std::int64_t kBegin = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z
constexpr std::string_view kSwitch = "CM1";

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

// ---- transcripts
// -----------------------------------------------------------------------------------------------------

struct Asked {
    std::string root, device, call;
    bool follows = false;
};

// Its text is gone with the document: what is kept is copied.
Asked asked_of(Element root) {
    Asked asked;
    asked.root = root.name();
    const auto object = root.child("snapshotObject");
    asked.device = root.at("monitorObject", "deviceObject").text();
    if (asked.device.empty()) asked.device = root.child("device").text();
    if (asked.device.empty()) asked.device = object.child("deviceID") ? object.child("deviceID").text() : object.text();
    asked.call = object.child("callID").text();
    if (asked.call.empty()) asked.call = root.at("call", "callID").text();
    asked.follows = root.child("monitorType").text() == "call";
    return asked;
}

class TranscriptReader {
public:
    TranscriptReader(Story& story, double lost) : story_(story), lost_(lost) {
        // Transcripts without a beginning use the monitors of the others.
        monitors_ = {
            {"101", {"7100", true}}, {"102", {"7200", false}}, {"103", {"5001", false}}, {"104", {"5002", false}}};
    }

    void take(Value message) {
        const auto t = message.get("t");
        const auto at = at_second(t.is_number() ? t.as_double() : 0);
        const auto xml = message.string_at("xml").value_or("");
        const std::string invoke(message.string_at("invokeId").value_or(""));
        const auto document = Document::parse(xml);
        if (message.string_at("dir") == "C>S") {
            if (document) ask(document->root(), invoke, at);
            return;
        }
        if (!document) {
            ++story_.corrupt;
            return;
        }
        receive(document->root(), invoke, at);
    }

    void finish() {
        if (snapshots_) story_.steps.push_back({*snapshots_, Signal::SnapshotsDone});
        snapshots_.reset();
    }

private:
    void ask(Element root, const std::string& invoke, Instant at) {
        asked_[invoke] = asked_of(root);
        if (root.name() == "StartApplicationSession" && lost_ > 0 && at > at_second(lost_))
            story_.steps.push_back({at_second(lost_), Signal::LinkLost});
    }

    void receive(Element root, const std::string& invoke, Instant at) {
        const auto name = root.name();
        const Asked asked = asked_[invoke];
        if (name == "MonitorStartResponse" && asked.root == "MonitorStart")
            monitors_[std::string(root.child("monitorCrossRefID").text())] = {
                .device = avaya::parse_device(asked.device).number, .follows = asked.follows};
        else if (name == "StartApplicationSessionPosResponse" && lost_ > 0 && at > at_second(lost_))
            story_.steps.push_back({at, Signal::LinkRestored});
        else if (name == "SnapshotDeviceResponse")
            snapshot(read_device_snapshot(root, avaya::parse_device(asked.device), at), at);
        else if (name == "SnapshotCallResponse")
            snapshot(read_call_snapshot(root, {asked.call, avaya::parse_device(asked.device)}, at), at);
        else if (name == "GetCallLinkageDataResponse")
            story_.steps.push_back({at, Linkage{.call = asked.call, .ucid = read_call_linkage(root)}});
        else if (name == "GetAgentStateResponse")
            for (auto& event : read_agent_states(root, avaya::parse_device(asked.device), at))
                story_.steps.push_back({at, std::move(event)});
        else
            event(root, invoke, at);
    }

    template <class Snapshot>
    void snapshot(Result<Snapshot> read, Instant at) {
        ASSERT_TRUE(read) << read.error().text;
        snapshots_ = at;
        story_.steps.push_back({at, std::move(*read)});
    }

    void event(Element root, const std::string& invoke, Instant at) {
        auto read = read_event(root, at);
        if (!read) {
            ++story_.corrupt;
            return;
        }
        if (!*read) {
            story_.unread += invoke == "9999" ? 1 : 0;
            return;
        }
        finish();
        if (auto* call = std::get_if<CallEvent>(&**read)) {
            const auto& monitor = monitors_[call->monitor];
            call->monitored = monitor.device;
            call->follows_call = monitor.follows;
            call->switch_name = kSwitch;
            story_.steps.push_back({at, std::move(*call)});
        } else {
            story_.steps.push_back({at, std::get<AgentEvent>(std::move(**read))});
        }
    }

    Story& story_;
    double lost_;
    Monitors monitors_;
    std::map<std::string, Asked> asked_;
    std::optional<Instant> snapshots_;
};

// ---- outcomes
// --------------------------------------------------------------------------------------------------------

bool differs_by_run(std::string_view key) {
    return key == "revision" || key == "updated_at" || key == "assembly" || key == "open";
}

// Seconds of the story, to the millisecond.
std::string seconds(Instant at) {
    std::ostringstream out;
    out << std::round(static_cast<double>(to_micros(at) - kBegin) / 1000.0) / 1000.0;
    return out.str();
}

void write(Value value, std::string_view key, std::string& out) {
    if (value.is_object()) {
        out += '{';
        for (const auto& member : value.members()) {
            if (differs_by_run(member.key)) continue;
            if (out.back() != '{') out += ',';
            data::write_json_string(member.key, out);
            out += ':';
            write(member.value, member.key, out);
        }
        out += '}';
    } else if (value.is_array()) {
        std::vector<std::string> items;
        for (const Value item : value.items())
            write(item, key, items.emplace_back());
        // Moments of one instant have no order; neither have legs, which events of one instant may begin.
        if (key == "timeline" || key == "legs") std::ranges::sort(items);
        out += '[';
        for (const auto& item : items)
            out += (out.back() == '[' ? "" : ",") + item;
        out += ']';
    } else if (value.is_string() &&
               (key.ends_with("_at") || key.ends_with("_from") || key.ends_with("_since") || key == "at" ||
                key == "from" || key == "to") &&
               parse_time(value.as_string())) {
        out += seconds(*parse_time(value.as_string()));
    } else {
        data::write_json(value, out);
    }
}

std::string monitor_of(const Step& step) {
    if (const auto* call = std::get_if<CallEvent>(&step.what)) return call->monitor;
    if (const auto* agent = std::get_if<AgentEvent>(&step.what)) return agent->monitor;
    return {};
}

bool same_event(const CallEvent& a, const CallEvent& b) {
    return a.kind == b.kind && a.at == b.at && a.connection == b.connection && a.primary_old == b.primary_old &&
           a.connections == b.connections && a.subject == b.subject && a.target == b.target && a.monitor != b.monitor;
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

Story read_transcript(const std::filesystem::path& file, double lost) {
    Story story;
    story.name = file.stem().string();
    story.plan = {.stations = {"5001", "5002"}, .vdns = {"7100"}, .queues = {"7200"}, .recorders = {"9901"}};
    TranscriptReader reader(story, lost);
    std::istringstream in(tandem::testing::read_file(file));
    for (std::string line; std::getline(in, line);) {
        data::Arena arena;
        const auto message = data::parse_json(line, arena);
        EXPECT_TRUE(message) << file << ": " << line;
        if (message) reader.take(*message);
    }
    reader.finish();
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

CallRecords feed(Calls& calls, const Step& step) {
    if (const auto* event = std::get_if<CallEvent>(&step.what)) return calls.take(*event);
    if (const auto* agent = std::get_if<AgentEvent>(&step.what)) return calls.take(*agent);
    if (const auto* snapshot = std::get_if<DeviceSnapshot>(&step.what)) return calls.take(*snapshot);
    if (const auto* call = std::get_if<CallSnapshot>(&step.what)) return calls.take(*call);
    if (const auto* linkage = std::get_if<Linkage>(&step.what))
        return calls.take_linkage(kSwitch, linkage->call, linkage->ucid, step.at);
    switch (std::get<Signal>(step.what)) {
        case Signal::LinkLost:
            return calls.link_lost(step.at);
        case Signal::LinkRestored:
            return calls.link_restored(step.at);
        case Signal::SnapshotsDone:
            return calls.snapshots_done(step.at);
        case Signal::Expire:
            return calls.expire(step.at);
    }
    return {};
}

void keep(Outcomes& latest, const CallRecords& records) {
    for (const auto& record : records)
        latest[record.id] = record.json;
}

void drain(Calls& calls, Outcomes& latest, Instant from) {
    keep(latest, calls.expire(from + std::chrono::seconds(60)));
}

Outcomes finals(const Outcomes& latest) {
    Outcomes outcomes;
    for (const auto& [id, record] : latest)
        if (!record.contains("\"merged_into\"")) outcomes[id] = normal_form(record);
    return outcomes;
}

std::string normal_form(std::string_view record) {
    data::Arena arena;
    const auto document = data::parse_json(record, arena);
    EXPECT_TRUE(document) << record;
    std::string out;
    if (document) write(*document, {}, out);
    return out;
}

Outcomes run(const Story& story) {
    Calls calls(story.plan);
    Outcomes latest;
    for (const Step& step : story.steps)
        keep(latest, feed(calls, step));
    drain(calls, latest, story.steps.back().at);
    return finals(latest);
}

std::vector<std::vector<std::size_t>> copies_of(const Story& story) {
    std::vector<std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < story.steps.size(); ++i) {
        const auto* event = std::get_if<CallEvent>(&story.steps[i].what);
        const auto fits = [&](const std::vector<std::size_t>& group) {
            const auto* first = std::get_if<CallEvent>(&story.steps[group.front()].what);
            return event != nullptr && first != nullptr && same_event(*first, *event);
        };
        const auto found = std::ranges::find_if(groups, fits);
        if (found == groups.end())
            groups.push_back({i});
        else
            found->push_back(i);
    }
    return groups;
}

Story shuffled(const Story& story, std::mt19937& random) {
    Story mixed = story;
    auto& steps = mixed.steps;
    for (std::size_t begin = 0; begin < steps.size();) {
        std::size_t end = begin;
        while (end < steps.size() && steps[end].at == steps[begin].at && !monitor_of(steps[end]).empty())
            ++end;
        end = std::max(end, begin + 1);
        std::map<std::string, std::vector<Step>> queues;
        for (std::size_t i = begin; i < end; ++i)
            queues[monitor_of(steps[i])].insert(queues[monitor_of(steps[i])].begin(), steps[i]);
        for (std::size_t i = begin; i < end; ++i) {
            auto next = queues.begin();
            std::advance(next, static_cast<std::ptrdiff_t>(random() % queues.size()));
            steps[i] = next->second.back();
            next->second.pop_back();
            if (next->second.empty()) queues.erase(next);
        }
        begin = end;
    }
    return mixed;
}

Story thinned(const Story& story, std::mt19937& random) {
    std::vector<std::size_t> kept;
    for (const auto& group : copies_of(story))
        kept.push_back(group[random() % group.size()]);
    std::ranges::sort(kept);
    Story thin = story;
    thin.steps.clear();
    for (const auto i : kept)
        thin.steps.push_back(story.steps[i]);
    return thin;
}

}  // namespace tandem::avaya_dmcc::testing
