#include "connectors/avaya_dmcc/message.hpp"

#include "tests/connectors/avaya_dmcc/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tandem::avaya_dmcc::test {
namespace {

using namespace std::chrono_literals;

Element parse(std::string_view xml, std::optional<Document>& keep) {
    auto document = Document::parse(xml);
    EXPECT_TRUE(document) << xml;
    keep = std::move(*document);
    return keep->root();
}

std::optional<CstaError> error_of(std::string_view xml) {
    std::optional<Document> keep;
    return read_error(parse(xml, keep));
}

constexpr std::string_view kDevice = "5001:CM1:10.20.0.5:0";

Login login() {
    return {.application = "tandem",
            .user = "tandem",
            .password = Secret("EXAMPLE-PASSWORD"),
            .protocols = {"ed3/privE", "ed3/privA", "ed3/priv7"}};
}

// What the schema says: names, spaces, order.
TEST(DmccMessage, RequestsAreAsTheSchemaSays) {
    const std::string avaya = "{http://www.avaya.com/csta}";
    const std::string csta = "{http://www.ecma-international.org/standards/ecma-323/csta/ed3}";
    const std::string session = "{http://www.ecma-international.org/standards/ecma-354/appl_session}";
    const auto inner = [](const std::string& name, const std::string& body) {
        return "extensions(privateData(private(" + name + "[ns1:" + name + "](" + body + "))))";
    };
    EXPECT_EQ(outline(reset_timer("S-1", 180s)),
              "ResetApplicationSessionTimer" + session + "(sessionID=S-1 requestedSessionDuration=180)");
    EXPECT_EQ(outline(stop_session("S-1")),
              "StopApplicationSession" + session + "(sessionID=S-1 sessionEndReason(definedEndReason=normal))");
    EXPECT_EQ(outline(get_device_id("CM1", "5001")),
              "GetThirdPartyDeviceId" + avaya + "(switchName=CM1 extension=5001 deviceInstance=0)");
    EXPECT_EQ(outline(get_monitor_list("S-1")), "GetMonitorList" + avaya + "(sessionID=S-1)");
    EXPECT_EQ(outline(monitor_stop("101")), "MonitorStop" + csta + "(monitorCrossRefID=101)");
    EXPECT_EQ(outline(snapshot_device("5001:CM1::0")), "SnapshotDevice" + csta + "(snapshotObject=5001:CM1::0 " +
                                                           inner("SnapshotDevicePrivateData", "getStationStatus=true") +
                                                           ")");
    EXPECT_EQ(outline(snapshot_call("4321", "5001:CM1::0")),
              "SnapshotCall" + csta + "(snapshotObject(callID=4321 deviceID=5001:CM1::0))");
    EXPECT_EQ(outline(get_agent_state("5001:CM1::0")), "GetAgentState" + csta + "(device=5001:CM1::0)");
    EXPECT_EQ(outline(get_time_of_day("CM1")), "GetTimeOfDay" + avaya + "(switchName=CM1)");
    EXPECT_EQ(outline(system_register("CM1")),
              "SystemRegister" + csta +
                  "(requestTypes(systemStatus=true) requestedStatusFilter(initializing=true enabled=true normal=true "
                  "messageLost=true disabled=true partiallyDisabled=true overloadImminent=true overloadReached=true "
                  "overloadRelieved=true) " +
                  inner("SystemRegisterPrivateData", "invertFilter=true switchName=CM1") + ")");
}

TEST(DmccMessage, TheLoginNamesVersionsAndTheOldSession) {
    Login one = login();
    one.protocols.push_back("3.0");
    const std::string text = outline(start_session(one, "S-1"));
    EXPECT_TRUE(text.contains("sessionCleanupDelay=60 sessionID=S-1)")) << text;
    EXPECT_TRUE(text.contains("csta/ed3/priv7 protocolVersion=3.0)")) << text;
    EXPECT_FALSE(outline(start_session(one, "")).contains("sessionID"));
}

TEST(DmccMessage, TheMonitorOfTheSessionBelongsToNoDevice) {
    const std::string text = outline(session_monitor());
    EXPECT_TRUE(
        text.contains("(monitorObject(deviceObject) extensions(privateData(private(AvayaEvents("
                      "invertFilter=true deviceServices(getMonitorList=true))))))"))
        << text;
}

TEST(DmccMessage, TextsAreEscaped) {
    Login one = login();
    one.password = Secret("a<b&\"c\"");
    const std::string xml = start_session(one, "");
    EXPECT_TRUE(outline(xml).contains("password=a<b&\"c\"")) << xml;
}

TEST(DmccMessage, AVdnIsMonitoredByCallsOthersByDevice) {
    const std::string vdn = outline(monitor_start(kDevice, DeviceKind::Vdn));
    const std::string station = outline(monitor_start(kDevice, DeviceKind::Station));
    EXPECT_TRUE(vdn.contains("monitorType=call"));
    EXPECT_FALSE(vdn.contains("agentReady"));
    EXPECT_TRUE(station.contains("monitorType=device"));
    EXPECT_TRUE(station.contains("agentReady=true"));
    for (const auto& text : {vdn, station})
        EXPECT_TRUE(text.contains("AvayaEvents(invertFilter=true)")) << text;
}

// 2.7 has the order of the flags; those that are asked for keep it.
TEST(DmccMessage, FlagsStandInTheOrderOfTheSchema) {
    const std::vector<std::string> order{"bridged",
                                         "callCleared",
                                         "conferenced",
                                         "connectionCleared",
                                         "delivered",
                                         "digitsDialed",
                                         "diverted",
                                         "established",
                                         "failed",
                                         "held",
                                         "networkCapabilitiesChanged",
                                         "networkReached",
                                         "offered",
                                         "originated",
                                         "queued",
                                         "retrieved",
                                         "serviceInitiated",
                                         "transferred",
                                         "agentBusy",
                                         "agentLoggedOn",
                                         "agentLoggedOff",
                                         "agentNotReady",
                                         "agentReady",
                                         "agentWorkingAfterCall"};
    std::optional<Document> keep;
    const Element filter = parse(monitor_start(kDevice, DeviceKind::Station), keep).child("requestedMonitorFilter");
    auto at = order.begin();
    int flags = 0;
    for (Element group = filter.first(); group; group = group.next()) {
        for (Element flag = group.first(); flag; flag = flag.next(), ++flags) {
            at = std::find(at, order.end(), flag.name());
            ASSERT_NE(at, order.end()) << flag.name();
        }
    }
    EXPECT_EQ(flags, 22);
}

// Everything that our side says in the transcripts, written anew.
std::string again(const Element& root) {
    const auto text = [&](auto... names) { return root.at(names...).text(); };
    const std::string_view name = root.name();
    if (name == "StartApplicationSession") {
        Login one = login();
        if (text("requestedProtocolVersions", "protocolVersion").ends_with("privZZ")) one.protocols = {"ed3/privZZ"};
        return start_session(one, text("applicationInfo", "applicationSpecificInfo", "SessionLoginInfo", "sessionID"));
    }
    if (name == "ResetApplicationSessionTimer") return reset_timer(text("sessionID"), 180s);
    if (name == "StopApplicationSession") return stop_session(text("sessionID"));
    if (name == "GetThirdPartyDeviceId") return get_device_id(text("switchName"), text("extension"));
    if (name == "MonitorStop") return monitor_stop(text("monitorCrossRefID"));
    if (name == "GetMonitorList") return get_monitor_list(text("sessionID"));
    if (name == "SnapshotDevice") return snapshot_device(text("snapshotObject"));
    if (name == "SnapshotCall")
        return snapshot_call(text("snapshotObject", "callID"), text("snapshotObject", "deviceID"));
    if (name == "GetCallLinkageData") return get_call_linkage(text("call", "callID"), text("call", "deviceID"));
    if (name == "GetAgentState") return get_agent_state(text("device"));
    if (name == "GetTimeOfDay") return get_time_of_day(text("switchName"));
    return {};
}

void expect_monitor(Element expected, std::string_view xml) {
    std::optional<Document> keep;
    const Element ours = parse(xml, keep);
    for (const auto* child : {"monitorObject", "monitorType", "extensions"}) {
        std::string a, b;
        outline(expected.child(child), a);
        outline(ours.child(child), b);
        EXPECT_EQ(a, b);
    }
    // More events may be asked for, none less.
    for (Element group = expected.child("requestedMonitorFilter").first(); group; group = group.next()) {
        for (Element flag = group.first(); flag; flag = flag.next())
            EXPECT_EQ(ours.at("requestedMonitorFilter", group.name(), flag.name()).text(), "true") << flag.name();
    }
}

TEST(DmccMessage, OurSideOfTheTranscripts) {
    int compared = 0, monitors = 0;
    for (const std::string name : {"a_inbound_acd_call", "b_consult_transfer", "c_conference_and_recorder",
                                   "d_recovery_same_id", "e_recovery_expired", "f_errors", "g_agent_states"}) {
        SCOPED_TRACE(name);
        const auto lines = transcript(name);
        if (!lines) return;
        for (const Line& line : *lines) {
            if (!line.ours) continue;
            std::optional<Document> keep;
            const Element root = parse(line.xml, keep);
            const std::string_view device = root.at("monitorObject", "deviceObject").text();
            // We start monitors anew instead of moving them (2.13), and know each one's call from a connection of a
            // device.
            if (line.root == "TransferMonitorObjects" || (line.root == "MonitorStart" && device.empty()) ||
                (line.root == "GetCallLinkageData" && root.at("call", "deviceID").text().empty()))
                continue;
            if (line.root == "MonitorStart") {
                const bool vdn = root.child("monitorType").text() == "call";
                expect_monitor(root, monitor_start(device, vdn ? DeviceKind::Vdn : DeviceKind::Station));
                if (!root.at("requestedMonitorFilter", "callcontrol")) ADD_FAILURE();
                ++monitors;
                continue;
            }
            EXPECT_EQ(outline(again(root)), outline(line.xml));
            ++compared;
        }
    }
    EXPECT_GE(compared, 30);
    EXPECT_GE(monitors, 15);
}

struct ErrorCase {
    const char* xml;
    const char* text;
    ErrorKind kind;
    Retry retry;
};

TEST(DmccMessage, ErrorsByCategory) {
    const ErrorCase cases[] = {
        {"<operation>invalidDeviceID</operation>", "operation: invalidDeviceID", ErrorKind::Rejected, Retry::Never},
        {"<stateIncompatibility>noActiveCall</stateIncompatibility>", "state: noActiveCall", ErrorKind::Rejected,
         Retry::Never},
        {"<systemResourceAvailibility>resourceBusy</systemResourceAvailibility>", "system_resource: resourceBusy",
         ErrorKind::Transient, Retry::BackOff},
        {"<systemResourceAvailability>resourceBusy</systemResourceAvailability>", "system_resource: resourceBusy",
         ErrorKind::Transient, Retry::BackOff},
        {"<systemResourceAvailibility>overallMonitorLimitExceeded</systemResourceAvailibility>",
         "system_resource: overallMonitorLimitExceeded", ErrorKind::Transient, Retry::Licence},
        {"<subscribedResourceAvailability>objectMonitorLimitExceeded</subscribedResourceAvailability>",
         "subscribed_resource: objectMonitorLimitExceeded", ErrorKind::Throttled, Retry::Licence},
        {"<subscribedResourceAvailability>outstandingReqLimitExceeded</subscribedResourceAvailability>",
         "subscribed_resource: outstandingReqLimitExceeded", ErrorKind::Throttled, Retry::Slower},
        {"<performanceManagement>generic</performanceManagement>", "performance: generic", ErrorKind::Throttled,
         Retry::Slower},
        {"<security>generic</security>", "security: generic", ErrorKind::Rejected, Retry::Never},
        {"<privateData>cSTAPrivateDataInfoError</privateData>", "private_data: cSTAPrivateDataInfoError",
         ErrorKind::Rejected, Retry::Never},
        {"<privateErrorCode>Vendor text</privateErrorCode>", "private_code: Vendor text", ErrorKind::Rejected,
         Retry::Never},
        {"<unspecified/>", "unspecified", ErrorKind::Transient, Retry::Once},
        {"", "unspecified", ErrorKind::Transient, Retry::Once},
        {"<newCategory>x</newCategory>", "unspecified: x", ErrorKind::Transient, Retry::Once},
    };
    for (const auto& [xml, text, kind, retry] : cases) {
        SCOPED_TRACE(xml);
        for (const std::string& whole : {"<CSTAErrorCode>" + std::string(xml) + "</CSTAErrorCode>",
                                         "<x:CSTAException xmlns:x='u'><CSTAErrorCode>" + std::string(xml) +
                                             "</CSTAErrorCode></x:CSTAException>"}) {
            const auto error = error_of(whole);
            ASSERT_TRUE(error);
            EXPECT_EQ(to_error(*error).text, text);
            EXPECT_EQ(to_error(*error).kind, kind);
            EXPECT_EQ(retry_of(*error), retry);
        }
    }
    EXPECT_FALSE(error_of("<MonitorStartResponse/>"));
    EXPECT_EQ(to_error(*error_of("<CSTAException><message>Device not known</message></CSTAException>")).text,
              "unspecified (Device not known)");
}

TEST(DmccMessage, RefusedSessions) {
    const auto refusal = [](std::string_view code) {
        std::optional<Document> keep;
        return read_refusal(parse("<StartApplicationSessionNegResponse><errorCode>" + std::string(code) +
                                      "</errorCode></StartApplicationSessionNegResponse>",
                                  keep));
    };
    EXPECT_EQ(refusal("<definedError>invalidApplicationInfo</definedError>").error.kind, ErrorKind::Auth);
    EXPECT_EQ(refusal("<definedError>requestedProtocolVersionNotSupported</definedError>").error.kind,
              ErrorKind::Config);
    for (const char* busy : {"serverResourcesBusy", "maxNumberSessions"}) {
        const auto one = refusal("<definedError>" + std::string(busy) + "</definedError>");
        EXPECT_EQ(one.error.kind, ErrorKind::Throttled);
        EXPECT_FALSE(one.session_unknown);
    }
    const auto text = refusal("<applError>Invalid session ID</applError>");
    EXPECT_EQ(text.error.kind, ErrorKind::Auth);
    EXPECT_TRUE(text.session_unknown);
    EXPECT_TRUE(text.error.text.contains("Invalid session ID"));
}

TEST(DmccMessage, TheListOfMonitors) {
    std::optional<Document> keep;
    const auto list = read_monitor_list(parse(
        "<GetMonitorListEvent xmlns='http://www.avaya.com/csta'><isFinalResponse>false</isFinalResponse>"
        "<monitorCrossRefID>0</monitorCrossRefID><monitorObjectDataList>"
        "<monitorObjectData><monitorObject><deviceObject>5001:CM1::0</deviceObject></monitorObject>"
        "<MonitorStartResponse><monitorCrossRefID>103</monitorCrossRefID></MonitorStartResponse></monitorObjectData>"
        "<monitorObjectData><monitorObject><callObject/></monitorObject></monitorObjectData>"
        "</monitorObjectDataList></GetMonitorListEvent>",
        keep));
    EXPECT_FALSE(list.last);
    ASSERT_EQ(list.rows.size(), 1U);
    EXPECT_EQ(list.rows[0].device, "5001:CM1::0");
    EXPECT_EQ(list.rows[0].monitor, "103");
}

TEST(DmccMessage, EventsThatAesDoesNotSend) {
    const auto refused = [](std::string_view xml, DeviceKind kind) {
        std::optional<Document> keep;
        return events_refused(parse(xml, keep), kind);
    };
    std::string all = "<MonitorStartResponse><actualMonitorFilter>";
    std::optional<Document> keep;
    std::string filter;
    const Element wanted = parse(monitor_start(kDevice, DeviceKind::Station), keep).child("requestedMonitorFilter");
    for (Element group = wanted.first(); group; group = group.next()) {
        filter += "<" + std::string(group.name()) + ">";
        for (Element flag = group.first(); flag; flag = flag.next())
            filter += "<" + std::string(flag.name()) + ">true</" + std::string(flag.name()) + ">";
        filter += "</" + std::string(group.name()) + ">";
    }
    all += filter + "</actualMonitorFilter></MonitorStartResponse>";
    EXPECT_TRUE(refused(all, DeviceKind::Station).empty());
    EXPECT_TRUE(refused("<MonitorStartResponse/>", DeviceKind::Station).empty());
    const auto at = all.find("<held>true");
    std::string without = all;
    without.replace(at, 10, "<held>false");
    EXPECT_EQ(refused(without, DeviceKind::Vdn), std::vector<std::string>{"held"});
}

TEST(DmccMessage, LinkStates) {
    const auto report = [](std::string_view xml) {
        std::optional<Document> keep;
        return read_link_report(parse(xml, keep));
    };
    const auto down = report(
        "<SystemStatus xmlns='u'><systemStatus>disabled</systemStatus><extensions><privateData><private>"
        "<n:SystemStatusPrivateData xmlns:n='a'><n:switchTlinkStatus><n:switchName>CM1</n:switchName>"
        "<n:tlinkStatus>tlinkDown</n:tlinkStatus></n:switchTlinkStatus></n:SystemStatusPrivateData></private>"
        "</privateData></extensions></SystemStatus>");
    ASSERT_TRUE(down);
    EXPECT_FALSE(down->up);
    EXPECT_EQ(down->switch_name, "CM1");
    EXPECT_EQ(down->word, "tlinkDown");
    EXPECT_TRUE(report("<LinkUpEvent><linkName>CM1-link1</linkName></LinkUpEvent>")->up);
    EXPECT_FALSE(report("<LinkDownEvent/>")->up);
    EXPECT_FALSE(report("<SystemStatus><systemStatus>normal</systemStatus></SystemStatus>"));
    EXPECT_FALSE(report("<HeldEvent/>"));
}

TEST(DmccMessage, ClocksWithoutAZone) {
    const auto skew = [](int hour, int minute, int second) {
        std::optional<Document> keep;
        const Element root =
            parse("<GetTimeOfDayResponse><year>2025</year><month>8</month><day>1</day><hour>" + std::to_string(hour) +
                      "</hour><minute>" + std::to_string(minute) + "</minute><second>" + std::to_string(second) +
                      "</second></GetTimeOfDayResponse>",
                  keep);
        const std::chrono::sys_seconds now = std::chrono::sys_days(std::chrono::year_month_day(
                                                 std::chrono::year(2025), std::chrono::month(8), std::chrono::day(1))) +
                                             9h + 45min + 1s;
        return clock_skew(root, now);
    };
    EXPECT_EQ(skew(11, 45, 1), 0s);
    EXPECT_EQ(skew(15, 15, 1), 0s);  // +05:30
    EXPECT_EQ(skew(11, 46, 19), 78s);
    EXPECT_EQ(skew(11, 44, 58), -3s);
    EXPECT_EQ(skew(24, 0, 0), std::nullopt);
}

}  // namespace
}  // namespace tandem::avaya_dmcc::test
