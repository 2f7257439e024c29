// What Calls is made of. Private to calls*.cpp.
#pragma once

#include "connectors/avaya_dmcc/agents.hpp"
#include "connectors/avaya_dmcc/call_copies.hpp"
#include "connectors/avaya_dmcc/call_table.hpp"
#include "connectors/avaya_dmcc/calls.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tandem::avaya_dmcc {

struct Calls::State {
    Plan plan;
    CallLimits limits;
    CallTable table;
    CallCopies copies;
    Agents agents;
    CallCounters counters;
    // Only while records are restored, which come in any order: revision of the last record, by id.
    std::unordered_map<std::string, std::int64_t> closed;

    // calls.cpp
    // After something happened to a call: who its agents are, what its customer does, its names; its record, if it
    // tells anything new.
    void touch(CallEntry& entry, Instant at, CallRecords& records);
    void expire(Instant now, CallRecords& records);
    std::optional<Instant> due_of(const CallEntry& entry) const;
    void emit(CallEntry& entry, Instant at, CallRecords& records);
    void make_room(CallRecords& records);
    void forget(CallEntry& entry, Instant now, CallRecords& records);
    void end_in_doubt(CallEntry& entry, Instant ended, Instant now, CallRecords& records);
    void take_one(const CallEvent& event, CallRecords& records);
    void take_merger(const CallEvent& event, CallRecords& records);
    void take_wrap(const AgentEvent& event, CallRecords& records);

    // calls_locate.cpp
    // The call of an event, made where it is the first sign of one; null: there is none, or the event only ends it.
    CallEntry* locate(const CallEvent& event, CallRecords& records);
    CallEntry* locate_merger(const CallEvent& event, CallRecords& records);
    CallEntry* known(const CallEvent& event, CallRecords& records);
    CallEntry* consulted(const CallEvent& event);
    CallEntry* tie_consultation(CallEntry& entry, const CallEvent& event, CallRecords& records);
    CallEntry& create(const CallEvent& event);
    CallEntry& join(CallEntry& a, CallEntry& b, Instant at, CallRecords& records);

    // calls_recovery.cpp
    CallEntry* locate(const CallSnapshot& snapshot, CallRecords& records);
    void confirm(CallEntry& entry, const CallSnapshot& snapshot);
    // `known`: when the call was last heard of for certain.
    void settle_recovery(CallEntry& entry, Instant known, Instant at, CallRecords& records);

    // calls_unwatched.cpp
    bool is_unwatched(const CallEntry& entry) const;
    void doubt_unwatched(CallEntry& entry, Instant at) const;
    void doubt_end(Call& call, Instant at) const;
    void looked_at(CallEntry& entry, const CallSnapshot& snapshot, CallRecords& records);
};

// Whether a part has another UCID now: its number was given to another call.
bool is_used_again(const CallEntry& entry, std::string_view call, std::string_view ucid);
bool same_switch(const Call& call, std::string_view switch_name);

}  // namespace tandem::avaya_dmcc
