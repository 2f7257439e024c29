// The requests of DMCC, written with the namespaces and the order of children of Avaya's schema (vendors/avaya.md 2.3
// to 2.12), and what their answers say besides calls (those: event.hpp), read by local names. Pure.
#pragma once

#include "connectors/avaya_dmcc/xml.hpp"
#include "core/base/error.hpp"
#include "core/base/secret.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya_dmcc {

inline constexpr std::string_view kProtocolBase = "http://www.ecma-international.org/standards/ecma-323/csta/";

struct Login {
    std::string application = "tandem";
    std::string user;
    Secret password;
    std::chrono::seconds cleanup{60};    // how long AES keeps a session without its connection
    std::chrono::seconds duration{180};  // of the session's timer
    std::vector<std::string> protocols;  // newest first: what follows kProtocolBase, or the whole of one
};

// Holds the password: never log it. `old_session`: the session to claim, empty for a new one.
std::string start_session(const Login& login, std::string_view old_session);
std::string reset_timer(std::string_view session, std::chrono::seconds duration);
std::string stop_session(std::string_view session);

enum class DeviceKind : std::uint8_t { Vdn, Group, Station };
std::string_view to_string(DeviceKind kind);  // "vdn", "split", "station"

std::string get_device_id(std::string_view switch_name, std::string_view extension);
// Of a VDN a call-type monitor, which follows each call to its end; of others a device-type one.
std::string monitor_start(std::string_view device, DeviceKind kind);
// For the events that bring the answer to get_monitor_list(); it belongs to no device.
std::string session_monitor();
std::string monitor_stop(std::string_view monitor);
std::string get_monitor_list(std::string_view session);
std::string snapshot_device(std::string_view device);
std::string snapshot_call(std::string_view call, std::string_view device);
std::string get_call_linkage(std::string_view call, std::string_view device);
std::string get_agent_state(std::string_view device);
// The state of the AES' link to the switch, told from then on.
std::string system_register(std::string_view switch_name);
std::string get_time_of_day(std::string_view switch_name);

// 2.10. What is said of a request that was refused.
enum class Category : std::uint8_t {
    Operation,
    State,
    SystemResource,
    SubscribedResource,
    Performance,
    Security,
    PrivateData,
    PrivateCode,
    Unspecified,
};
std::string_view to_string(Category category);  // labels a counter: "operation"

struct CstaError {
    Category category = Category::Unspecified;
    std::string value;    // the vendor's word; cut to 200 octets
    std::string message;  // of a CSTAException; cut to 200 octets
};
// nullopt: no error. Also within a CSTAException.
std::optional<CstaError> read_error(Element root);

enum class Retry : std::uint8_t {
    Never,    // the same request gives the same answer
    Once,     // AES says nothing about the reason
    BackOff,  // a resource is busy
    Slower,   // too much was asked
    Licence,  // a licence is used up: an alarm, asked again rarely
};
Retry retry_of(const CstaError& error);
// "operation: invalidDeviceID", with the kind that fits and the vendor's word as code.
Error to_error(const CstaError& error);

// StartApplicationSessionNegResponse, and of a timer that was not reset. Auth: credentials, or a reason that AES does
// not explain; Config: none of the protocols; Throttled: AES is busy or full.
struct SessionRefusal {
    Error error;
    bool session_unknown = false;  // may be about the old session: worth an attempt without it
};
SessionRefusal read_refusal(Element root);

// Which monitors a session has: one part of the answer to get_monitor_list().
struct MonitorList {
    struct Row {
        std::string device, monitor;
    };
    std::vector<Row> rows;
    bool last = true;
};
MonitorList read_monitor_list(Element root);

// Names of the events that were asked for and are not in the filter that AES has set; empty if it tells none.
std::vector<std::string> events_refused(Element monitor_start_response, DeviceKind kind);

// What a SystemStatus or link event says about the way to a switch; nullopt: nothing.
struct LinkReport {
    std::string switch_name;  // empty: not said
    bool up = false;
    std::string word;  // tlinkDown …
};
std::optional<LinkReport> read_link_report(Element root);

// How far the switch's clock is from `now`, of which it tells the time of day without a zone: between -7.5 and +7.5
// minutes, as zones differ by quarters of an hour. nullopt: unreadable.
std::optional<std::chrono::seconds> clock_skew(Element root, std::chrono::sys_seconds now);

}  // namespace tandem::avaya_dmcc
