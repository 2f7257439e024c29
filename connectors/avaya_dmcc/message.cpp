#include "connectors/avaya_dmcc/message.hpp"

#include <array>
#include <initializer_list>
#include <span>

namespace tandem::avaya_dmcc {

namespace {

constexpr std::string_view kSessionSpace = "http://www.ecma-international.org/standards/ecma-354/appl_session";
constexpr std::string_view kCstaSpace = "http://www.ecma-international.org/standards/ecma-323/csta/ed3";
constexpr std::string_view kAvayaSpace = "http://www.avaya.com/csta";
constexpr std::string_view kDeviceAttributes = R"( typeOfNumber="other" mediaClass="voice" bitRate="constant")";

constexpr std::array<std::string_view, 16> kCallEvents{
    "bridged",          "callCleared", "conferenced",    "connectionCleared", "delivered",  "diverted", "established",
    "failed",           "held",        "networkReached", "offered",           "originated", "queued",   "retrieved",
    "serviceInitiated", "transferred"};
constexpr std::array<std::string_view, 6> kAgentEvents{"agentBusy",     "agentLoggedOn", "agentLoggedOff",
                                                       "agentNotReady", "agentReady",    "agentWorkingAfterCall"};

class Writer {
public:
    Writer(std::string_view root, std::string_view space) : root_(root) {
        out_ += R"(<?xml version="1.0" encoding="UTF-8"?><)";
        out_.append(root).append(" xmlns=\"").append(space).append("\">");
    }
    Writer& open(std::string_view name, std::string_view attributes = {}) {
        out_.append("<").append(name).append(attributes).append(">");
        return *this;
    }
    Writer& close(std::string_view name) {
        out_.append("</").append(name).append(">");
        return *this;
    }
    Writer& leaf(std::string_view name, std::string_view text, std::string_view attributes = {}) {
        open(name, attributes);
        append_escaped(out_, text);
        return close(name);
    }
    // Avaya's private data is the last child of everything that has it.
    template <class Inner>
    Writer& extensions(std::string_view type, Inner inner) {
        const std::string name = "ns1:" + std::string(type);
        std::string attributes = " xmlns:ns1=\"" + std::string(kAvayaSpace) + "\"";
        if (type != "AvayaEvents")
            attributes += " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"" + name + "\"";
        open("extensions").open("privateData").open("private").open(name, attributes);
        inner(*this);
        return close(name).close("private").close("privateData").close("extensions");
    }
    std::string done() {
        close(root_);
        return std::move(out_);
    }

private:
    const std::string root_;
    std::string out_;
};

std::string attribute_space(std::string_view attributes, std::string_view space) {
    return std::string(attributes) + " xmlns=\"" + std::string(space) + "\"";
}

void flags(Writer& writer, std::string_view name, std::span<const std::string_view> wanted) {
    writer.open(name);
    for (const auto one : wanted)
        writer.leaf(one, "true");
    writer.close(name);
}

}  // namespace

std::string start_session(const Login& login, std::string_view old_session) {
    Writer out("StartApplicationSession", kSessionSpace);
    out.open("applicationInfo").leaf("applicationID", login.application).open("applicationSpecificInfo");
    const std::string attributes = " xmlns:ns1=\"" + std::string(kAvayaSpace) +
                                   "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
                                   " xsi:type=\"ns1:SessionLoginInfo\"";
    out.open("ns1:SessionLoginInfo", attributes)
        .leaf("ns1:userName", login.user)
        .leaf("ns1:password", login.password.reveal())
        .leaf("ns1:sessionCleanupDelay", std::to_string(login.cleanup.count()));
    if (!old_session.empty()) out.leaf("ns1:sessionID", old_session);
    out.close("ns1:SessionLoginInfo").close("applicationSpecificInfo").close("applicationInfo");
    out.open("requestedProtocolVersions");
    for (const std::string& protocol : login.protocols) {
        // "3.0" is the whole name of the oldest.
        const bool suffix = protocol.starts_with("ed");
        out.leaf("protocolVersion", suffix ? std::string(kProtocolBase) + protocol : protocol);
    }
    return out.close("requestedProtocolVersions")
        .leaf("requestedSessionDuration", std::to_string(login.duration.count()))
        .done();
}

std::string reset_timer(std::string_view session, std::chrono::seconds duration) {
    return Writer("ResetApplicationSessionTimer", kSessionSpace)
        .leaf("sessionID", session)
        .leaf("requestedSessionDuration", std::to_string(duration.count()))
        .done();
}

std::string stop_session(std::string_view session) {
    return Writer("StopApplicationSession", kSessionSpace)
        .leaf("sessionID", session)
        .open("sessionEndReason")
        .leaf("definedEndReason", "normal")
        .close("sessionEndReason")
        .done();
}

std::string_view to_string(DeviceKind kind) {
    static constexpr std::array<std::string_view, 3> kNames{"vdn", "split", "station"};
    return kNames[static_cast<std::size_t>(kind)];
}

std::string get_device_id(std::string_view switch_name, std::string_view extension) {
    return Writer("GetThirdPartyDeviceId", kAvayaSpace)
        .leaf("switchName", switch_name)
        .leaf("extension", extension)
        .leaf("deviceInstance", "0")
        .done();
}

std::string monitor_start(std::string_view device, DeviceKind kind) {
    Writer out("MonitorStart", kCstaSpace);
    out.open("monitorObject").leaf("deviceObject", device, kDeviceAttributes).close("monitorObject");
    out.open("requestedMonitorFilter");
    flags(out, "callcontrol", kCallEvents);
    if (kind != DeviceKind::Vdn) flags(out, "logicalDeviceFeature", kAgentEvents);
    out.close("requestedMonitorFilter").leaf("monitorType", kind == DeviceKind::Vdn ? "call" : "device");
    // Without it a flag means what is left out (2.7).
    return out.extensions("AvayaEvents", [](Writer& inner) { inner.leaf("ns1:invertFilter", "true"); }).done();
}

std::string session_monitor() {
    return Writer("MonitorStart", kCstaSpace)
        .open("monitorObject")
        .leaf("deviceObject", {}, R"( mediaClass="notKnown")")
        .close("monitorObject")
        .extensions("AvayaEvents",
                    [](Writer& inner) {
                        inner.leaf("ns1:invertFilter", "true")
                            .open("ns1:deviceServices")
                            .leaf("ns1:getMonitorList", "true")
                            .close("ns1:deviceServices");
                    })
        .done();
}

std::string monitor_stop(std::string_view monitor) {
    return Writer("MonitorStop", kCstaSpace).leaf("monitorCrossRefID", monitor).done();
}

std::string get_monitor_list(std::string_view session) {
    return Writer("GetMonitorList", kAvayaSpace).leaf("sessionID", session).done();
}

std::string snapshot_device(std::string_view device) {
    return Writer("SnapshotDevice", kCstaSpace)
        .leaf("snapshotObject", device, kDeviceAttributes)
        .extensions("SnapshotDevicePrivateData", [](Writer& inner) { inner.leaf("ns1:getStationStatus", "true"); })
        .done();
}

std::string snapshot_call(std::string_view call, std::string_view device) {
    return Writer("SnapshotCall", kCstaSpace)
        .open("snapshotObject")
        .leaf("callID", call)
        .leaf("deviceID", device, kDeviceAttributes)
        .close("snapshotObject")
        .done();
}

std::string get_call_linkage(std::string_view call, std::string_view device) {
    return Writer("GetCallLinkageData", kAvayaSpace)
        .open("call")
        .leaf("deviceID", device, attribute_space(kDeviceAttributes, kCstaSpace))
        .leaf("callID", call, attribute_space({}, kCstaSpace))
        .close("call")
        .done();
}

std::string get_agent_state(std::string_view device) {
    return Writer("GetAgentState", kCstaSpace).leaf("device", device, kDeviceAttributes).done();
}

std::string system_register(std::string_view switch_name) {
    static constexpr std::array<std::string_view, 9> kStatus{"initializing",     "enabled",         "normal",
                                                             "messageLost",      "disabled",        "partiallyDisabled",
                                                             "overloadImminent", "overloadReached", "overloadRelieved"};
    Writer out("SystemRegister", kCstaSpace);
    out.open("requestTypes").leaf("systemStatus", "true").close("requestTypes");
    flags(out, "requestedStatusFilter", kStatus);
    return out
        .extensions("SystemRegisterPrivateData",
                    [&](Writer& inner) { inner.leaf("ns1:invertFilter", "true").leaf("ns1:switchName", switch_name); })
        .done();
}

std::string get_time_of_day(std::string_view switch_name) {
    return Writer("GetTimeOfDay", kAvayaSpace).leaf("switchName", switch_name).done();
}

std::vector<std::string> events_refused(Element monitor_start_response, DeviceKind kind) {
    std::vector<std::string> out;
    const Element filter = monitor_start_response.child("actualMonitorFilter");
    if (!filter) return out;
    const auto look = [&](std::string_view group, std::span<const std::string_view> wanted) {
        const Element flags = filter.child(group);
        for (const auto name : wanted) {
            if (flags.child(name).text() != "true") out.emplace_back(name);
        }
    };
    look("callcontrol", kCallEvents);
    if (kind != DeviceKind::Vdn) look("logicalDeviceFeature", kAgentEvents);
    return out;
}

}  // namespace tandem::avaya_dmcc
