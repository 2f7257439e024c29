// What becomes of a story: its steps into Calls, and the records without what differs from run to run.
#include "core/data/json.hpp"
#include "tests/connectors/avaya_dmcc/story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace tandem::avaya_dmcc::testing {
namespace {

using data::Value;

bool differs_by_run(std::string_view key) {
    return key == "revision" || key == "updated_at" || key == "assembly" || key == "open";
}

// Seconds of the story, to the millisecond.
std::string seconds(Instant at) {
    std::ostringstream out;
    out << std::round(static_cast<double>(to_micros(at) - to_micros(at_second(0))) / 1000.0) / 1000.0;
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

}  // namespace

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
        case Signal::Unfollow:
            return calls.unfollow(step.at, {}, {});
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

std::string pretty(const Outcomes& outcomes) {
    std::string all = "[";
    for (const auto& [id, record] : outcomes)
        all += (all.size() > 1 ? "," : "") + record;
    data::Arena arena;
    const auto document = data::parse_json(all + "]", arena);
    return document ? data::to_pretty_json(*document) + "\n" : all;
}

Outcomes run(const Story& story) {
    Calls calls(story.plan);
    Outcomes latest;
    for (const Step& step : story.steps)
        keep(latest, feed(calls, step));
    drain(calls, latest, story.steps.back().at);
    return finals(latest);
}

}  // namespace tandem::avaya_dmcc::testing
