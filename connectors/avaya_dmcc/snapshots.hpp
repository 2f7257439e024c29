// What is to be looked at after a gap: stations, and the calls that are found there (vendors/avaya.md 2.9, 2.13).
// Stations come first; a call is looked at once however many stations see it. Pure.
#pragma once

#include "connectors/avaya_dmcc/event.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

namespace tandem::avaya_dmcc {

struct StationWish {
    std::size_t station = 0;
    unsigned attempts = 0;
};
struct CallWish {
    std::string switch_name;
    Connection connection;
    unsigned attempts = 0;
};
using SnapshotWish = std::variant<StationWish, CallWish>;

class Snapshots {
public:
    using Time = std::chrono::steady_clock::time_point;

    void clear();
    void add_station(std::size_t station) { stations_.push_back({.station = station}); }
    // A call that was added since clear_calls() is left out.
    void add_call(std::string switch_name, Connection connection);
    void clear_calls() { seen_.clear(); }
    // Outside of a round, as often as wanted.
    void look_at(std::string switch_name, Connection connection);

    // done() or again() must follow.
    std::optional<SnapshotWish> next();
    bool waiting() const { return !stations_.empty() || !calls_.empty(); }
    void done() { --asking_; }
    // The answer did not come: later once more, but not for ever.
    void again(SnapshotWish wish);

    // The answer comes in parts under a reference; without the last of them by `limit` it is given up.
    void expect(std::string reference, SnapshotWish wish, Time limit);
    std::optional<SnapshotWish> expected(std::string_view reference, bool last);
    // How many were given up.
    std::size_t expire(Time now);
    Time next_time() const;

    bool idle() const { return !waiting() && asking_ == 0 && parts_.empty(); }

private:
    struct Part {
        SnapshotWish wish;
        Time limit;
    };

    std::deque<StationWish> stations_;
    std::deque<CallWish> calls_;
    std::set<std::string> seen_;  // "switch/call"
    std::map<std::string, Part, std::less<>> parts_;
    std::size_t asking_ = 0;
};

}  // namespace tandem::avaya_dmcc
