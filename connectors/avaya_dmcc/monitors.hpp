// The monitors of a session: which devices have one, which are to get one next, what became of those that were refused
// (vendors/avaya.md 2.6, 2.7, 2.10). Pure; the pace is somebody else's (work.hpp).
#pragma once

#include "connectors/avaya_dmcc/message.hpp"
#include "connectors/avaya_dmcc/plan.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tandem::avaya_dmcc {

struct MonitorCounts {
    std::size_t total = 0;
    std::size_t up = 0;
    std::size_t waiting = 0;  // not tried yet, or being tried
    std::size_t retried = 0;  // failed, tried again later
    std::size_t refused = 0;  // not tried again in this session
    std::size_t licence = 0;  // a licence is missing
};

class Monitors {
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Monitors(std::vector<Target> targets);

    // A session without monitors: all are to be started.
    void begin();
    // A session that had monitors: rows of the list, then list_done(). What is not in it is to be started; without a
    // list (`complete` false) what was known to be up counts as up. Returned: monitors that nobody wants. While
    // asking() is 0.
    std::vector<std::string> listed(const MonitorList& list);
    void list_done(bool complete);

    // The next one to work on; device(i) is empty when its id is to be asked for first. One of the calls below must
    // follow for it.
    std::optional<std::size_t> next(Time now);
    void got_device(std::size_t i, std::string device);
    void started(std::size_t i, std::string monitor);
    void refused(std::size_t i, const CstaError& error, Time now);
    void unanswered(std::size_t i, Time now);

    // AES has ended one by itself. nullopt: it is not known.
    std::optional<std::size_t> ended(std::string_view monitor, Time now);

    // nullopt: no monitor of ours.
    std::optional<std::size_t> find(std::string_view monitor) const;
    std::optional<std::size_t> find_device(std::string_view switch_name, std::string_view extension) const;
    const Target& target(std::size_t i) const { return rows_[i].target; }
    const std::string& device(std::size_t i) const { return rows_[i].device; }
    std::size_t asking() const { return asking_; }
    bool up(std::size_t i) const { return rows_[i].state == State::Up; }
    std::size_t size() const { return rows_.size(); }

    // Each was tried at least once, as far as licences go.
    bool settled(Time now) const;
    MonitorCounts counts() const;
    // Of the last one: "station 5001: operation: invalidDeviceID"; empty if none failed.
    const std::string& last_failure() const { return last_failure_; }
    // When next() may have something again; Time::max(): not by waiting.
    Time next_time(Time now) const;

private:
    enum class State : std::uint8_t { Idle, Queued, Asking, Up, Retried, Refused, Licence };
    struct Row {
        Target target;
        std::string device{};
        bool device_is_fresh = false;  // asked for in this session
        std::string monitor{};
        State state = State::Idle;
        bool listed = false;
        unsigned attempts = 0;
    };

    void queue(std::size_t i, bool first = false);
    void retry(std::size_t i, Time at, State state);
    void wake(Time now);
    void forget_monitor(Row& row);

    std::vector<Row> rows_;
    std::unordered_map<std::string, std::size_t> by_device_;   // "switch/extension", lower case
    std::unordered_map<std::string, std::size_t> by_monitor_;  // cross references
    std::array<std::deque<std::size_t>, 3> queues_;            // by kind: VDNs see the most
    std::array<Time, 3> held_until_{};                         // by kind: licences are counted by kind
    std::multimap<Time, std::size_t> retries_;
    std::size_t asking_ = 0;
    std::string last_failure_;
};

}  // namespace tandem::avaya_dmcc
