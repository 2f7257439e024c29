// Everything that a session asks for: link states, clocks, monitors, snapshots after a gap, agents' states, UCIDs; in
// which order, how fast, and what the answers mean (vendors/avaya.md 2.6 to 2.13). Pure: time goes in, requests and
// events come out; who calls sends the requests by a Session.
#pragma once

#include "connectors/avaya_dmcc/calls.hpp"
#include "connectors/avaya_dmcc/event.hpp"
#include "connectors/avaya_dmcc/monitors.hpp"
#include "connectors/avaya_dmcc/session.hpp"
#include "connectors/avaya_dmcc/snapshots.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tandem::avaya_dmcc {

struct WorkOptions {
    std::vector<std::string> switches{};
    std::vector<Target> targets{};
    double rate = 20;                                // requests per second
    std::size_t outstanding = 8;                     // requests without an answer
    std::chrono::milliseconds answer_limit{10'000};  // of answers that come as events
    std::chrono::milliseconds agent_poll{30'000};    // 0: agents are not asked for
    double agent_poll_rate = 5;                      // per second, at most
};

// A UCID that was asked for; empty if the switch has none.
struct Linkage {
    std::string switch_name, call, ucid;
};
// The stations have been looked at: confirm() what is still in doubt, then RoundDone follows.
struct StationsSeen {};
struct RoundDone {
    std::string switch_name;  // empty: all
};
// The monitor of a VDN is no more, or was not there when this session began.
struct Unfollowed {
    std::string switch_name, vdn;  // both empty: all
};
struct LinkChanged {
    std::string switch_name;  // empty: all
    bool up = false;
    std::string word;
};
// Something for the log; `alarm`: a human must act.
struct Remark {
    std::string text;
    bool alarm = false;
};
struct ClockTold {
    std::string switch_name;
    std::chrono::seconds skew{0};
};
// Labels of a counter, constant texts.
struct Counted {
    std::string_view counter, label;
};
using WorkEvent = std::variant<AgentEvent,
                               DeviceSnapshot,
                               CallSnapshot,
                               Linkage,
                               StationsSeen,
                               RoundDone,
                               Unfollowed,
                               LinkChanged,
                               Remark,
                               ClockTold,
                               Counted>;

class Work {
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Work(WorkOptions options);

    // A session is there; a round of snapshots begins, of all switches.
    void opened(const Opened& opened, Time now);
    // Nothing that was asked will be answered.
    void lost();

    // The XML to send next, if the pace allows one; asked() must follow.
    std::optional<std::string> next(Time now);
    void asked(std::uint64_t ticket) { asks_.emplace(ticket, std::move(*handed_)); }
    void answered(std::uint64_t ticket, const Result<Document>& answer, Time now, Instant at);
    // False when it is none of what this class knows: an event of calls or agents, or a strange one.
    bool told(Element root, Time now, Instant at);
    void tick(Time now);

    // After StationsSeen.
    void confirm(const std::vector<Calls::Unconfirmed>& calls, Time now);
    // Snapshots of calls while nothing else is looked at; during a round, or before the last ones came, none.
    void look_at(const std::vector<Calls::Unconfirmed>& calls);
    // A call whose UCID is not known; each is asked for once in a session.
    void want_linkage(const std::string& switch_name, const Connection& connection);

    const Monitors& monitors() const { return monitors_; }
    bool in_round() const { return round_ != Round::None; }
    // Switches to which AES has no link; "" stands for one that it did not name.
    const std::set<std::string>& down() const { return down_; }
    std::vector<WorkEvent> take_events() { return std::exchange(events_, {}); }
    // When next() or tick() may have something to do; Time::max() while there is no session.
    Time next_time(Time now) const;

private:
    enum class Kind : std::uint8_t {
        Register,
        Clock,
        ListMonitor,
        List,
        DeviceId,
        Monitor,
        Stop,
        Snapshot,
        Linkage,
        AgentState
    };
    struct Ask {
        Kind kind = Kind::Register;
        std::size_t index = 0;  // of a switch or a target
        SnapshotWish wish{};
        std::string call{};
    };
    struct LinkageWish {
        std::size_t index;  // of a switch
        Connection connection;
    };
    enum class Round : std::uint8_t { None, Monitors, Stations, Calls };

    std::optional<std::string> choose(Time now);
    std::optional<std::string> ask_monitor(Time now);
    std::optional<std::string> ask_snapshot(Time now);
    std::optional<std::string> ask_agent(Time now);
    std::string hand_out(Ask ask, std::string xml);

    void monitor_answered(const Ask& ask, Element root, Time now);
    void monitor_started(std::size_t i, Element root, Time now);
    void monitor_refused(std::size_t i, const CstaError& error, Time now);
    void snapshot_answered(Ask ask, Element root, Time now, Instant at);
    void station_seen(const StationWish& wish, Element root, Instant at);
    void call_seen(const CallWish& wish, Element root, Instant at);
    void other_answered(const Ask& ask, Element root, Instant at);
    void not_answered(Ask ask, const Error& error, Time now);
    void list_told(Element root, Time now);
    void part_told(Element root, Instant at);
    void link_reported(LinkReport report, Time now);
    bool may_list() const { return list_limit_ && !list_asked_ && monitors_.asking() == 0; }
    void begin_list(Time now);
    void list_ends(bool complete);
    void begin_round(std::string switch_name);
    void advance_round(Time now);
    void remark(std::string text, bool alarm = false) { events_.emplace_back(Remark{std::move(text), alarm}); }
    avaya::Device device_of(std::size_t target) const;
    std::string id_of(const std::string& switch_name, const avaya::Device& device) const;
    Time poll_time() const;

    const WorkOptions options_;
    Monitors monitors_;
    Snapshots snapshots_;
    std::map<std::uint64_t, Ask> asks_;  // by ticket
    std::optional<Ask> handed_;          // between next() and asked()
    std::vector<WorkEvent> events_;

    bool open_ = false;  // there is a session
    std::string session_;
    Time slot_{};  // the pace: no request before it
    std::deque<std::size_t> registers_;
    std::deque<std::size_t> clocks_;
    Time clocks_at_ = Time::max();
    std::optional<Time> list_limit_;  // while the list of monitors is awaited
    Time list_end_{};                 // however many parts it has
    bool list_asked_ = false;
    bool list_monitor_asked_ = false;  // in this session
    std::deque<std::string> stops_;    // monitors of an earlier configuration
    std::deque<LinkageWish> linkages_;
    std::set<std::string> linkages_seen_;

    std::set<std::string> down_;
    Round round_ = Round::None;
    std::set<std::string> round_of_;  // switches; "" is all
    std::size_t poll_next_ = 0;
    bool polled_all_ = false;
    Time polled_at_{};
    std::set<std::string_view> filters_told_, licence_told_;  // kinds of devices
};

}  // namespace tandem::avaya_dmcc
