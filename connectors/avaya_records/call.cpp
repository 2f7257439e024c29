#include "connectors/avaya_records/call.hpp"

#include "connectors/avaya/device.hpp"
#include "core/data/json.hpp"

#include <algorithm>
#include <tuple>

namespace tandem::avaya_records {

namespace {

using data::Value;

// Members that are known; the rest is left out.
class Object {
public:
    explicit Object(data::Arena& arena) : arena_(arena), members_(arena, 32) {}

    Object& text(std::string_view key, std::string_view value) {
        if (!value.empty()) add(key, data::make_string(arena_, value));
        return *this;
    }
    Object& time(std::string_view key, std::optional<Instant> at) { return at ? text(key, format_time(*at)) : *this; }
    Object& number(std::string_view key, std::uint64_t value) { return add(key, Value::unsigned_integer(value)); }
    Object& flag(std::string_view key, bool value) { return value ? add(key, Value::boolean(true)) : *this; }
    Object& duration(std::string_view key, std::optional<Seconds> value) {
        if (value) add(key, Value::integer(std::chrono::milliseconds(*value).count()));
        return *this;
    }
    Object& texts(std::string_view key, const std::vector<std::string>& values) {
        data::ArenaList<Value> items(arena_);
        for (const std::string& one : values)
            items.push_back(data::make_string(arena_, one));
        return items.size() == 0 ? *this : add(key, Value::array(items.items()));
    }
    template <class T, class Make>
    Object& list(std::string_view key, const std::vector<T>& values, Make make) {
        data::ArenaList<Value> items(arena_);
        for (const T& one : values)
            items.push_back(make(one, arena_));
        return items.size() == 0 ? *this : add(key, Value::array(items.items()));
    }
    Object& facts(const Facts& facts) {
        for (const auto& [key, value] : facts)
            text(key, value);
        return *this;
    }
    Object& add(std::string_view key, Value value) {
        members_.push_back({key, value});
        return *this;
    }
    Value value() const { return Value::object(members_.items()); }

private:
    data::Arena& arena_;
    data::ArenaList<data::Member> members_;
};

Value value_of(const Leg& leg, data::Arena& arena) {
    return Object(arena)
        .text("call_id", leg.call_id)
        .text("role", leg.role)
        .text("station", leg.station)
        .text("name", leg.name)
        .text("peer", leg.peer)
        .text("peer_name", leg.peer_name)
        .time("started_at", leg.started_at)
        .time("answered_at", leg.answered_at)
        .time("ended_at", leg.ended_at)
        .duration("ring_ms", leg.ring)
        .duration("talk_ms", leg.talk)
        .duration("hold_ms", leg.hold)
        .duration("park_ms", leg.park)
        .facts(leg.facts)
        .value();
}

Value value_of(const Transfer& transfer, data::Arena& arena) {
    return Object(arena)
        .time("at", transfer.at)
        .text("kind", transfer.kind)
        .text("from", transfer.from)
        .text("to", transfer.to)
        .value();
}

Value value_of(const avaya::Meeting& meeting, data::Arena& arena) {
    const auto lasted =
        meeting.lasted ? std::optional(std::chrono::duration_cast<Seconds>(*meeting.lasted)) : std::nullopt;
    return Object(arena).text("name", meeting.name).time("at", meeting.at).duration("lasted_ms", lasted).value();
}

void add_sides(const Call& call, Object& out) {
    out.text("ani", call.ani)
        .text("ani_host", call.ani_host)
        .text("dnis", call.dnis)
        .text("called", call.called)
        .text("vdn", call.vdn)
        .text("trunk", call.trunk)
        .text("account", call.account)
        .text("auth_code", call.auth_code);
}

void add_times(const Call& call, Object& out, data::Arena& arena) {
    out.time("started_at", call.started_at)
        .time("answered_at", call.answered_at)
        .time("ended_at", call.ended_at)
        .text("started_local", call.started_local)
        .duration("precision_ms", call.precision)
        .flag("uncertain", call.uncertain)
        .flag("incomplete", call.incomplete);
    out.add("durations_ms", Object(arena)
                                .duration("ring", call.ring)
                                .duration("talk", call.talk)
                                .duration("hold", call.hold)
                                .duration("park", call.park)
                                .duration("consult", call.consult)
                                .value());
}

}  // namespace

void sort(std::vector<Leg>& legs) {
    std::ranges::sort(legs, {}, [](const Leg& one) {
        return std::tuple(one.started_at, one.ended_at, std::string_view(one.call_id), std::string_view(one.station));
    });
}

std::vector<avaya::Meeting> meetings(const Call& call) {
    using avaya::Kind;
    using avaya::meeting_name;
    std::vector<avaya::Meeting> out;
    const bool inbound = call.direction == "inbound";
    if (call.state != "closed" || (!inbound && call.direction != "outbound")) return out;
    const std::string& outside = inbound ? call.ani : call.dnis;
    const std::string& number = !inbound ? call.ani : call.vdn.empty() ? call.called : call.vdn;
    const auto at = call.ended_at + std::chrono::duration_cast<std::chrono::milliseconds>(call.precision) / 2;
    // A VDN that stands there as the one who answered is an announcement: the caller may have left the queue behind it.
    const bool announced = !call.vdn.empty() && call.vdn == call.called;
    if (!call.answered_at || announced) avaya::add_meeting(out, {meeting_name(outside, number, Kind::Missed), at, {}});
    if (!call.answered_at) return out;
    const auto lasted = call.talk.value_or(Seconds(0));
    avaya::add_meeting(out, {meeting_name(outside, number), at, lasted});
    avaya::add_meeting(out, {meeting_name(outside, number, Kind::Whole), at, lasted});
    for (const Leg& leg : call.legs)
        if (leg.answered_at) avaya::add_meeting(out, {meeting_name(outside, leg.station), at, lasted});
    return out;
}

std::string to_json(const Call& call) {
    data::Arena arena;
    Object out(arena);
    out.text("id", call.id).text("ucid", call.ucid).texts("aliases", call.aliases);
    out.number("revision", call.revision).number("records", call.records);
    out.text("direction", call.direction)
        .text("state", call.state)
        .text("outcome", call.outcome)
        .text("end_reason", call.end_reason);
    add_sides(call, out);
    add_times(call, out, arena);
    out.list("legs", call.legs, [](const Leg& leg, data::Arena& into) { return value_of(leg, into); });
    out.list("transfers", call.transfers, [](const Transfer& one, data::Arena& into) { return value_of(one, into); });
    out.texts("call_ids", call.call_ids);
    out.list("names", meetings(call), [](const avaya::Meeting& one, data::Arena& into) { return value_of(one, into); });
    if (!call.facts.empty()) out.add("details", Object(arena).facts(call.facts).value());
    return data::to_json(out.value());
}

}  // namespace tandem::avaya_records
