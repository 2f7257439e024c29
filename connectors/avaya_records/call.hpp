// A call as its records tell it: what assembly hands on, and the JSON document that packs read (README.md lists its
// members). Pure.
#pragma once

#include "connectors/avaya/meeting.hpp"
#include "core/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::avaya_records {

inline constexpr std::string_view kCallType = "application/vnd.tandem.call-records+json";
inline constexpr std::string_view kMasked = "***";

using Seconds = std::chrono::seconds;
using Facts = std::vector<std::pair<std::string_view, std::string>>;  // names are constant texts

// One stay of the call somewhere: at a station, in a mailbox, in a conference, on a line.
struct Leg {
    std::string call_id{};
    std::string role{};  // agent, consult, voicemail, conference, line, ringing, other
    std::string station{};
    std::string name{};
    std::string peer{};  // the station at the other end of an internal call
    std::string peer_name{};
    Instant started_at{};
    Instant ended_at{};
    std::optional<Instant> answered_at{};
    std::optional<Seconds> ring{}, talk{}, hold{}, park{};
    Facts facts{};
};

struct Transfer {
    Instant at{};
    std::string kind;  // consult, blind, park
    std::string from, to;
};

// By time; those of one moment in an order that does not depend on how they came.
void sort(std::vector<Leg>& legs);

struct Call {
    std::string id;
    std::string ucid;  // empty: `id` is our own
    std::vector<std::string> aliases{};
    std::uint64_t revision = 0;
    std::size_t records = 0;
    std::string direction;   // inbound, outbound, internal, unknown
    std::string state;       // active, closed
    std::string outcome;     // answered, voicemail, abandoned, no_answer, busy, failed
    std::string end_reason;  // a word of docs/schema.md; empty while it goes on
    std::string ani, ani_host, dnis, called, vdn, trunk, account, auth_code;
    Instant started_at{};
    Instant ended_at{};
    std::optional<Instant> answered_at{};
    std::string started_local;
    Seconds precision{1};
    bool uncertain = false;   // a local time that the clocks repeated
    bool incomplete = false;  // records that were announced did not come
    std::optional<Seconds> ring{}, talk{}, hold{}, park{}, consult{};
    std::vector<Leg> legs{};
    std::vector<Transfer> transfers{};
    std::vector<std::string> call_ids{};
    Facts facts{};
};

// By what a record finds the call that was seen live without its UCID: under the number that was called, and each
// station that answered. None before the call is closed, or of a call inside.
std::vector<avaya::Meeting> meetings(const Call& call);

std::string to_json(const Call& call);

}  // namespace tandem::avaya_records
