// What the answers to a session's requests mean (work.hpp).
#include "connectors/avaya_dmcc/work.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace tandem::avaya_dmcc {

namespace {

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names)
        out += (out.empty() ? "" : ", ") + name;
    return out;
}

// What else AES has against a snapshot says nothing about the call.
bool tells_of_no_call(const CstaError& error) {
    constexpr std::array<std::string_view, 3> kNoCall = {"invalidCallID", "invalidConnectionID", "objectNotKnown"};
    if (error.category == Category::State) return true;
    return error.category == Category::Operation && std::ranges::find(kNoCall, error.value) != kNoCall.end();
}

}  // namespace

avaya::Device Work::device_of(std::size_t target) const {
    const Target& one = monitors_.target(target);
    return {.number = one.extension, .switch_name = one.switch_name};
}

void Work::answered(std::uint64_t ticket, const Result<Document>& answer, Time now, Instant at) {
    const auto found = asks_.find(ticket);
    if (found == asks_.end()) return;
    Ask ask = std::move(found->second);
    asks_.erase(found);
    if (!answer) {
        not_answered(std::move(ask), answer.error(), now);
    } else if (ask.kind == Kind::DeviceId || ask.kind == Kind::Monitor) {
        monitor_answered(ask, answer->root(), now);
    } else if (ask.kind == Kind::Snapshot) {
        snapshot_answered(std::move(ask), answer->root(), now, at);
    } else {
        other_answered(ask, answer->root(), at);
    }
    advance_round(now);
}

void Work::not_answered(Ask ask, const Error& error, Time now) {
    events_.emplace_back(
        Counted{.counter = "requests_failed", .label = error.kind == ErrorKind::Corrupt ? "malformed" : "no_answer"});
    switch (ask.kind) {
        case Kind::DeviceId:
        case Kind::Monitor:
            monitors_.unanswered(ask.index, now);
            return;
        case Kind::Snapshot:
            snapshots_.again(std::move(ask.wish));
            return;
        case Kind::List:
            return list_ends(false);
        case Kind::Register:
        case Kind::ListMonitor:
        case Kind::Clock:
        case Kind::Stop:
        case Kind::Linkage:
        case Kind::AgentState:
            return;
    }
}

void Work::monitor_answered(const Ask& ask, Element root, Time now) {
    if (const auto error = read_error(root)) return monitor_refused(ask.index, *error, now);
    if (ask.kind == Kind::Monitor) return monitor_started(ask.index, root, now);
    const std::string_view device = root.child("device").text();
    if (device.empty()) return monitors_.unanswered(ask.index, now);
    monitors_.got_device(ask.index, std::string(device));
}

void Work::monitor_started(std::size_t i, Element root, Time now) {
    const std::string_view monitor = root.child("monitorCrossRefID").text();
    if (monitor.empty()) return monitors_.unanswered(i, now);
    monitors_.started(i, std::string(monitor));
    const DeviceKind kind = monitors_.target(i).kind;
    // One that came late is looked at by itself.
    if (kind == DeviceKind::Station && round_ != Round::Monitors) snapshots_.add_station(i);
    const auto missing = events_refused(root, kind);
    if (!missing.empty() && filters_told_.insert(to_string(kind)).second)
        remark("AES does not send these events of a " + std::string(to_string(kind)) + ": " + joined(missing));
}

void Work::monitor_refused(std::size_t i, const CstaError& error, Time now) {
    events_.emplace_back(Counted{.counter = "monitors_refused", .label = to_string(error.category)});
    monitors_.refused(i, error, now);
    const auto kind = to_string(monitors_.target(i).kind);
    if (retry_of(error) == Retry::Licence && licence_told_.insert(kind).second)
        remark("AES has no licence left for monitors of kind " + std::string(kind) + " (" + error.value + ")", true);
}

void Work::snapshot_answered(Ask ask, Element root, Time now, Instant at) {
    const auto error = read_error(root);
    const bool later = error && retry_of(*error) != Retry::Never;
    if (later) {
        events_.emplace_back(Counted{.counter = "snapshots_refused", .label = to_string(error->category)});
        return snapshots_.again(std::move(ask.wish));
    }
    const Element choice = root.child("crossRefIDorSnapshotData").child("serviceCrossRefID");
    if (!choice.text().empty())
        return snapshots_.expect(std::string(choice.text()), std::move(ask.wish), now + options_.answer_limit);
    snapshots_.done();
    if (const auto* station = std::get_if<StationWish>(&ask.wish)) return station_seen(*station, root, at);
    call_seen(std::get<CallWish>(ask.wish), root, at);
}

void Work::station_seen(const StationWish& wish, Element root, Instant at) {
    const avaya::Device device = device_of(wish.station);
    if (const auto error = read_error(root)) {
        // A device without calls may answer so (2.9); what else is wrong with it says nothing about its calls.
        if (error->category != Category::State) {
            events_.emplace_back(Counted{.counter = "snapshots_refused", .label = to_string(error->category)});
            return;
        }
        events_.emplace_back(DeviceSnapshot{.switch_name = device.switch_name,
                                            .device = device,
                                            .at = at,
                                            .cross_reference = {},
                                            .last = true,
                                            .calls = {}});
        return;
    }
    auto snapshot = read_device_snapshot(root, device, at);
    if (!snapshot) {
        events_.emplace_back(Counted{.counter = "malformed", .label = "snapshot"});
        return;
    }
    snapshot->switch_name = device.switch_name;
    for (const PartyState& one : snapshot->calls)
        snapshots_.add_call(device.switch_name, one.connection);
    events_.emplace_back(std::move(*snapshot));
}

void Work::call_seen(const CallWish& wish, Element root, Instant at) {
    if (const auto error = read_error(root)) {
        const bool gone = tells_of_no_call(*error);
        events_.emplace_back(Counted{.counter = "snapshots_refused", .label = to_string(error->category)});
        if (!gone) return;
        CallSnapshot snapshot;
        snapshot.switch_name = wish.switch_name;
        snapshot.asked = wish.connection;
        snapshot.at = at;
        snapshot.gone = true;
        events_.emplace_back(std::move(snapshot));
        return;
    }
    auto snapshot = read_call_snapshot(root, wish.connection, at);
    if (!snapshot) {
        events_.emplace_back(Counted{.counter = "malformed", .label = "snapshot"});
        return;
    }
    snapshot->switch_name = wish.switch_name;
    events_.emplace_back(std::move(*snapshot));
}

void Work::other_answered(const Ask& ask, Element root, Instant at) {
    const auto error = read_error(root);
    const std::string& name = options_.switches[ask.kind == Kind::AgentState ? 0 : ask.index];
    if (ask.kind == Kind::List) {
        // The list itself comes as an event.
        if (!error) return;
        list_ends(false);
    } else if (ask.kind == Kind::Linkage) {
        events_.emplace_back(
            Linkage{.switch_name = name, .call = ask.call, .ucid = error ? std::string() : read_call_linkage(root)});
    } else if (ask.kind == Kind::Register) {
        if (error) remark("AES does not tell the state of its link to " + name + " (" + to_error(*error).text + ")");
    } else if (ask.kind == Kind::Clock) {
        const auto skew = clock_skew(root, std::chrono::floor<std::chrono::seconds>(at));
        if (skew) events_.emplace_back(ClockTold{.switch_name = name, .skew = *skew});
    } else if (ask.kind == Kind::AgentState && !error) {
        for (AgentEvent& state : read_agent_states(root, device_of(ask.index), at)) {
            state.switch_name = monitors_.target(ask.index).switch_name;
            events_.emplace_back(std::move(state));
        }
    }
}

void Work::list_told(Element root, Time now) {
    if (!list_limit_) return;
    const MonitorList list = read_monitor_list(root);
    for (std::string& stranger : monitors_.listed(list)) {
        if (stops_.size() < kMaxTargets) stops_.push_back(std::move(stranger));
    }
    list_limit_ = std::min(now + options_.answer_limit, list_end_);
    if (!list.last) return;
    list_ends(true);
}

void Work::part_told(Element root, Instant at) {
    const bool last = root.child("lastSegment").text() != "false";
    const auto wish = snapshots_.expected(root.child("serviceCrossRefID").text(), last);
    if (!wish) return;
    if (const auto* station = std::get_if<StationWish>(&*wish)) return station_seen(*station, root, at);
    call_seen(std::get<CallWish>(*wish), root, at);
}

bool Work::told(Element root, Time now, Instant at) {
    const std::string_view name = root.name();
    if (name == "GetMonitorListEvent") {
        list_told(root, now);
    } else if (name == "MonitorStop") {
        const auto ended = monitors_.ended(root.child("monitorCrossRefID").text(), now);
        events_.emplace_back(Counted{.counter = "monitors_ended", .label = ended ? "ours" : "unknown"});
        if (ended && monitors_.target(*ended).kind == DeviceKind::Vdn)
            events_.emplace_back(Unfollowed{.switch_name = monitors_.target(*ended).switch_name,
                                            .vdn = monitors_.target(*ended).extension});
    } else if (name == "SnapshotDeviceData" || name == "SnapshotCallData") {
        part_told(root, at);
    } else if (auto report = read_link_report(root)) {
        link_reported(std::move(*report), now);
    } else {
        return false;
    }
    advance_round(now);
    return true;
}

void Work::link_reported(LinkReport report, Time now) {
    const auto known = std::ranges::find(options_.switches, report.switch_name);
    // One switch has no need of a name.
    std::string name = known != options_.switches.end() ? report.switch_name : std::string();
    if (name.empty() && options_.switches.size() == 1) name = options_.switches.front();
    const bool changed = report.up ? (name.empty() ? !down_.empty() : down_.erase(name) + down_.erase("") > 0)
                                   : down_.insert(name).second;
    if (!changed) return;
    if (report.up && name.empty()) down_.clear();
    if (report.up) {
        // Nobody says whether monitors outlive the link of AES to its switch.
        if (!list_limit_) begin_list(now);
        begin_round(name);
    }
    events_.emplace_back(LinkChanged{.switch_name = std::move(name), .up = report.up, .word = std::move(report.word)});
}

}  // namespace tandem::avaya_dmcc
