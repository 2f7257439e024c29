#include "connectors/avaya_dmcc/call_record.hpp"

#include "connectors/avaya/uui.hpp"
#include "connectors/avaya_dmcc/call_names.hpp"
#include "core/data/json.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <span>

namespace tandem::avaya_dmcc {
namespace {

using data::Value;

constexpr std::array<std::string_view, 4> kDirections = {"", "inbound", "outbound", "internal"};
constexpr std::array<std::string_view, 4> kRoles = {"agent", "recorder", "observer", "external"};
constexpr std::array<std::string_view, 5> kLegStates = {"alerting", "dialing", "connected", "held", "ended"};
constexpr std::array<std::string_view, 9> kOutcomes = {
    "", "answered", "missed", "busy", "failed", "transferred", "conferenced", "consulted", "unknown"};
constexpr std::array<std::string_view, 6> kPhases = {"", "menu", "queue", "ring", "talk", "hold"};

std::span<const std::string_view> words(Direction) {
    return kDirections;
}
std::span<const std::string_view> words(Role) {
    return kRoles;
}
std::span<const std::string_view> words(LegState) {
    return kLegStates;
}
std::span<const std::string_view> words(Outcome) {
    return kOutcomes;
}
std::span<const std::string_view> words(Phase) {
    return kPhases;
}

template <class E>
concept Word = std::is_enum_v<E>;

// ---- the table of members
// --------------------------------------------------------------------------------------------

template <class Archive>
void members(Archive& a, Leg& leg) {
    a("station", leg.station)("role", leg.role)("state", leg.state)("agent", leg.agent);
    a("alerted_at", leg.alerted_at)("answered_at", leg.answered_at)("customer_from", leg.customer_from);
    a("ended_at", leg.ended_at)("hold_ms", leg.hold)("talk_ms", leg.talk)("consult_ms", leg.consult);
    a("wrap_ms", leg.wrap)("outcome", leg.outcome)("joined", leg.joined)("consulting", leg.consulting);
    a("start_uncertain", leg.start_uncertain)("end_uncertain", leg.end_uncertain);
    a("call", leg.call)("device", leg.device)("held_since", leg.held_since)("wrap_since", leg.wrap_since);
}

template <class Archive>
void members(Archive& a, QueueVisit& visit) {
    a("number", visit.number)("entered_at", visit.entered_at)("left_at", visit.left_at)("position", visit.position);
}

template <class Archive>
void members(Archive& a, Transfer& transfer) {
    a("at", transfer.at)("kind", transfer.kind)("from", transfer.from)("to", transfer.to);
}

template <class Archive>
void members(Archive& a, Conference& conference) {
    a("at", conference.at)("by", conference.by)("added", conference.added);
}

template <class Archive>
void members(Archive& a, Gap& gap) {
    a("from", gap.from)("to", gap.to);
}

template <class Archive>
void members(Archive& a, Moment& moment) {
    a("at", moment.at)("type", moment.type)("party", moment.party)("cause", moment.cause);
}

template <class Archive>
void members(Archive& a, Part& part) {
    a("call", part.call)("ucid", part.ucid)("consult", part.consult)("by", part.by)("cleared_at", part.cleared_at);
}

template <class Archive>
void members(Archive& a, Durations& durations) {
    a("menu", durations.menu)("queue", durations.queue)("ring", durations.ring)("talk", durations.talk);
    a("hold", durations.hold)("wrap", durations.wrap);
}

template <class Archive>
void members(Archive& a, avaya::Meeting& meeting) {
    a("name", meeting.name)("at", std::optional(meeting.at));
    a("lasted_ms", meeting.lasted ? std::optional(static_cast<std::uint32_t>(meeting.lasted->count())) : std::nullopt);
}

// What only assembly needs; once a call has ended nothing of it is told.
struct Assembly {
    Call& call;
};
template <class Archive>
void members(Archive& a, Assembly& assembly) {
    Call& call = assembly.call;
    a("parts", call.parts)("followers", call.followers)("in_menu", call.in_menu)("far_alerting", call.far_alerting);
    a("customer_device", call.customer_device)("customer_gone", call.customer_gone)("left_in", call.left_in);
    a("failure", call.failure)("phase", call.phase)("phase_since", call.phase_since);
    a("phase_before", call.phase_before)("phase_ended", call.phase_ended);
    a("end_due", call.end_due)("end_at", call.end_at)("uui", call.uui)("timeline_omitted", call.timeline_omitted);
    a("end_inferred", call.end_inferred)("end_doubtful", call.end_doubtful);
}

template <class Archive>
void members(Archive& a, Call& call) {
    a("weak_id", call.weak_id)("other_ids", call.other_ids)("ucids", call.ucids)("call_ids", call.call_ids);
    a("switch", call.switch_name)("direction", call.direction)("video", call.video);
    a("ani", call.ani)("ani_restricted", call.ani_restricted)("dnis", call.dnis)("entry_vdn", call.entry_vdn);
    a("queues", call.queues)("trunk", call.trunk)("collected_digits", call.collected_digits);
    a("lookahead_vdn", call.lookahead_vdn)("started_at", call.started_at)("queued_at", call.queued_at);
    a("alerted_at", call.alerted_at)("answered_at", call.answered_at)("ended_at", call.ended_at);
    a("durations_ms", call.durations)("end_reason", call.end_reason)("end_cause", call.end_cause);
    a("legs", call.legs)("transfers", call.transfers)("conferences", call.conferences)("gaps", call.gaps);
    a("start_uncertain", call.start_uncertain)("end_uncertain", call.end_uncertain)("gave_way", call.gave_way);
    a("timeline", call.timeline);
}

// ---- writing
// ---------------------------------------------------------------------------------------------------------

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    Writer& operator()(std::string_view name, const std::string& text) {
        if (!text.empty()) put(name), data::write_json_string(text, out_);
        return *this;
    }
    Writer& operator()(std::string_view name, bool flag) {
        if (flag) put(name), out_ += "true";
        return *this;
    }
    Writer& operator()(std::string_view name, Millis millis) {
        if (millis.count() != 0) put(name), out_ += std::to_string(millis.count());
        return *this;
    }
    Writer& operator()(std::string_view name, std::uint32_t number) {
        if (number != 0) put(name), out_ += std::to_string(number);
        return *this;
    }
    Writer& operator()(std::string_view name, const std::optional<std::uint32_t>& number) {
        if (number) put(name), out_ += std::to_string(*number);
        return *this;
    }
    Writer& operator()(std::string_view name, const std::optional<Instant>& at) {
        if (at) put(name), data::write_json_string(format_time(*at), out_);
        return *this;
    }
    Writer& operator()(std::string_view name, Word auto word) {
        return (*this)(name, std::string(words(word)[static_cast<std::size_t>(word)]));
    }
    Writer& operator()(std::string_view name, Durations& durations) {
        std::string inner;
        Writer writer(inner);
        members(writer, durations);
        if (!inner.empty()) put(name), out_ += '{' + inner + '}';
        return *this;
    }
    template <class T>
    Writer& operator()(std::string_view name, std::vector<T>& items) {
        if (items.empty()) return *this;
        put(name);
        char separator = '[';
        for (T& item : items) {
            out_ += separator;
            separator = ',';
            element(item);
        }
        out_ += ']';
        return *this;
    }

private:
    void put(std::string_view name) {
        if (!out_.empty() && out_.back() != '{') out_ += ',';
        out_ += '"';
        out_ += name;
        out_ += "\":";
    }
    void element(std::string& text) { data::write_json_string(text, out_); }
    template <class T>
    void element(T& item) {
        out_ += '{';
        members(*this, item);
        out_ += '}';
    }

    std::string& out_;
};

// ---- reading
// ---------------------------------------------------------------------------------------------------------

class Reader {
public:
    explicit Reader(Value object) : object_(object) {}

    Reader& operator()(std::string_view name, std::string& text) {
        text = object_.string_at(name).value_or("");
        return *this;
    }
    Reader& operator()(std::string_view name, bool& flag) {
        const Value value = object_.get(name);
        flag = value.is_bool() && value.as_bool();
        return *this;
    }
    Reader& operator()(std::string_view name, Millis& millis) {
        millis = Millis(number(name).value_or(0));
        return *this;
    }
    Reader& operator()(std::string_view name, std::uint32_t& count) {
        count = static_cast<std::uint32_t>(number(name).value_or(0));
        return *this;
    }
    Reader& operator()(std::string_view name, std::optional<std::uint32_t>& count) {
        const auto value = number(name);
        count = value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
        return *this;
    }
    Reader& operator()(std::string_view name, std::optional<Instant>& at) {
        const auto text = object_.string_at(name);
        at = text ? parse_time(*text) : std::nullopt;
        return *this;
    }
    template <Word E>
    Reader& operator()(std::string_view name, E& word) {
        const auto all = words(E{});
        const auto found = std::ranges::find(all, object_.string_at(name).value_or(""));
        word = found == all.end() ? E{} : static_cast<E>(found - all.begin());
        return *this;
    }
    Reader& operator()(std::string_view name, Durations& durations) {
        Reader inner(object_.get(name));
        if (inner.object_.is_object()) members(inner, durations);
        return *this;
    }
    template <class T>
    Reader& operator()(std::string_view name, std::vector<T>& items) {
        const Value list = object_.get(name);
        if (!list.is_array()) return *this;
        for (const Value item : list.items())
            if (items.size() < kMaxMoments) element(item, items);
        return *this;
    }

private:
    std::optional<std::int64_t> number(std::string_view name) const {
        const Value value = object_.get(name);
        return value.kind() == data::Kind::Int && value.as_int() >= 0 ? std::optional(value.as_int()) : std::nullopt;
    }
    static void element(Value item, std::vector<std::string>& texts) {
        if (item.is_string()) texts.emplace_back(item.as_string());
    }
    template <class T>
    static void element(Value item, std::vector<T>& items) {
        if (!item.is_object()) return;
        Reader reader(item);
        members(reader, items.emplace_back());
    }

    Value object_;
};

void add_uui(const Call& call, std::string& out) {
    const auto uui = avaya::read_uui(call.uui);
    if (!uui) return;
    out += ",\"uui\":{";
    std::string inner;
    Writer writer(inner);
    writer("hex", uui->hex)("text", uui->text.value_or(""))("ucid", uui->ucid);
    out += inner + '}';
}

bool wraps(const Leg& leg) {
    return leg.wrap_since.has_value();
}

}  // namespace

bool is_open(const Call& call) {
    return !call.forgotten && (!call.ended() || call.end_uncertain || std::ranges::any_of(call.legs, wraps));
}

std::string_view state_of(const Call& call) {
    if (call.ended()) return "ended";
    switch (call.phase) {
        case Phase::Talk:
            return "active";
        case Phase::Hold:
            return "held";
        case Phase::Ring:
            return "ringing";
        case Phase::Menu:
        case Phase::Queue:
            return "queued";
        case Phase::None:
            break;
    }
    if (call.answered_at) return "active";
    return call.direction == Direction::Inbound ? "queued" : "ringing";
}

std::string record_body(const Call& call) {
    // The table serves both directions; writing changes nothing.
    Call& source = const_cast<Call&>(call);
    std::string out;
    out.reserve(2'048);
    Writer writer(out);
    writer("state", std::string(state_of(call)));
    members(writer, source);
    add_uui(call, out);
    auto names = meetings(call);
    writer("names", names)("open", is_open(call));
    return out;
}

std::string record_json(const Call& call, std::string_view body) {
    std::string out = "{";
    Writer writer(out);
    writer("id", call.id);
    out += ",\"revision\":" + std::to_string(call.revision);
    writer("updated_at", call.updated_at);
    out += ',';
    out += body;
    if (is_open(call)) {
        Assembly assembly{const_cast<Call&>(call)};
        std::string inner;
        Writer inner_writer(inner);
        members(inner_writer, assembly);
        out += ",\"assembly\":{" + inner + '}';
    }
    out += '}';
    return out;
}

std::string merged_record_json(std::string_view id, std::int64_t revision, std::string_view into) {
    std::string out = "{";
    Writer writer(out);
    writer("id", std::string(id));
    out += ",\"revision\":" + std::to_string(revision);
    writer("merged_into", std::string(into));
    out += '}';
    return out;
}

Result<ReadRecord> read_record(std::string_view json) {
    data::Arena arena;
    const auto document = data::parse_json(json, arena);
    if (!document) return fail(Error(document.error()).with_context("a call's record"));
    const auto id = document->string_at("id");
    const Value revision = document->get("revision");
    if (!id || id->empty() || revision.kind() != data::Kind::Int)
        return fail(corrupt("a call's record without id or revision"));
    ReadRecord record;
    record.call.id = *id;
    record.call.revision = revision.as_int();
    record.merged_into = document->string_at("merged_into").value_or("");
    if (!record.merged_into.empty()) return record;
    Reader reader(*document);
    members(reader, record.call);
    reader("updated_at", record.call.updated_at)("open", record.open);
    const Value assembly = document->get("assembly");
    if (assembly.is_object()) {
        Reader inner(assembly);
        Assembly members_of{record.call};
        members(inner, members_of);
    }
    if (record.open && !assembly.is_object()) return fail(corrupt("an open call's record without its assembly"));
    return record;
}

}  // namespace tandem::avaya_dmcc
