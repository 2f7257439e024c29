// Events of many calls -> one record per call, and a new revision of it with every event that tells something new
// (vendors/avaya.md 3; the record is described in RECORD.md). Pure: time comes with the events and with expire(). One
// thread. What it holds is bounded (CallLimits); what gives way is handed out as ended, with its mark.
//
// One call here is one contact with a customer: it keeps its identity when the switch gives it another call id and UCID
// (transfer, conference), and a consultation belongs to it from its beginning. The same event comes once from every
// monitor that sees it; a copy makes no revision.
#pragma once

#include "connectors/avaya_dmcc/event.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace tandem::avaya_dmcc {

// What the instance's configuration says about numbers.
struct Plan {
    std::unordered_set<std::string> stations, vdns, queues, recorders;
    std::size_t extension_length = 7;  // a number of other origin with no more digits is one of the switch's own
};

struct CallLimits {
    std::size_t calls = 20'000;                // open and remembered
    std::chrono::seconds quiet{12 * 3'600};    // an open call that nothing was heard of for so long has ended
    std::chrono::seconds remember{20};         // an ended call, for what comes late
    std::chrono::seconds remember_doubt{600};  // an ended call whose end is uncertain
};

struct CallRecord {
    std::string id;
    std::int64_t revision = 0;  // grows with every record of this id, over restarts too
    bool open = true;           // the assembly will need it: restore() it after a restart
    std::string json;
};
using CallRecords = std::vector<CallRecord>;

// For metrics; they only grow, but `open`.
struct CallCounters {
    std::size_t open = 0;
    std::uint64_t copies = 0;     // of an event that was known from another monitor
    std::uint64_t strangers = 0;  // ends of calls that were never seen
    std::uint64_t gave_way = 0;   // ended because of the limit
    std::uint64_t uncertain = 0;  // ended with end_uncertain
};

class Calls {
public:
    explicit Calls(Plan plan, CallLimits limits = {});
    ~Calls();
    Calls(const Calls&) = delete;
    Calls& operator=(const Calls&) = delete;

    CallRecords take(const CallEvent& event);
    CallRecords take(const AgentEvent& event);
    // The answer to GetCallLinkageData about `call`.
    CallRecords take_linkage(std::string_view switch_name, std::string_view call, std::string_view ucid, Instant at);
    // A call of this switch whose UCID is to be asked for with GetCallLinkageData.
    bool lacks_ucid(std::string_view switch_name, std::string_view call) const;

    // Recovery (vendors/avaya.md 2.13), in this order: link_lost when the last octet came (for restored calls their
    // last record counts, whatever is earlier), link_restored, snapshots of every monitored station, a CallSnapshot of
    // every call found and of unconfirmed() (`gone` where AES knows no such call), snapshots_done: what was not found
    // has ended, nobody knows when. Without a switch's name all of them are meant.
    CallRecords link_lost(Instant at, std::string_view switch_name = {});
    CallRecords link_restored(Instant at, std::string_view switch_name = {});
    CallRecords take(const DeviceSnapshot& snapshot);
    CallRecords take(const CallSnapshot& snapshot);
    struct Unconfirmed {
        std::string switch_name;
        Connection connection;
    };
    std::vector<Unconfirmed> unconfirmed() const;
    // Calls of which no monitor would tell the end, at most so many, the longest unheard of first: a CallSnapshot of
    // each tells whether it still exists. At any time.
    std::vector<Unconfirmed> unwatched(std::size_t most) const;
    CallRecords snapshots_done(Instant at, std::string_view switch_name = {});
    // The monitor of a VDN (empty: of every one) is no more, and with it what it followed: one that is started anew
    // follows only what comes past from then on. Before the snapshots of the gap are done, if there was one.
    CallRecords unfollow(Instant at, std::string_view switch_name, std::string_view vdn);

    // What is due by `now`: calls that may be declared ended, records that waited for a UCID.
    CallRecords expire(Instant now);
    std::optional<Instant> next_expiry() const;

    // A record of an earlier run, before anything else is taken; in any order, of each call the latest counts. One that
    // is not open is only noted. Corrupt: not a record of ours.
    Result<void> restore(std::string_view json);

    CallCounters counters() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tandem::avaya_dmcc
