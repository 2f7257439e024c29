// XML of events and snapshots to values; what is wrong is told with its path.
#include "connectors/avaya_dmcc/event.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tandem::avaya_dmcc {
namespace {

const Instant kAt = from_micros(1'767'225'600'000'000);

Result<std::optional<Event>> read(const std::string& xml) {
    const auto document = Document::parse(xml);
    EXPECT_TRUE(document) << xml;
    return read_event(document->root(), kAt);
}

CallEvent call_of(const std::string& xml) {
    const auto event = read(xml);
    EXPECT_TRUE(event && *event) << xml;
    if (!event || !*event) return {};
    return std::get<CallEvent>(**event);
}

AgentEvent agent_of(const std::string& xml) {
    const auto event = read(xml);
    EXPECT_TRUE(event && *event) << xml;
    if (!event || !*event) return {};
    return std::get<AgentEvent>(**event);
}

struct Row {
    std::string root, connection, subject;
    CallEventKind kind;
};

TEST(ReadEvent, KnowsEveryEventOfACall) {
    using enum CallEventKind;
    const std::vector<Row> rows = {
        {"ServiceInitiatedEvent", "initiatedConnection", "initiatingDevice", ServiceInitiated},
        {"OriginatedEvent", "originatedConnection", "callingDevice", Originated},
        {"NetworkReachedEvent", "outboundConnection", "networkInterfaceUsed", NetworkReached},
        {"OfferedEvent", "offeredConnection", "offeredDevice", Offered},
        {"QueuedEvent", "queuedConnection", "queue", Queued},
        {"DeliveredEvent", "connection", "alertingDevice", Delivered},
        {"EstablishedEvent", "establishedConnection", "answeringDevice", Established},
        {"HeldEvent", "heldConnection", "holdingDevice", Held},
        {"RetrievedEvent", "retrievedConnection", "retrievingDevice", Retrieved},
        {"DivertedEvent", "connection", "divertingDevice", Diverted},
        {"FailedEvent", "failedConnection", "failingDevice", Failed},
        {"ConnectionClearedEvent", "droppedConnection", "releasingDevice", ConnectionCleared},
        {"BridgedEvent", "bridgedConnection", "bridgedAppearance", Bridged},
        {"CallInformationEvent", "connection", "device", CallInformation}};
    for (const Row& row : rows) {
        SCOPED_TRACE(row.root);
        const auto event =
            call_of("<x:" + row.root + " xmlns:x='u'><monitorCrossRefID>103</monitorCrossRefID><x:" + row.connection +
                    "><deviceID>5001:CM1:10.0.0.1:0</deviceID><callID>4321</callID></x:" + row.connection + "><" +
                    row.subject + "><deviceIdentifier>5001:CM1::0" + "</deviceIdentifier></" + row.subject +
                    "><cause>newCall</cause></x:" + row.root + ">");
        EXPECT_EQ(event.kind, row.kind);
        EXPECT_EQ(event.at, kAt);
        EXPECT_EQ(event.monitor, "103");
        EXPECT_EQ(event.switch_name, "CM1");
        EXPECT_EQ(event.connection.call, "4321");
        EXPECT_EQ(event.connection.device.number, "5001");
        EXPECT_EQ(event.subject.device.number, "5001");
        EXPECT_EQ(event.cause, "newCall");
    }
}

TEST(ReadEvent, TakesThePrivateData) {
    const auto event = call_of(
        "<DeliveredEvent><connection><callID>4330</callID><deviceID typeOfNumber='dynamic'>5002</deviceID></connection>"
        "<alertingDevice><notKnown/></alertingDevice><callingDevice><restricted/></callingDevice>"
        "<calledDevice><deviceIdentifier>#####</deviceIdentifier></calledDevice>"
        "<lastRedirectionDevice><numberDialed>7200:CM1::0</numberDialed></lastRedirectionDevice>"
        "<localConnectionInfo>alerting</localConnectionInfo><userData><string>41</string></userData>"
        "<callLinkageData><globalCallData><globalCallSwitchingSubDomainName>CM9</globalCallSwitchingSubDomainName>"
        "<globalCallLinkageID><globallyUniqueCallLinkageID>00001043301754041290</globallyUniqueCallLinkageID>"
        "</globalCallLinkageID></globalCallData></callLinkageData><extensions><privateData><private>"
        "<a:DeliveredEventPrivateData xmlns:a='http://www.avaya.com/csta'><a:trunkGroup>21</a:trunkGroup>"
        "<a:trunkMember>3</a:trunkMember><a:acdGroup>7200:CM1::0</a:acdGroup><a:lookAheadInfo><a:sourceVDN>7900</"
        "a:sourceVDN>"
        "</a:lookAheadInfo><a:userEnteredCode><a:data>4711#</a:data></a:userEnteredCode><a:distributingVDN>"
        "<deviceIdentifier>7100:CM1::0</deviceIdentifier></a:distributingVDN><a:originalCallInfo><a:reason>1</a:reason>"
        "<a:networkCallingDevice><deviceIdentifier>4930123456:CM1::0</deviceIdentifier></a:networkCallingDevice>"
        "<a:userData><string>4243</string></a:userData><a:callLinkageData><globalCallData><globalCallLinkageID>"
        "<globallyUniqueCallLinkageID>00001043211754041200</globallyUniqueCallLinkageID></globalCallLinkageID>"
        "</globalCallData></a:callLinkageData></a:originalCallInfo><a:channelType>VIDEO</a:channelType>"
        "</a:DeliveredEventPrivateData></private></privateData></extensions></DeliveredEvent>");
    EXPECT_TRUE(event.connection.device.dynamic);
    EXPECT_EQ(event.subject.known, Subject::Known::NotKnown);
    EXPECT_EQ(event.calling.known, Subject::Known::Restricted);
    EXPECT_EQ(event.called.known, Subject::Known::NotKnown);
    EXPECT_EQ(event.last_redirection.device.number, "7200");
    EXPECT_EQ(event.local, LocalState::Alerting);
    EXPECT_EQ(event.uui, "41");
    EXPECT_EQ(event.ucid, "00001043301754041290");
    EXPECT_EQ(event.switch_name, "CM9") << "no device names one";
    EXPECT_EQ(event.extra.trunk_group, "21");
    EXPECT_EQ(event.extra.trunk_member, "3");
    EXPECT_EQ(event.extra.acd_group.number, "7200");
    EXPECT_EQ(event.extra.lookahead_vdn.number, "7900");
    EXPECT_EQ(event.extra.entered_digits, "4711#");
    EXPECT_EQ(event.extra.distributing_vdn.number, "7100");
    EXPECT_EQ(event.extra.channel_type, "VIDEO");
    ASSERT_TRUE(event.extra.original);
    EXPECT_EQ(event.extra.original->ucid, "00001043211754041200");
    EXPECT_EQ(event.extra.original->calling.device.number, "4930123456");
    EXPECT_EQ(event.extra.original->uui, "4243");
}

TEST(ReadEvent, TakesTheListsOfATransfer) {
    const auto event = call_of(
        "<TransferedEvent><primaryOldCall><callID>4321</callID></primaryOldCall><secondaryOldCall><callID>0</callID>"
        "</secondaryOldCall><transferringDevice><deviceIdentifier>5001:CM1::0</deviceIdentifier></transferringDevice>"
        "<transferredToDevice><deviceIdentifier>5002</deviceIdentifier></transferredToDevice><transferredConnections>"
        "<connectionListItem><newConnection><callID>4330</callID><deviceID>T21#3</deviceID></"
        "newConnection><oldConnection>"
        "<callID>4321</callID></oldConnection><endpoint><notKnown/></endpoint><resultingConnectionInfo>hold"
        "</resultingConnectionInfo></connectionListItem></"
        "transferredConnections><callLinkageDataList><newCallLinkageData>"
        "<globalCallData><globalCallLinkageID><globallyUniqueCallLinkageID>00001043301754041290"
        "</globallyUniqueCallLinkageID></globalCallLinkageID></globalCallData></newCallLinkageData></"
        "callLinkageDataList>"
        "</TransferedEvent>");
    EXPECT_EQ(event.primary_old.call, "4321");
    EXPECT_EQ(event.secondary_old.call, "") << "0 means that it is not known";
    EXPECT_EQ(event.target.device.number, "5002");
    ASSERT_EQ(event.connections.size(), 1U);
    EXPECT_TRUE(event.connections[0].now.device.dynamic) << "by its form";
    EXPECT_EQ(event.connections[0].before.call, "4321");
    EXPECT_EQ(event.connections[0].state, LocalState::Hold);
    EXPECT_EQ(event.ucid, "00001043301754041290");
    EXPECT_EQ(event.old_ucid, "");
}

TEST(ReadEvent, SaysWhatIsWrongWithItsPath) {
    const std::string long_id(200, '7');
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"<HeldEvent/>", "HeldEvent/heldConnection/callID: missing"},
        {"<HeldEvent><heldConnection><deviceID>1</deviceID></heldConnection></HeldEvent>",
         "HeldEvent/heldConnection/callID: missing"},
        {"<TransferedEvent/>", "TransferedEvent/primaryOldCall/callID: missing"},
        {"<AgentReadyEvent/>", "AgentReadyEvent/agentDevice: missing"},
        {"<HeldEvent><heldConnection><callID>1</callID></heldConnection><holdingDevice>" + long_id +
             "</holdingDevice></HeldEvent>",
         "HeldEvent/holdingDevice: a device id of 200 octets"}};
    for (const auto& [xml, text] : rows) {
        const auto event = read(xml);
        ASSERT_FALSE(event) << xml;
        EXPECT_EQ(event.error().kind, ErrorKind::Corrupt);
        EXPECT_EQ(event.error().text, text);
    }
}

TEST(ReadEvent, BoundsLists) {
    std::string rows;
    for (int i = 0; i < 65; ++i)
        rows += "<connectionListItem><newConnection><callID>1</callID></newConnection></connectionListItem>";
    const auto event =
        read("<ConferencedEvent><conferenceConnections>" + rows + "</conferenceConnections></ConferencedEvent>");
    ASSERT_FALSE(event);
    EXPECT_EQ(event.error().text, "ConferencedEvent/conferenceConnections: more than 64 connections");
}

TEST(ReadEvent, PassesOverWhatItDoesNotUse) {
    EXPECT_FALSE(*read("<FutureEvent><monitorCrossRefID>1</monitorCrossRefID></FutureEvent>"));
    EXPECT_FALSE(*read("<MonitorStopResponse/>"));
    const auto odd = call_of(
        "<HeldEvent><heldConnection><callID>1</callID></heldConnection><userData><string>not hex</string></userData>"
        "<localConnectionInfo>dozing</localConnectionInfo><callLinkageData><globalCallData><globalCallLinkageID>"
        "<globallyUniqueCallLinkageID>0</globallyUniqueCallLinkageID></globalCallLinkageID></globalCallData>"
        "</callLinkageData><numberQueued>many</numberQueued></HeldEvent>");
    EXPECT_EQ(odd.uui, "");
    EXPECT_EQ(odd.ucid, "") << "0 is no UCID";
    EXPECT_EQ(odd.local, LocalState::Unknown);
    EXPECT_FALSE(odd.number_queued);
}

TEST(ReadEvent, KnowsAgents) {
    const auto event = agent_of(
        "<AgentWorkingAfterCallEvent><agentDevice><deviceIdentifier>5001:CM1::0</deviceIdentifier></agentDevice>"
        "<agentID>33001</agentID><agentPassword>31323334</agentPassword><pendingAgentState>notReady</pendingAgentState>"
        "<extensions><privateData><private><p><reasonCode>4</reasonCode></p></private></privateData></extensions>"
        "</AgentWorkingAfterCallEvent>");
    EXPECT_EQ(event.state, AgentState::WorkingAfterCall);
    EXPECT_EQ(event.station.number, "5001");
    EXPECT_EQ(event.agent, "33001");
    EXPECT_EQ(event.pending, AgentState::NotReady);
    EXPECT_EQ(event.reason_code, "4");
}

TEST(ReadAgentStates, TakesEveryRow) {
    const auto document = Document::parse(
        "<GetAgentStateResponse><agentStateList><agentStateEntry><agentID>33001</agentID><loggedOnState>true"
        "</loggedOnState><agentInfo><agentInfoItem><agentState>agentBusy</agentState></agentInfoItem></agentInfo>"
        "</agentStateEntry><agentStateEntry><agentID>33002</agentID><loggedOnState>false</loggedOnState>"
        "</agentStateEntry></agentStateList></GetAgentStateResponse>");
    const auto states = read_agent_states(document->root(), {.number = "5001", .switch_name = "CM1"}, kAt);
    ASSERT_EQ(states.size(), 2U);
    EXPECT_EQ(states[0].state, AgentState::Busy);
    EXPECT_TRUE(states[0].polled);
    EXPECT_EQ(states[0].station.number, "5001");
    EXPECT_EQ(states[1].state, AgentState::LoggedOff);
}

TEST(ReadSnapshot, OfADevice) {
    const auto document = Document::parse(
        "<SnapshotDeviceResponse><crossRefIDorSnapshotData><snapshotData><snapshotDeviceResponseInfo><"
        "connectionIdentifier>"
        "<deviceID>5001:CM1::0</deviceID><callID>4350</callID></"
        "connectionIdentifier><localCallState><compoundCallState>"
        "<localConnectionState>hold</localConnectionState><localConnectionState>connected</localConnectionState>"
        "</compoundCallState></localCallState></snapshotDeviceResponseInfo></snapshotData></crossRefIDorSnapshotData>"
        "</SnapshotDeviceResponse>");
    const auto snapshot = read_device_snapshot(document->root(), {.number = "5001", .switch_name = "CM1"}, kAt);
    ASSERT_TRUE(snapshot);
    ASSERT_EQ(snapshot->calls.size(), 1U);
    EXPECT_EQ(snapshot->calls[0].connection.call, "4350");
    EXPECT_EQ(snapshot->calls[0].state, LocalState::Hold);
    EXPECT_TRUE(snapshot->last);
}

TEST(ReadSnapshot, OfADeviceInPieces) {
    const auto promise = Document::parse(
        "<SnapshotDeviceResponse><crossRefIDorSnapshotData><serviceCrossRefID>17</serviceCrossRefID>"
        "</crossRefIDorSnapshotData></SnapshotDeviceResponse>");
    const auto first = read_device_snapshot(promise->root(), {}, kAt);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->cross_reference, "17");
    EXPECT_FALSE(first->last);
    const auto piece = Document::parse(
        "<SnapshotDeviceData><serviceCrossRefID>17</serviceCrossRefID><segmentID>1</segmentID><lastSegment>true"
        "</lastSegment><snapshotData><snapshotDeviceResponseInfo><connectionIdentifier><callID>1</callID>"
        "</connectionIdentifier></snapshotDeviceResponseInfo></snapshotData></SnapshotDeviceData>");
    const auto data = read_device_snapshot(piece->root(), {}, kAt);
    ASSERT_TRUE(data);
    EXPECT_EQ(data->cross_reference, "17");
    EXPECT_TRUE(data->last);
    EXPECT_EQ(data->calls.size(), 1U);
}

TEST(ReadSnapshot, OfACall) {
    const auto document = Document::parse(
        "<SnapshotCallResponse><crossRefIDorSnapshotData><snapshotData><snapshotCallResponseInfo><deviceOnCall>"
        "<deviceIdentifier>4930123456:CM1::0</deviceIdentifier></deviceOnCall><callIdentifier><callID>4350</callID>"
        "<deviceID typeOfNumber='dynamic'>T21#3</deviceID></callIdentifier><localConnectionInfo>connected"
        "</localConnectionInfo></snapshotCallResponseInfo></snapshotData></crossRefIDorSnapshotData><callingDevice>"
        "<deviceIdentifier>4930123456:CM1::0</deviceIdentifier></callingDevice><callLinkageData><globalCallData>"
        "<globalCallLinkageID><globallyUniqueCallLinkageID>00001043501754043000</globallyUniqueCallLinkageID>"
        "</globalCallLinkageID></globalCallData></callLinkageData></SnapshotCallResponse>");
    const auto snapshot = read_call_snapshot(document->root(), {.call = "4350", .device = {}}, kAt);
    ASSERT_TRUE(snapshot);
    ASSERT_EQ(snapshot->parties.size(), 1U);
    EXPECT_TRUE(snapshot->parties[0].connection.device.dynamic);
    EXPECT_EQ(snapshot->parties[0].state, LocalState::Connected);
    EXPECT_EQ(snapshot->calling.device.number, "4930123456");
    EXPECT_EQ(snapshot->ucid, "00001043501754043000");
}

}  // namespace
}  // namespace tandem::avaya_dmcc
