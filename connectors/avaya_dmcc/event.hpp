// What AES tells about calls and agents, as values: CSTA call control events (ECMA-323 ed. 3 with Avaya's private data;
// vendors/avaya.md 2.8), agent events (2.11) and snapshots (2.9), read from XML by local names. Nothing here carries a
// time of the vendor's: `at` is when the frame's last octet came. Pure. Texts are cut to the limits below, numbers of
// devices that exceed theirs are Corrupt.
//
// The session adds what it knows about the monitor: `switch_name`, `monitored`, `follows_call`.
#pragma once

#include "connectors/avaya/device.hpp"
#include "connectors/avaya_dmcc/xml.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tandem::avaya_dmcc {

inline constexpr std::size_t kMaxDeviceText = 128;
inline constexpr std::size_t kMaxWord = 64;         // causes, call ids, codes
inline constexpr std::size_t kMaxUui = 4096;        // hexadecimal digits
inline constexpr std::size_t kMaxDigits = 128;      // digits that a caller entered
inline constexpr std::size_t kMaxConnections = 64;  // of a list

using avaya::Device;

enum class CallEventKind : std::uint8_t {
    ServiceInitiated,
    Originated,
    NetworkReached,
    Offered,
    Queued,
    Delivered,
    Established,
    Held,
    Retrieved,
    Diverted,
    Failed,
    ConnectionCleared,
    CallCleared,
    Transferred,
    Conferenced,
    Bridged,
    CallInformation,
    EnteredDigits,
};
std::string_view to_string(CallEventKind kind);  // "delivered"

// A device as an event names it: the choice of ECMA-323.
struct Subject {
    enum class Known : std::uint8_t {
        Absent,      // the element is not there
        Number,      // deviceIdentifier, numberDialed
        NotKnown,    // also notRequired, notSpecified
        Restricted,  // the number is withheld
    };
    Known known = Known::Absent;
    Device device;

    bool is_number() const { return known == Known::Number; }
    bool operator==(const Subject&) const = default;
};

// callID is unique within one switch at one time only and is used again; "" if absent or 0, which means unknown.
struct Connection {
    std::string call;
    Device device;
    bool operator==(const Connection&) const = default;
};

enum class LocalState : std::uint8_t { None, Initiated, Alerting, Connected, Hold, Queued, Fail, Unknown };

// One row of transferredConnections or conferenceConnections.
struct ConnectionChange {
    Connection now, before;
    Subject endpoint;
    LocalState state = LocalState::None;
    bool operator==(const ConnectionChange&) const = default;
};

// originalCallInfo: of the call from which this one came by consultation, conference or transfer.
struct OriginalCall {
    std::string reason;  // the vendor's number
    Subject calling, called;
    std::string trunk_group, trunk_member;
    std::string ucid;  // valid or empty
    std::string uui;   // hexadecimal, as received
    std::string entered_digits;
    Device lookahead_vdn;
    bool operator==(const OriginalCall&) const = default;
};

// Avaya's private data of any event; what an event does not have is empty.
struct PrivateData {
    std::string trunk_group, trunk_member;
    Device acd_group;
    Device distributing_vdn;
    Device distributing_device;
    std::string entered_digits;
    Device collect_vdn;
    Device lookahead_vdn;       // lookAheadInfo/sourceVDN
    std::string channel_type;   // VOICE, VIDEO, UNKNOWN
    std::string logical_agent;  // OriginatedEvent: login id
    std::string reason;         // of Established: how the answer was detected; of CallCleared
    std::optional<OriginalCall> original;
    bool operator==(const PrivateData&) const = default;
};

struct CallEvent {
    CallEventKind kind = CallEventKind::Delivered;
    std::string monitor;        // monitorCrossRefID
    std::string switch_name;    // of the first device that names one; the session replaces it by its monitor's
    std::string monitored;      // number of the device that is monitored; set by the session
    bool follows_call = false;  // a call-type monitor (VDN): CallCleared will come; set by the session
    Instant at;

    Connection connection;  // the subject; of a transfer or conference empty
    Connection primary_old, secondary_old;
    std::vector<ConnectionChange> connections;
    Subject subject;  // queue, alerting, answering, holding, releasing, transferring … device
    Subject target;   // newDestination, transferredToDevice, addedParty
    Subject calling, called, last_redirection;
    LocalState local = LocalState::None;
    std::string cause;     // the vendor's word
    std::string ucid;      // valid or empty; of a transfer or conference that of the resulting call
    std::string old_ucid;  // valid or empty
    std::string uui;       // hexadecimal digits as received; "" if not hexadecimal
    std::optional<std::uint32_t> number_queued, calls_in_front;
    std::string digits;  // EnteredDigitsEvent
    PrivateData extra;
};

enum class AgentState : std::uint8_t { Unknown, LoggedOn, LoggedOff, Ready, NotReady, Busy, WorkingAfterCall };
std::string_view to_string(AgentState state);

// An agent event, or a row of a GetAgentState answer (`polled`). A password in it is never read.
struct AgentEvent {
    AgentState state = AgentState::Unknown;
    bool polled = false;
    std::string monitor;
    std::string switch_name;
    Instant at;
    Device station;
    std::string agent;  // login id
    Device acd_group;
    std::string reason_code;
    AgentState pending = AgentState::Unknown;
};

using Event = std::variant<CallEvent, AgentEvent>;

// nullopt: no event of calls or agents (to be counted). Failure: Corrupt, with the path of the element that is missing
// or wrong.
Result<std::optional<Event>> read_event(Element root, Instant at);

// The rows of a GetAgentStateResponse that was asked for `station`.
std::vector<AgentEvent> read_agent_states(Element root, const Device& station, Instant at);

struct PartyState {
    Connection connection;
    Subject device;
    LocalState state = LocalState::None;
};

// SnapshotDeviceResponse, or one SnapshotDeviceData where the answer was only `cross_reference`.
struct DeviceSnapshot {
    std::string switch_name;
    Device device;  // that was asked for
    Instant at;
    std::string cross_reference;    // not empty: rows come in SnapshotDeviceData of this reference
    bool last = true;               // of a SnapshotDeviceData: no more follow
    std::vector<PartyState> calls;  // of which the device is a party; none: it has no call
};
Result<DeviceSnapshot> read_device_snapshot(Element root, const Device& asked, Instant at);

struct CallSnapshot {
    std::string switch_name;
    Connection asked;
    Instant at;
    bool gone = false;  // the session sets it when the answer was that there is no such call
    std::vector<PartyState> parties;
    Subject calling, called;
    std::string ucid;
};
Result<CallSnapshot> read_call_snapshot(Element root, const Connection& asked, Instant at);

// GetCallLinkageDataResponse: the UCID that OriginatedEvent lacks; "" if the switch does not have one.
std::string read_call_linkage(Element root);

}  // namespace tandem::avaya_dmcc
