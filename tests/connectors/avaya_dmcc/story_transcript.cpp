// Stories out of transcripts of the fixtures: the messages of both sides, with the monitors that they set up.
#include "core/data/json.hpp"
#include "tests/connectors/avaya_dmcc/story.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace tandem::avaya_dmcc::testing {
namespace {

using data::Value;

struct Monitor {
    std::string device;
    bool follows = false;
};

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
    std::map<std::string, Monitor> monitors_;
    std::map<std::string, Asked> asked_;
    std::optional<Instant> snapshots_;
};

}  // namespace

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

}  // namespace tandem::avaya_dmcc::testing
