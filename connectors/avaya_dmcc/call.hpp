// What is known about one call while it is put together: the members of its record (RECORD.md) and what assembly needs
// besides, which the record holds too, so that another run can go on. Values only; what happens to them is in
// call_legs.hpp, call_events.hpp and call_merge.hpp.
#pragma once

#include "core/base/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya_dmcc {

using Millis = std::chrono::milliseconds;

// What a call may have; what comes later is left out, and the record says of the timeline how much that was.
inline constexpr std::size_t kMaxLegs = 64;
inline constexpr std::size_t kMaxParts = 16;
inline constexpr std::size_t kMaxIds = 32;  // UCIDs, call ids, ids of calls that were joined, each
inline constexpr std::size_t kMaxQueues = 32;
inline constexpr std::size_t kMaxChanges = 32;  // transfers, conferences, gaps, each
inline constexpr std::size_t kMaxMoments = 200;

enum class Direction : std::uint8_t { Unknown, Inbound, Outbound, Internal };
enum class Role : std::uint8_t { Agent, Recorder, Observer, External };
enum class LegState : std::uint8_t { Alerting, Dialing, Connected, Held, Ended };
enum class Outcome : std::uint8_t {
    None,
    Answered,
    Missed,
    Busy,
    Failed,
    Transferred,
    Conferenced,
    Consulted,
    Unknown
};

// What the customer does; each kind is summed up.
enum class Phase : std::uint8_t { None, Menu, Queue, Ring, Talk, Hold };

// A party of the call other than the customer, from its first sign to its end. One that comes back has another leg.
struct Leg {
    std::string station;  // its number; of an outside party that has none the connection's device
    Role role = Role::Agent;
    LegState state = LegState::Alerting;
    std::string agent;  // login id
    std::optional<Instant> alerted_at, answered_at, customer_from, ended_at;
    Millis hold{}, talk{}, consult{}, wrap{};
    Outcome outcome = Outcome::None;
    bool joined = false;      // by a conference
    bool consulting = false;  // on a consultation call, the customer does not hear it
    bool start_uncertain = false, end_uncertain = false;

    std::string call;    // the switch's id of the call that it is a party of
    std::string device;  // of an outside party: its connection
    std::optional<Instant> held_since, wrap_since;

    bool open() const { return state != LegState::Ended; }
    bool talks() const { return state == LegState::Connected || state == LegState::Held; }
};

struct QueueVisit {
    std::string number;
    std::optional<Instant> entered_at, left_at;
    std::optional<std::uint32_t> position;  // calls in front
};

struct Transfer {
    std::optional<Instant> at;
    std::string kind;  // consult, blind, single_step
    std::string from, to;
};

struct Conference {
    std::optional<Instant> at;
    std::string by, added;
};

struct Gap {
    std::optional<Instant> from, to;  // without `to`: it lasts
};

// An entry of the timeline.
struct Moment {
    std::optional<Instant> at;
    std::string type, party, cause;
};

// One call of the switch that belongs to this call now.
struct Part {
    std::string call;
    std::string ucid;
    bool consult = false;
    std::string by;  // who consults
    std::optional<Instant> cleared_at;
};

struct Durations {
    Millis menu{}, queue{}, ring{}, talk{}, hold{}, wrap{};
};

struct Call {
    std::string id;
    bool weak_id = false;
    std::vector<std::string> other_ids;  // weak ones of records that turned out to be this call
    std::vector<std::string> ucids, call_ids;
    std::int64_t revision = 0;
    std::string switch_name;
    Direction direction = Direction::Unknown;
    bool video = false;
    std::string ani, dnis, entry_vdn, trunk, collected_digits, lookahead_vdn, uui;
    bool ani_restricted = false;
    std::vector<QueueVisit> queues;
    std::optional<Instant> started_at, queued_at, alerted_at, answered_at, ended_at;
    Durations durations;
    std::string end_reason, end_cause;
    std::vector<Leg> legs;
    std::vector<Transfer> transfers;
    std::vector<Conference> conferences;
    std::vector<Gap> gaps;
    bool start_uncertain = false, end_uncertain = false, gave_way = false;
    std::vector<Moment> timeline;
    std::uint32_t timeline_omitted = 0;

    std::optional<Instant> updated_at;  // of the last event that told something new
    std::vector<Part> parts;
    std::vector<std::string> followers;  // VDNs whose monitors follow this call to its end
    bool in_menu = false;                // at a VDN
    bool far_alerting = false;           // an outside party that was called
    std::string customer_device;
    std::optional<Instant> customer_gone;
    Phase left_in = Phase::None;  // where the customer was then
    std::string failure;          // the vendor's cause of FailedEvent
    Phase phase = Phase::None;
    std::optional<Instant> phase_since;
    Phase phase_before = Phase::None;  // until phase_ended
    std::optional<Instant> phase_ended;
    // The call has ended at `end_at` unless something is heard of it before `end_due`.
    std::optional<Instant> end_due, end_at;
    bool end_doubtful = false;  // it may have gone on where nobody listens
    bool end_inferred = false;  // nobody told of the end: neither the customer's leaving nor CallCleared
    bool forgotten = false;     // not of the record: what comes now finds another call

    bool ended() const { return ended_at.has_value(); }
    bool followed() const { return !followers.empty(); }
    bool in_gap() const { return !gaps.empty() && !gaps.back().to; }
};

}  // namespace tandem::avaya_dmcc
