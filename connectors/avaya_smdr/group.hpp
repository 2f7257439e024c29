// The records of one Call ID, placed in time; and when two Call IDs are one conversation (vendors/avaya.md 4.3). Pure.
#pragma once

#include "connectors/avaya_records/moment.hpp"
#include "connectors/avaya_smdr/record.hpp"
#include "core/base/time.hpp"
#include "core/base/zone.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya_smdr {

// When a call began. In the hour that clocks repeat, column 35 decides, else the time of arrival: a record comes when
// its segment ends.
avaya_records::Moment beginning_of(const Record& record, const Zone& zone, Instant arrived);

struct Segment {
    Record record;
    Instant started{};
    Instant answered{};  // if record.answered()
    Instant ended{};
};

struct Group {
    std::string call_id;
    LocalTime started_local{};
    Instant started{};
    bool uncertain = false;
    bool finished = false;  // a record said that none follows
    std::vector<Segment> segments;

    Instant ended() const;
    bool outside() const;                             // a call with the world
    bool has(std::string_view number_or_name) const;  // as an extension that took part
};

// A record says when its call began and how long it lasted itself; where its own end is not told, it follows the one
// before it.
void add(Group& group, Record record, avaya_records::Moment beginning);

// A call of one record began by the local clock and was over by UTC (column 35): what the two say about the configured
// zone if it is wrong, else empty.
std::string zone_problem(const Group& group);

// Whether two are one conversation; never by equal numbers alone.
enum class Relation {
    None,
    SentOn,  // one names the other's party as the one who transferred, forwarded or twinned it: of several the nearest
    Same,    // a consultation of a held call, legs of one conference
};
Relation relation(const Group& a, const Group& b);

// What a related group must share one of; names for an index.
std::vector<std::string> index_keys(const Group& group);

}  // namespace tandem::avaya_smdr
