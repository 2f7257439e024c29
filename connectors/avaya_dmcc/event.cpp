#include "connectors/avaya_dmcc/event.hpp"

#include "connectors/avaya_dmcc/event_read.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tandem::avaya_dmcc {
namespace {

using read::Trouble;

// Where an event's subject stands (vendors/avaya.md 2.8).
struct Shape {
    std::string_view root;
    CallEventKind kind;
    std::string_view connection, subject, target;
    std::string_view name;
};

constexpr std::array<Shape, 18> kShapes = {{
    {"ServiceInitiatedEvent",
     CallEventKind::ServiceInitiated,
     "initiatedConnection",
     "initiatingDevice",
     {},
     "initiated"},
    {"OriginatedEvent", CallEventKind::Originated, "originatedConnection", "callingDevice", {}, "originated"},
    {"NetworkReachedEvent", CallEventKind::NetworkReached, "outboundConnection", "networkInterfaceUsed", {}, "network"},
    {"OfferedEvent", CallEventKind::Offered, "offeredConnection", "offeredDevice", {}, "offered"},
    {"QueuedEvent", CallEventKind::Queued, "queuedConnection", "queue", {}, "queued"},
    {"DeliveredEvent", CallEventKind::Delivered, "connection", "alertingDevice", {}, "delivered"},
    {"EstablishedEvent", CallEventKind::Established, "establishedConnection", "answeringDevice", {}, "established"},
    {"HeldEvent", CallEventKind::Held, "heldConnection", "holdingDevice", {}, "held"},
    {"RetrievedEvent", CallEventKind::Retrieved, "retrievedConnection", "retrievingDevice", {}, "retrieved"},
    {"DivertedEvent", CallEventKind::Diverted, "connection", "divertingDevice", "newDestination", "diverted"},
    {"FailedEvent", CallEventKind::Failed, "failedConnection", "failingDevice", {}, "failed"},
    {"ConnectionClearedEvent", CallEventKind::ConnectionCleared, "droppedConnection", "releasingDevice", {}, "dropped"},
    {"CallClearedEvent", CallEventKind::CallCleared, "clearedCall", {}, {}, "cleared"},
    {"TransferedEvent", CallEventKind::Transferred, {}, "transferringDevice", "transferredToDevice", "transferred"},
    {"ConferencedEvent", CallEventKind::Conferenced, {}, "conferencingDevice", "addedParty", "conferenced"},
    {"BridgedEvent", CallEventKind::Bridged, "bridgedConnection", "bridgedAppearance", {}, "bridged"},
    {"CallInformationEvent", CallEventKind::CallInformation, "connection", "device", {}, "information"},
    {"EnteredDigitsEvent", CallEventKind::EnteredDigits, "connection", {}, {}, "digits"},
}};

struct AgentShape {
    std::string_view root, state;  // the event's element; the word of GetAgentState and pendingAgentState
    AgentState known;
    std::string_view name;
};

constexpr std::array<AgentShape, 6> kAgents = {{
    {"AgentLoggedOnEvent", "loggedOn", AgentState::LoggedOn, "logged_on"},
    {"AgentLoggedOffEvent", "agentNull", AgentState::LoggedOff, "logged_off"},
    {"AgentReadyEvent", "agentReady", AgentState::Ready, "ready"},
    {"AgentNotReadyEvent", "agentNotReady", AgentState::NotReady, "not_ready"},
    {"AgentBusyEvent", "agentBusy", AgentState::Busy, "busy"},
    {"AgentWorkingAfterCallEvent", "agentWorkingAfterCall", AgentState::WorkingAfterCall, "working_after_call"},
}};

AgentState agent_state(std::string_view word) {
    if (word == "ready") return AgentState::Ready;
    if (word == "notReady") return AgentState::NotReady;
    const auto* found = std::ranges::find(kAgents, word, &AgentShape::state);
    return found == kAgents.end() ? AgentState::Unknown : found->known;
}

std::optional<std::uint32_t> count(Element element) {
    const auto text = element.text();
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// Hexadecimal digits of userData, "" if there are none or they are none.
std::string user_data(Element holder) {
    const auto digits = holder.at("userData", "string").text();
    if (digits.size() > kMaxUui || !unhex(digits)) return {};
    return std::string(digits);
}

std::string entered(Element code) {
    return std::string(code.child("data").text().substr(0, kMaxDigits));
}

OriginalCall read_original(Element info, Trouble& trouble) {
    OriginalCall call;
    call.reason = read::word(info.child("reason"));
    call.calling = read::subject(info.child("networkCallingDevice"), "originalCallInfo/networkCallingDevice", trouble);
    call.called = read::subject(info.child("networkCalledDevice"), "originalCallInfo/networkCalledDevice", trouble);
    call.trunk_group = read::word(info.child("trunkGroup"));
    call.trunk_member = read::word(info.child("trunkMember"));
    call.ucid = read::ucid(info.child("callLinkageData"));
    call.uui = user_data(info);
    call.entered_digits = entered(info.child("userEnteredCode"));
    call.lookahead_vdn = read::device(info.at("lookAheadInfo", "sourceVDN"), "lookAheadInfo/sourceVDN", trouble);
    return call;
}

// Trunk of a transfer or conference: its first one, of which there usually is no other.
Element trunk_holder(Element data) {
    const auto item = data.at("trunkList", "trunkInterfaceInfoItem");
    return item ? item : data;
}

PrivateData read_private(Element root, Trouble& trouble) {
    const Element data = root.at("extensions", "privateData", "private").first();
    PrivateData extra;
    if (!data) return extra;
    extra.trunk_group = read::word(trunk_holder(data).child("trunkGroup"));
    extra.trunk_member = read::word(trunk_holder(data).child("trunkMember"));
    extra.acd_group = read::device(data.child("acdGroup"), "acdGroup", trouble);
    extra.distributing_vdn = read::device(data.child("distributingVDN"), "distributingVDN", trouble);
    extra.distributing_device = read::device(data.child("distributingDevice"), "distributingDevice", trouble);
    extra.entered_digits = entered(data.child("userEnteredCode"));
    extra.collect_vdn = read::device(data.at("userEnteredCode", "collectVDN"), "collectVDN", trouble);
    extra.lookahead_vdn = read::device(data.at("lookAheadInfo", "sourceVDN"), "lookAheadInfo/sourceVDN", trouble);
    extra.channel_type = read::word(data.child("channelType"));
    extra.logical_agent = read::device(data.child("logicalAgent"), "logicalAgent", trouble).number;
    extra.reason = read::word(data.child("reason"));
    if (const auto info = data.child("originalCallInfo")) extra.original = read_original(info, trouble);
    return extra;
}

std::vector<ConnectionChange> read_list(Element list, Trouble& trouble) {
    std::vector<ConnectionChange> rows;
    for (Element item = list.first(); item; item = item.next()) {
        if (rows.size() == kMaxConnections) {
            trouble.note(list.name(), "more than " + std::to_string(kMaxConnections) + " connections");
            break;
        }
        rows.push_back({.now = read::connection(item.child("newConnection"), "newConnection", trouble),
                        .before = read::connection(item.child("oldConnection"), "oldConnection", trouble),
                        .endpoint = read::subject(item.child("endpoint"), "endpoint", trouble),
                        .state = read::local_state(item.child("resultingConnectionInfo"))});
    }
    return rows;
}

void read_subject_call(const Shape& shape, Element root, CallEvent& event, Trouble& trouble) {
    const Element connection = root.child(shape.connection);
    if (!connection.child("callID")) trouble.note(std::string(shape.connection) + "/callID", "missing");
    event.connection = read::connection(connection, shape.connection, trouble);
}

void read_merged_calls(Element root, CallEvent& event, Trouble& trouble) {
    event.primary_old = read::connection(root.child("primaryOldCall"), "primaryOldCall", trouble);
    event.secondary_old = read::connection(root.child("secondaryOldCall"), "secondaryOldCall", trouble);
    const bool transfer = event.kind == CallEventKind::Transferred;
    const std::string_view list = transfer ? "transferredConnections" : "conferenceConnections";
    event.connections = read_list(root.child(list), trouble);
    if (event.primary_old.call.empty() && event.secondary_old.call.empty() && event.connections.empty())
        trouble.note("primaryOldCall/callID", "missing");
}

void read_linkage(Element root, CallEvent& event) {
    const Element single = root.child("callLinkageData");
    const Element list = root.child("callLinkageDataList");
    event.ucid = read::ucid(single ? single : list.child("newCallLinkageData"));
    event.old_ucid = read::ucid(list.child("oldCallLinkageData"));
}

// Devices first: they bear the name that the session knows; the sub-domain of the linkage may be another one.
std::string switch_of(const CallEvent& event, Element root) {
    for (const Device* device : {&event.connection.device, &event.subject.device, &event.primary_old.device,
                                 &event.called.device, &event.calling.device})
        if (!device->switch_name.empty()) return device->switch_name;
    return read::linkage_switch(root.child("callLinkageData"));
}

Result<std::optional<Event>> read_call_event(const Shape& shape, Element root, Instant at) {
    Trouble trouble(root.name());
    CallEvent event;
    event.kind = shape.kind;
    event.at = at;
    event.monitor = read::word(root.child("monitorCrossRefID"));
    if (shape.connection.empty())
        read_merged_calls(root, event, trouble);
    else
        read_subject_call(shape, root, event, trouble);
    if (!shape.subject.empty()) event.subject = read::subject(root.child(shape.subject), shape.subject, trouble);
    if (!shape.target.empty()) event.target = read::subject(root.child(shape.target), shape.target, trouble);
    event.calling = read::subject(root.child("callingDevice"), "callingDevice", trouble);
    event.called = read::subject(root.child("calledDevice"), "calledDevice", trouble);
    event.last_redirection = read::subject(root.child("lastRedirectionDevice"), "lastRedirectionDevice", trouble);
    event.local = read::local_state(root.child("localConnectionInfo"));
    event.cause = read::word(root.child("cause"));
    read_linkage(root, event);
    event.extra = read_private(root, trouble);
    event.uui = user_data(root);
    event.number_queued = count(root.child("numberQueued"));
    event.calls_in_front = count(root.child("callsInFront"));
    event.digits = std::string(root.child("digits").text().substr(0, kMaxDigits));
    event.switch_name = switch_of(event, root);
    if (trouble.any()) return fail(trouble.error());
    return Event(std::move(event));
}

Result<std::optional<Event>> read_agent_event(const AgentShape& shape, Element root, Instant at) {
    Trouble trouble(root.name());
    AgentEvent event;
    event.state = shape.known;
    event.monitor = read::word(root.child("monitorCrossRefID"));
    event.at = at;
    event.station = read::device(root.child("agentDevice"), "agentDevice", trouble);
    event.switch_name = event.station.switch_name;
    event.agent = read::word(root.child("agentID"));
    event.acd_group = read::device(root.child("acdGroup"), "acdGroup", trouble);
    event.pending = agent_state(root.child("pendingAgentState").text());
    event.reason_code = read::word(root.at("extensions", "privateData", "private").first().child("reasonCode"));
    if (event.station.empty()) trouble.note("agentDevice", "missing");
    if (trouble.any()) return fail(trouble.error());
    return Event(std::move(event));
}

AgentState entry_state(Element entry) {
    const auto word = entry.at("agentInfo", "agentInfoItem", "agentState").text();
    if (entry.child("loggedOnState").text() == "false") return AgentState::LoggedOff;
    return word.empty() ? AgentState::LoggedOn : agent_state(word);
}

}  // namespace

std::string_view to_string(CallEventKind kind) {
    return std::ranges::find(kShapes, kind, &Shape::kind)->name;
}

std::string_view to_string(AgentState state) {
    const auto* found = std::ranges::find(kAgents, state, &AgentShape::known);
    return found == kAgents.end() ? "unknown" : found->name;
}

Result<std::optional<Event>> read_event(Element root, Instant at) {
    const auto name = root.name();
    if (const auto* shape = std::ranges::find(kShapes, name, &Shape::root); shape != kShapes.end())
        return read_call_event(*shape, root, at);
    if (const auto* shape = std::ranges::find(kAgents, name, &AgentShape::root); shape != kAgents.end())
        return read_agent_event(*shape, root, at);
    return std::nullopt;
}

std::vector<AgentEvent> read_agent_states(Element root, const Device& station, Instant at) {
    Trouble trouble(root.name());
    std::vector<AgentEvent> events;
    for (Element entry = root.child("agentStateList").first(); entry && events.size() < kMaxConnections;
         entry = entry.next()) {
        AgentEvent event;
        event.state = entry_state(entry);
        event.polled = true;
        event.switch_name = station.switch_name;
        event.at = at;
        event.station = station;
        event.agent = read::word(entry.child("agentID"));
        event.acd_group = read::device(entry.at("agentInfo", "agentInfoItem", "acdGroup"), "acdGroup", trouble);
        event.reason_code = read::word(root.at("extensions", "privateData", "private").first().child("reasonCode"));
        events.push_back(std::move(event));
    }
    return events;
}

}  // namespace tandem::avaya_dmcc
