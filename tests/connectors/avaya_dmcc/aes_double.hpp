// An AES for tests of the client: answers what it is asked, tells what it was given to tell, and closes the connection
// after any message. Its connections are served one after another, each on a thread of its peer.
#pragma once

#include "connectors/avaya_dmcc/xml.hpp"
#include "tests/connectors/avaya_dmcc/support.hpp"
#include "tests/support/scripted_peer.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tandem::avaya_dmcc::test {

class AesDouble {
public:
    using Answer = std::function<std::string(Element)>;

    // Before the first connection. The answer to a kind of request instead of the usual one; "" for none.
    void on(const std::string& root, Answer answer) { answers_[root] = std::move(answer); }
    // What is told, in this order, once the question for the clock is answered: the last of a beginning.
    void tell(std::vector<std::string> events) { events_ = std::move(events); }
    // The connection is closed after so many messages of ours.
    void cut_after(std::size_t messages) { cut_after_ = messages; }
    void monitor(const std::string& extension, const std::string& reference) { known_[extension] = reference; }
    void forget_sessions() {
        const std::lock_guard lock(mutex_);
        session_.clear();
    }

    int duration = 180;
    bool silent = false;  // after the login nothing is answered

    // Serves one connection until the client leaves or it is to be cut.
    void serve(tandem::test::PeerConnection& peer) {
        Conversation here{.peer = peer};
        while (!here.over) {
            const auto header = peer.take(kFrameHeader);
            if (!header) return;
            const auto size = static_cast<std::size_t>(static_cast<unsigned char>((*header)[2])) << 8 |
                              static_cast<unsigned char>((*header)[3]);
            const auto xml = peer.take(size - kFrameHeader);
            if (!xml) return;
            request(here, header->substr(4, 4), *xml);
        }
    }
    tandem::test::ScriptedPeer::Script script() {
        return [this](tandem::test::PeerConnection& peer) { serve(peer); };
    }
    // The connection after which the client stays is the last one that is needed.
    std::vector<tandem::test::ScriptedPeer::Script> scripts(std::size_t connections) {
        return std::vector<tandem::test::ScriptedPeer::Script>(connections, script());
    }

    // Roots of what was asked, over all connections.
    std::vector<std::string> asked() const {
        const std::lock_guard lock(mutex_);
        return asked_;
    }
    std::size_t times(const std::string& root) const {
        const auto all = asked();
        return static_cast<std::size_t>(std::count(all.begin(), all.end(), root));
    }
    std::string last(const std::string& root) const {
        const std::lock_guard lock(mutex_);
        const auto found = last_.find(root);
        return found == last_.end() ? std::string() : found->second;
    }
    std::size_t sent() const { return sent_; }
    bool told_all() const {
        const std::lock_guard lock(mutex_);
        return told_ == events_.size();
    }

private:
    struct Conversation {
        tandem::test::PeerConnection& peer;
        bool over = false;
    };

    void send(Conversation& here, std::string_view invoke_id, std::string_view xml) {
        if (here.over) return;
        if (!here.peer.send(frame(invoke_id, xml))) here.over = true;
        if (++sent_ == cut_after_) here.over = true;
    }
    void request(Conversation& here, const std::string& invoke_id, const std::string& xml) {
        const auto document = Document::parse(xml);
        if (!document) throw std::runtime_error("no XML: " + xml);
        const Element root = document->root();
        std::string name(root.name());
        const bool of_session = name == "MonitorStart" && root.at("monitorObject", "deviceObject").text().empty();
        if (of_session) name = "SessionMonitor";
        {
            const std::lock_guard lock(mutex_);
            asked_.push_back(name);
            last_[name] = xml;
        }
        if (silent && name != "StartApplicationSession") return;
        const auto own = answers_.find(name);
        const std::string session_monitor =
            "<MonitorStartResponse><monitorCrossRefID>0</monitorCrossRefID></MonitorStartResponse>";
        const std::string answer = of_session              ? session_monitor
                                   : own != answers_.end() ? own->second(root)
                                                           : usual(root);
        if (!answer.empty()) send(here, invoke_id, answer);
        if (name == "GetMonitorList") send(here, "9999", list());
        if (name == "GetTimeOfDay") tell_all(here);
        if (name == "StopApplicationSession") here.over = true;
    }
    void tell_all(Conversation& here) {
        while (!here.over && !told_all()) {
            const std::string event = events_[told_];
            {
                const std::lock_guard lock(mutex_);
                ++told_;
                follow(event);
            }
            send(here, "9999", event);
        }
    }
    // Which call is at which station, so that snapshots tell the truth.
    void follow(const std::string& event) {
        const auto document = Document::parse(event);
        if (!document) return;
        const Element root = document->root();
        const std::string_view name = root.name();
        for (Element child = root.first(); child; child = child.next()) {
            const std::string_view call = child.child("callID").text();
            if (!call.empty()) alive_ = name == "CallClearedEvent" ? "" : std::string(call);
        }
        const Element here = root.child(name == "DeliveredEvent" ? "connection" : "establishedConnection");
        if (here) {
            calls_[extension_of(here.child("deviceID").text())] = alive_;
            ucid_ = std::string(
                root.at("callLinkageData", "globalCallData", "globalCallLinkageID", "globallyUniqueCallLinkageID")
                    .text());
        }
        if (name == "ConnectionClearedEvent")
            calls_.erase(extension_of(root.at("droppedConnection", "deviceID").text()));
        if (name == "CallClearedEvent") calls_.clear();
    }
    static std::string extension_of(std::string_view device) { return std::string(device.substr(0, device.find(':'))); }

    std::string usual(Element root) {
        const std::string_view name = root.name();
        if (name == "StartApplicationSession") return start(root);
        if (name == "ResetApplicationSessionTimer")
            return "<ResetApplicationSessionTimerPosResponse><actualSessionDuration>" + std::to_string(duration) +
                   "</actualSessionDuration></ResetApplicationSessionTimerPosResponse>";
        if (name == "StopApplicationSession") return "<StopApplicationSessionPosResponse/>";
        if (name == "GetThirdPartyDeviceId")
            return "<GetThirdPartyDeviceIdResponse><device>" + std::string(root.child("extension").text()) +
                   ":CM1:10.20.0.5:0</device></GetThirdPartyDeviceIdResponse>";
        if (name == "MonitorStart") return monitor_start(root);
        if (name == "SnapshotDevice") return snapshot_device(root.child("snapshotObject").text());
        if (name == "SnapshotCall") return snapshot_call(root.at("snapshotObject", "callID").text());
        return "<" + std::string(name) + "Response/>";
    }
    std::string start(Element root) {
        const std::string_view old =
            root.at("applicationInfo", "applicationSpecificInfo", "SessionLoginInfo", "sessionID").text();
        const std::lock_guard lock(mutex_);
        if (!old.empty() && old != session_)
            return "<StartApplicationSessionNegResponse><errorCode><applError>Invalid session ID</applError>"
                   "</errorCode></StartApplicationSessionNegResponse>";
        if (old.empty()) {
            session_ = "SESSION-" + std::to_string(++sessions_);
            up_.clear();
        }
        return "<StartApplicationSessionPosResponse><sessionID>" + session_ +
               "</sessionID><actualProtocolVersion>x/ed3/privA</actualProtocolVersion><actualSessionDuration>" +
               std::to_string(duration) + "</actualSessionDuration></StartApplicationSessionPosResponse>";
    }
    std::string monitor_start(Element root) {
        const std::string_view device = root.at("monitorObject", "deviceObject").text();
        const std::string extension(device.substr(0, device.find(':')));
        const std::lock_guard lock(mutex_);
        auto& reference = known_[extension];
        if (reference.empty()) reference = "9" + extension;
        up_[std::string(device)] = reference;
        return "<MonitorStartResponse><monitorCrossRefID>" + reference + "</monitorCrossRefID></MonitorStartResponse>";
    }
    std::string list() {
        const std::lock_guard lock(mutex_);
        std::string rows;
        for (const auto& [device, reference] : up_)
            rows += "<monitorObjectData><monitorObject><deviceObject>" + device +
                    "</deviceObject></monitorObject><MonitorStartResponse><monitorCrossRefID>" + reference +
                    "</monitorCrossRefID></MonitorStartResponse></monitorObjectData>";
        return "<GetMonitorListEvent><isFinalResponse>true</isFinalResponse><monitorObjectDataList>" + rows +
               "</monitorObjectDataList></GetMonitorListEvent>";
    }
    std::string snapshot_device(std::string_view device) {
        const std::string extension(device.substr(0, device.find(':')));
        const std::lock_guard lock(mutex_);
        const auto call = calls_.find(extension);
        std::string row;
        if (call != calls_.end())
            row = "<snapshotDeviceResponseInfo><connectionIdentifier><callID>" + call->second + "</callID><deviceID>" +
                  std::string(device) +
                  "</deviceID></connectionIdentifier><localCallState><compoundCallState><localConnectionState>connected"
                  "</localConnectionState></compoundCallState></localCallState></snapshotDeviceResponseInfo>";
        return "<SnapshotDeviceResponse><crossRefIDorSnapshotData><snapshotData>" + row +
               "</snapshotData></crossRefIDorSnapshotData></SnapshotDeviceResponse>";
    }
    std::string snapshot_call(std::string_view call) {
        const std::lock_guard lock(mutex_);
        std::string rows;
        for (const auto& [extension, id] : calls_) {
            if (id != call) continue;
            const std::string device = extension + ":CM1:10.20.0.5:0";
            rows += "<snapshotCallResponseInfo><deviceOnCall><deviceIdentifier>" + device +
                    "</deviceIdentifier></deviceOnCall><callIdentifier><callID>" + id + "</callID><deviceID>" + device +
                    "</deviceID></callIdentifier><localConnectionInfo>connected</localConnectionInfo>"
                    "</snapshotCallResponseInfo>";
        }
        if (rows.empty())
            return "<CSTAErrorCode><stateIncompatibility>noActiveCall</stateIncompatibility></CSTAErrorCode>";
        return "<SnapshotCallResponse><crossRefIDorSnapshotData><snapshotData>" + rows +
               "</snapshotData></crossRefIDorSnapshotData><callLinkageData><globalCallData><globalCallLinkageID>"
               "<globallyUniqueCallLinkageID>" +
               ucid_ +
               "</globallyUniqueCallLinkageID></globalCallLinkageID></globalCallData></callLinkageData>"
               "</SnapshotCallResponse>";
    }

    mutable std::mutex mutex_;
    std::map<std::string, Answer> answers_;
    std::vector<std::string> events_;
    std::size_t told_ = 0;
    std::atomic<std::size_t> sent_{0};
    std::size_t cut_after_ = 0;
    std::vector<std::string> asked_;
    std::map<std::string, std::string> last_;
    std::string session_;
    int sessions_ = 0;
    std::map<std::string, std::string> known_;  // references by extension
    std::map<std::string, std::string> up_;     // references by device
    std::map<std::string, std::string> calls_;  // by extension
    std::string alive_;                         // the call that goes on
    std::string ucid_;
};

}  // namespace tandem::avaya_dmcc::test
