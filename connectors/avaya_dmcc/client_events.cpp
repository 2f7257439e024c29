// What AES says to a Client, and what its work finds out, into calls.
#include "connectors/avaya_dmcc/client.hpp"
#include "connectors/avaya_dmcc/connection.hpp"

#include <utility>

namespace tandem::avaya_dmcc {

namespace {

// Clocks that differ by less are no news.
constexpr std::chrono::seconds kSkewTold{5};

}  // namespace

void Client::told(Element root, Instant at) {
    if (work_.told(root, steady(), at)) return host_.count("events", "session");
    auto event = read_event(root, at);
    if (!event) {
        host_.count("malformed", "event");
        host_.log().debug("an event is not as it should be", {{"error", event.error().text}});
    } else if (!*event) {
        host_.count("events", "unknown");
    } else if (auto* call = std::get_if<CallEvent>(&**event)) {
        host_.count("events", to_string(call->kind));
        call_event(std::move(*call));
    } else if (auto* agent = std::get_if<AgentEvent>(&**event)) {
        host_.count("events", "agent");
        if (const auto i = work_.monitors().find(agent->monitor))
            agent->switch_name = work_.monitors().target(*i).switch_name;
        keep(calls_.take(*agent));
    }
}

void Client::call_event(CallEvent event) {
    if (const auto i = work_.monitors().find(event.monitor)) {
        const Target& target = work_.monitors().target(*i);
        event.switch_name = target.switch_name;
        event.monitored = target.extension;
        event.follows_call = target.kind == DeviceKind::Vdn;
    } else {
        host_.count("ignored", "unknown_monitor");
    }
    keep(calls_.take(event));
    if (calls_.lacks_ucid(event.switch_name, event.connection.call))
        work_.want_linkage(event.switch_name, event.connection);
}

void Client::drain_work() {
    for (auto events = work_.take_events(); !events.empty(); events = work_.take_events()) {
        for (WorkEvent& event : events)
            handle_work(event);
    }
}

void Client::handle_work(WorkEvent& event) {
    if (const auto* agent = std::get_if<AgentEvent>(&event)) {
        keep(calls_.take(*agent));
    } else if (const auto* station = std::get_if<DeviceSnapshot>(&event)) {
        keep(calls_.take(*station));
    } else if (const auto* call = std::get_if<CallSnapshot>(&event)) {
        keep(calls_.take(*call));
    } else if (const auto* linkage = std::get_if<Linkage>(&event)) {
        keep(calls_.take_linkage(linkage->switch_name, linkage->call, linkage->ucid, now()));
    } else if (std::holds_alternative<StationsSeen>(event)) {
        work_.confirm(calls_.unconfirmed(), steady());
    } else if (const auto* done = std::get_if<RoundDone>(&event)) {
        keep(calls_.snapshots_done(now(), done->switch_name));
        host_.count("recoveries");
    } else if (const auto* gone = std::get_if<Unfollowed>(&event)) {
        keep(calls_.unfollow(now(), gone->switch_name, gone->vdn));
    } else if (const auto* change = std::get_if<LinkChanged>(&event)) {
        link_changed(*change);
    } else if (const auto* counted = std::get_if<Counted>(&event)) {
        host_.count(counted->counter, counted->label);
    } else if (const auto* remark = std::get_if<Remark>(&event)) {
        remark->alarm ? host_.log().error("AES", {{"remark", remark->text}})
                      : host_.log().warn("AES", {{"remark", remark->text}});
    } else if (const auto* clock = std::get_if<ClockTold>(&event)) {
        const auto seconds = std::to_string(clock->skew.count());
        if (abs(clock->skew) > kSkewTold)
            host_.log().warn("the clock of a switch is off", {{"switch", clock->switch_name}, {"seconds", seconds}});
    }
}

void Client::link_changed(const LinkChanged& change) {
    host_.count("switch_link", change.up ? "up" : "down");
    if (change.up) {
        host_.log().info("AES has its link to a switch again", {{"switch", change.switch_name}});
        keep(calls_.link_restored(now(), change.switch_name));
    } else {
        host_.log().error("AES has lost its link to a switch",
                          {{"switch", change.switch_name}, {"state", change.word}});
        keep(calls_.link_lost(now(), change.switch_name));
        // Monitors may outlive the link, what they followed may not: whoever still follows a call says so.
        keep(calls_.unfollow(now(), change.switch_name, {}));
    }
    show();
}

}  // namespace tandem::avaya_dmcc
