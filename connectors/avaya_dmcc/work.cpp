// What is asked for next; the answers: work_answers.cpp.
#include "connectors/avaya_dmcc/work.hpp"

#include <algorithm>
#include <utility>

namespace tandem::avaya_dmcc {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::hours kClockEvery{1};
constexpr std::chrono::minutes kListLimit{5};
// Slots that a late timer has missed are made up for within this.
constexpr milliseconds kSlotSlack{100};
constexpr std::size_t kMaxLinkages = 1'000;
constexpr std::size_t kMaxLinkagesSeen = 20'000;

steady_clock::duration interval(double per_second) {
    return std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(1 / per_second));
}

}  // namespace

Work::Work(WorkOptions options) : options_(std::move(options)), monitors_(options_.targets) {}

void Work::opened(const Opened& opened, Time now) {
    lost();
    open_ = true;
    session_ = opened.session;
    for (std::size_t i = 0; i < options_.switches.size(); ++i)
        registers_.push_back(i);
    clocks_at_ = now;
    if (opened.resumed) {
        begin_list(now);
    } else {
        monitors_.begin();
        events_.emplace_back(Unfollowed{});
    }
    begin_round({});
}

void Work::lost() {
    open_ = false;
    asks_.clear();
    handed_.reset();
    registers_.clear();
    clocks_.clear();
    clocks_at_ = Time::max();
    list_limit_.reset();
    list_asked_ = false;
    list_monitor_asked_ = false;
    stops_.clear();
    down_.clear();
    linkages_.clear();
    linkages_seen_.clear();
    snapshots_.clear();
    round_ = Round::None;
    round_of_.clear();
    poll_next_ = 0;
    polled_all_ = false;
    filters_told_.clear();
    licence_told_.clear();
}

std::optional<std::string> Work::next(Time now) {
    if (asks_.size() >= options_.outstanding || now < slot_) return std::nullopt;
    auto xml = choose(now);
    if (xml) slot_ = std::max(slot_, now - kSlotSlack) + interval(options_.rate);
    return xml;
}

std::string Work::hand_out(Ask ask, std::string xml) {
    handed_ = std::move(ask);
    return xml;
}

std::optional<std::string> Work::choose(Time now) {
    if (!registers_.empty()) {
        const std::size_t i = std::exchange(registers_.front(), 0);
        registers_.pop_front();
        return hand_out({.kind = Kind::Register, .index = i}, system_register(options_.switches[i]));
    }
    if (may_list() && !list_monitor_asked_) {
        list_monitor_asked_ = true;
        return hand_out({.kind = Kind::ListMonitor}, session_monitor());
    }
    if (may_list()) {
        list_asked_ = true;
        list_limit_ = now + options_.answer_limit;
        list_end_ = now + kListLimit;
        return hand_out({.kind = Kind::List}, get_monitor_list(session_));
    }
    if (auto xml = ask_monitor(now)) return xml;
    if (!stops_.empty()) {
        const std::string monitor = std::move(stops_.front());
        stops_.pop_front();
        return hand_out({.kind = Kind::Stop}, monitor_stop(monitor));
    }
    if (!linkages_.empty()) {
        const LinkageWish wish = std::move(linkages_.front());
        linkages_.pop_front();
        return hand_out(
            {.kind = Kind::Linkage, .index = wish.index, .call = wish.connection.call},
            get_call_linkage(wish.connection.call, id_of(options_.switches[wish.index], wish.connection.device)));
    }
    if (auto xml = ask_snapshot(now)) return xml;
    if (round_ == Round::None && now >= clocks_at_) {
        clocks_at_ = now + kClockEvery;
        for (std::size_t i = 0; i < options_.switches.size(); ++i)
            clocks_.push_back(i);
    }
    if (!clocks_.empty()) {
        const std::size_t i = clocks_.front();
        clocks_.pop_front();
        return hand_out({.kind = Kind::Clock, .index = i}, get_time_of_day(options_.switches[i]));
    }
    return ask_agent(now);
}

// As AES wrote it, where it was asked for; else made of what such an id consists of (2.6). The party of one call has
// none.
std::string Work::id_of(const std::string& switch_name, const avaya::Device& device) const {
    if (device.empty() || device.dynamic) return device.number;
    const std::string& place = device.switch_name.empty() ? switch_name : device.switch_name;
    const auto known = monitors_.find_device(place, device.number);
    if (known && !monitors_.device(*known).empty()) return monitors_.device(*known);
    return device.number + ":" + place + "::0";
}

std::optional<std::string> Work::ask_monitor(Time now) {
    if (list_limit_) return std::nullopt;
    const auto i = monitors_.next(now);
    if (!i) return std::nullopt;
    const Target& target = monitors_.target(*i);
    const std::string& device = monitors_.device(*i);
    if (device.empty())
        return hand_out({.kind = Kind::DeviceId, .index = *i}, get_device_id(target.switch_name, target.extension));
    return hand_out({.kind = Kind::Monitor, .index = *i}, monitor_start(device, target.kind));
}

std::optional<std::string> Work::ask_snapshot(Time now) {
    advance_round(now);
    const auto wish = snapshots_.next();
    if (!wish) return std::nullopt;
    if (const auto* station = std::get_if<StationWish>(&*wish))
        return hand_out({.kind = Kind::Snapshot, .wish = *wish}, snapshot_device(monitors_.device(station->station)));
    const auto& call = std::get<CallWish>(*wish);
    const std::string device = id_of(call.switch_name, call.connection.device);
    return hand_out({.kind = Kind::Snapshot, .wish = *wish}, snapshot_call(call.connection.call, device));
}

Work::Time Work::poll_time() const {
    if (options_.agent_poll.count() == 0 || monitors_.size() == 0 || round_ != Round::None) return Time::max();
    // Whoever is logged in at the beginning is to be known soon.
    if (!polled_all_) return polled_at_;
    const auto spread =
        std::chrono::duration_cast<steady_clock::duration>(options_.agent_poll) / static_cast<long>(monitors_.size());
    return polled_at_ + std::max(spread, interval(options_.agent_poll_rate));
}

std::optional<std::string> Work::ask_agent(Time now) {
    if (now < poll_time()) return std::nullopt;
    polled_at_ = now;
    for (std::size_t looked = 0; looked < monitors_.size(); ++looked) {
        const std::size_t i = poll_next_;
        if (++poll_next_ >= monitors_.size()) {
            poll_next_ = 0;
            polled_all_ = true;
        }
        if (monitors_.up(i) && monitors_.target(i).kind == DeviceKind::Station)
            return hand_out({.kind = Kind::AgentState, .index = i}, get_agent_state(monitors_.device(i)));
    }
    return std::nullopt;
}

// Until its end no monitor is started.
void Work::begin_list(Time now) {
    list_limit_ = now + options_.answer_limit;
    list_asked_ = false;
}

void Work::list_ends(bool complete) {
    list_limit_.reset();
    monitors_.list_done(complete);
    for (std::size_t i = 0; i < monitors_.size(); ++i) {
        const Target& target = monitors_.target(i);
        if (target.kind == DeviceKind::Vdn && !monitors_.up(i))
            events_.emplace_back(Unfollowed{.switch_name = target.switch_name, .vdn = target.extension});
    }
}

void Work::begin_round(std::string switch_name) {
    round_of_.insert(std::move(switch_name));
    round_ = Round::Monitors;
    snapshots_.clear_calls();
}

// Monitors first, or an event between snapshot and monitor would be missed; then stations, then calls.
void Work::advance_round(Time now) {
    if (round_ == Round::None || list_limit_ || !monitors_.settled(now)) return;
    if (round_ == Round::Monitors) {
        round_ = Round::Stations;
        for (std::size_t i = 0; i < monitors_.size(); ++i) {
            const Target& target = monitors_.target(i);
            if (!monitors_.up(i) || target.kind != DeviceKind::Station) continue;
            if (round_of_.contains({}) || round_of_.contains(target.switch_name)) snapshots_.add_station(i);
        }
    }
    if (!snapshots_.idle()) return;
    if (round_ == Round::Stations) {
        round_ = Round::Calls;
        events_.emplace_back(StationsSeen{});
        return;
    }
    round_ = Round::None;
    if (round_of_.contains({})) round_of_ = {std::string()};
    for (const std::string& switch_name : std::exchange(round_of_, {}))
        events_.emplace_back(RoundDone{switch_name});
}

void Work::confirm(const std::vector<Calls::Unconfirmed>& calls, Time now) {
    for (const auto& [switch_name, connection] : calls)
        snapshots_.add_call(switch_name, connection);
    if (round_ == Round::Calls && snapshots_.idle()) advance_round(now);
}

void Work::look_at(const std::vector<Calls::Unconfirmed>& calls) {
    if (round_ != Round::None || !snapshots_.idle()) return;
    for (const auto& [switch_name, connection] : calls)
        snapshots_.look_at(switch_name, connection);
}

void Work::want_linkage(const std::string& switch_name, const Connection& connection) {
    const auto found = std::ranges::find(options_.switches, switch_name);
    if (found == options_.switches.end() || connection.call.empty() || linkages_.size() >= kMaxLinkages) return;
    if (linkages_seen_.size() >= kMaxLinkagesSeen) linkages_seen_.clear();
    if (!linkages_seen_.insert(switch_name + "/" + connection.call).second) return;
    linkages_.push_back(
        {.index = static_cast<std::size_t>(found - options_.switches.begin()), .connection = connection});
}

void Work::tick(Time now) {
    if (list_limit_ && now >= *list_limit_ && list_asked_) {
        remark("AES did not tell which monitors it has");
        list_ends(false);
    }
    if (const auto given_up = snapshots_.expire(now); given_up > 0) remark("the parts of a snapshot did not come");
    advance_round(now);
}

Work::Time Work::next_time(Time now) const {
    if (!open_) return Time::max();
    Time out = snapshots_.next_time();
    if (list_limit_ && list_asked_) out = std::min(out, *list_limit_);
    if (asks_.size() >= options_.outstanding) return out;
    Time work = poll_time();
    if (round_ == Round::None) work = std::min(work, clocks_at_);
    if (!list_limit_) work = std::min(work, monitors_.next_time(now));
    const bool at_once = !registers_.empty() || !stops_.empty() || !linkages_.empty() || !clocks_.empty() ||
                         snapshots_.waiting() || may_list();
    if (at_once) work = now;
    return std::min(out, std::max(work, slot_));
}

}  // namespace tandem::avaya_dmcc
