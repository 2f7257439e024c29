// Stories of calls for tests: what AES tells, step by step with a clock of their own, from cases/*.txt (README there is
// the head of this file) or from transcripts of the fixtures, and what becomes of them.
//
// A case is lines; '#' begins a comment. Times are seconds from the beginning of the story.
//   plan stations=5001,5002 vdns=7100 queues=7200 recorders=9901
//   monitor 101 7100 call                    a call-type monitor; without "call" it is one of a device
//   10.0 101,103 delivered call=1 device=5001 calling=4930123456 ucid=…   the same event from both monitors
//   92 linkage call=2 ucid=…                 the answer to GetCallLinkageData
//   60 link_lost   75 link_restored   75 unfollow (VDNs got new monitors)   76 snapshots_done   90 expire
//   75.5 device 5001 call=1:connected        SnapshotDevice; 75.8 snapshot 1 ucid=… party=5001:connected gone=true
//   200 103 agent working_after_call station=5001 agent=33001
// An event's words: call, device (the connection's), subject, target, calling, called (a number, "restricted",
// "unknown"), cause, ucid, old_ucid, uui, trunk, acd, vdn, digits, agent, queued (numbers in front), state, old, old2
// (call ids), list=new/device/old,… and of the original call: origin (UCID), origin_calling, origin_called.
#pragma once

#include "connectors/avaya_dmcc/calls.hpp"

#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tandem::avaya_dmcc::testing {

inline constexpr std::string_view kSwitch = "CM1";

struct Linkage {
    std::string call, ucid;
};
enum class Signal { LinkLost, LinkRestored, Unfollow, SnapshotsDone, Expire };
using What = std::variant<CallEvent, AgentEvent, DeviceSnapshot, CallSnapshot, Linkage, Signal>;

struct Step {
    Instant at;
    What what;
};

struct Story {
    std::string name;
    Plan plan;
    std::vector<Step> steps;
    std::size_t unread = 0;   // events that are none of ours
    std::size_t corrupt = 0;  // messages that cannot be read
};

Instant at_second(double seconds);

Story read_case(const std::filesystem::path& file);
// Messages of the server; `lost` is when the connection was, which the transcript does not tell (0: it was not).
Story read_transcript(const std::filesystem::path& file, double lost = 0);
std::vector<Story> all_cases();

CallRecords feed(Calls& calls, const Step& step);

// The latest record of each id, without what differs from run to run: revision, updated_at, open, assembly, the order
// of moments of one instant. Times are seconds of the story. Records of calls that were joined to others are left out.
using Outcomes = std::map<std::string, std::string>;
Outcomes run(const Story& story);
void keep(Outcomes& latest, const CallRecords& records);
Outcomes finals(const Outcomes& latest);
std::string normal_form(std::string_view record);
std::string pretty(const Outcomes& outcomes);
// Everything that is still due.
void drain(Calls& calls, Outcomes& latest, Instant from);

// Copies of one event, in groups; each has at least one.
std::vector<std::vector<std::size_t>> copies_of(const Story& story);
// Events of one instant in another order, those of one monitor among themselves in theirs.
Story shuffled(const Story& story, std::mt19937& random);
// Of each event only one copy.
Story thinned(const Story& story, std::mt19937& random);
// The same story with other calls, stations and monitors, beginning later: every number gets this suffix.
Story renamed(const Story& story, int suffix, double later);

}  // namespace tandem::avaya_dmcc::testing
