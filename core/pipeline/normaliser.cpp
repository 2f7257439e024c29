#include "core/pipeline/normaliser.hpp"

#include "core/data/json.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <xxhash.h>

namespace tandem::pipeline {
namespace {

using data::Arena;
using data::Kind;
using data::Member;
using data::Value;

// ------------------------------------------------------------------------------------------------------ normal points

bool same_point(const Value& point, const identity::Point& normal) {
    return point.string_at("scheme") == normal.scheme && point.string_at("value") == normal.value &&
           point.string_at("scope").value_or("") == normal.scope;
}

Value with_normal_form(const Value& point, const identity::Point& normal, Arena& arena) {
    data::ArenaList<Member> members(arena, point.size() + 2);
    members.push_back({"scheme", data::make_string(arena, normal.scheme)});
    if (!normal.scope.empty()) members.push_back({"scope", data::make_string(arena, normal.scope)});
    members.push_back({"value", data::make_string(arena, normal.value)});
    for (const auto& member : point.members()) {
        if (member.key != "scheme" && member.key != "scope" && member.key != "value") members.push_back(member);
    }
    if (point.find("display") == nullptr) members.push_back({"display", point.get("value")});
    return Value::object(members.items());
}

Value replace_member(const Value& object, std::string_view key, Value value, Arena& arena) {
    auto members = arena.array<Member>(object.size());
    std::ranges::copy(object.members(), members.begin());
    for (auto& member : members) {
        if (member.key == key) member.value = value;
    }
    return Value::object(members);
}

// A copy of `list` with `change` applied to its items, or `list` itself when nothing changed.
template <class Change>
Value change_items(const Value& list, Arena& arena, Change change) {
    std::span<Value> copy;
    for (std::size_t i = 0; i < list.size(); ++i) {
        auto [item, changed] = change(list.items()[i]);
        if (!changed) continue;
        if (copy.empty()) {
            copy = arena.array<Value>(list.size());
            std::ranges::copy(list.items(), copy.begin());
        }
        copy[i] = item;
    }
    return copy.empty() ? list : Value::array(copy);
}

// Stands for the time of arrival where a document is hashed; no JSON text holds it.
constexpr std::string_view kArrival = "\x01";

// string_view::find stops at every quote; this one does not.
std::size_t find_text(std::string_view text, std::string_view wanted) {
    const auto* found = static_cast<const char*>(::memmem(text.data(), text.size(), wanted.data(), wanted.size()));
    return found != nullptr ? static_cast<std::size_t>(found - text.data()) : std::string_view::npos;
}

// What the points of one snapshot have in common.
struct Surroundings {
    std::string_view region;
    std::string_view name_space;
    std::string_view external_id;
};

// A withheld or missing address is a placeholder of its own for every interaction: it must never join two of them.
identity::NormalPoint normal_form(std::string_view scheme,
                                  std::string_view scope,
                                  std::string_view value,
                                  const Surroundings& around) {
    auto normal = identity::normalise(scheme, scope, value, around.region);
    if (normal.point.scheme == "anon" && normal.point.value.empty()) {
        normal.point.scope = around.name_space;
        normal.point.value = around.external_id;
    }
    return normal;
}

std::pair<Value, bool> normal_point(const Value& point, const Surroundings& around, Arena& arena) {
    auto scheme = point.string_at("scheme");
    auto value = point.string_at("value");
    if (!scheme || !value) return {point, false};
    auto normal = normal_form(*scheme, point.string_at("scope").value_or(""), *value, around);
    if (same_point(point, normal.point)) return {point, false};
    return {with_normal_form(point, normal.point, arena), true};
}

std::pair<Value, bool> normal_party(const Value& party, const Surroundings& around, Arena& arena) {
    const auto* points = party.find("contact_points");
    if (points == nullptr || !points->is_array()) return {party, false};
    auto changed = change_items(*points, arena, [&](const Value& point) { return normal_point(point, around, arena); });
    if (changed.items().data() == points->items().data()) return {party, false};
    return {replace_member(party, "contact_points", changed, arena), true};
}

// ------------------------------------------------------------------------------------------------- order of the points

int verification_rank(identity::Verification verification) {
    using enum identity::Verification;
    switch (verification) {
        case Document:
        case VoiceBiometric:
        case Login:
        case Pin:
        case Knowledge:
            return 0;
        case Vendor:
        case AniMatch:
            return 1;
        case None:
            break;
    }
    return 2;
}

int class_rank(const store::PartyPoint& point) {
    using enum identity::PointClass;
    switch (point.point_class) {
        case Strong:
            return 0;
        case Personal:
            return point.point.scope.empty() ? 1 : 2;
        case Ephemeral:
            return 3;
        case Trunk:
        case Shared:
            return 4;
        case Placeholder:
            break;
    }
    return 5;
}

// What a snapshot's events say last of consent. The schema check has proved that `at` is a time.
std::optional<store::ConsentChange> consent_of(const Value& document) {
    std::optional<store::ConsentChange> out;
    const auto* events = document.find("events");
    if (events == nullptr) return out;
    for (const auto& event : events->items()) {
        const auto type = event.string_at("type").value_or("");
        const bool granted = type == "consent.granted";
        if (!granted && type != "consent.withdrawn") continue;
        const auto at = *parse_time(*event.string_at("at"));
        if (!out || at >= out->at) out = store::ConsentChange{.granted = granted, .at = at};
    }
    return out;
}

}  // namespace

Value normalise_points(Value snapshot, std::string_view region, Arena& arena) {
    const auto* parties = snapshot.find("parties");
    if (parties == nullptr || !parties->is_array()) return snapshot;
    Surroundings around{region, snapshot.string_at("namespace").value_or(""),
                        snapshot.string_at("external_id").value_or("")};
    auto changed =
        change_items(*parties, arena, [&](const Value& party) { return normal_party(party, around, arena); });
    if (changed.items().data() == parties->items().data()) return snapshot;
    return replace_member(snapshot, "parties", changed, arena);
}

std::uint64_t content_hash(std::string_view document, std::string_view arrived_at) {
    const std::string arrival = '"' + std::string(arrived_at) + '"';
    auto at = find_text(document, arrival);
    if (at == std::string_view::npos) return XXH3_64bits(document.data(), document.size());
    std::string without;
    without.reserve(document.size());
    for (; at != std::string_view::npos; at = find_text(document, arrival)) {
        without.append(document.substr(0, at)).append(kArrival);
        document.remove_prefix(at + arrival.size());
    }
    without.append(document);
    return XXH3_64bits(without.data(), without.size());
}

std::vector<store::PartyPoint> customer_points(const model::Snapshot& snapshot,
                                               const IdentityContext& identity,
                                               std::string_view region) {
    std::vector<store::PartyPoint> out;
    auto customer = std::ranges::find(snapshot.parties, std::string_view("customer"), &model::Party::role);
    if (customer == snapshot.parties.end()) return out;
    for (const auto& point : customer->points) {
        auto normal =
            normal_form(point.scheme, point.scope, point.value, {region, snapshot.name_space, snapshot.external_id});
        store::PartyPoint entry;
        entry.point_class = identity::class_of(normal, identity.rules);
        entry.point = std::move(normal.point);
        entry.id = identity::point_id(identity.key, entry.point);
        entry.verification = identity::parse_verification(point.verified);
        entry.display = customer->name.empty() ? point.display : customer->name;
        out.push_back(std::move(entry));
    }
    // An insertion sort: stable, and a party has a handful of points.
    auto rank = [](const store::PartyPoint& point) {
        return std::tuple(verification_rank(point.verification), class_rank(point));
    };
    for (std::size_t i = 1; i < out.size(); ++i) {
        for (std::size_t j = i; j > 0 && rank(out[j]) < rank(out[j - 1]); --j)
            std::swap(out[j], out[j - 1]);
    }
    return out;
}

store::Copy to_copy(const model::Snapshot& snapshot) {
    store::Copy out{.place = std::string(snapshot.copy->place), .rank = snapshot.copy->rank, .names = {}};
    for (const auto& name : snapshot.copy->names)
        out.names.push_back({.id = interaction_id(name.name_space, name.external_id),
                             .at = name.at,
                             .within = name.within,
                             .lasted = name.lasted,
                             .lasted_within = name.lasted_within,
                             .place = std::string(name.place)});
    return out;
}

store::ThreadNames to_thread_names(const model::Snapshot& snapshot) {
    const auto& names = snapshot.thread_names;
    const auto id = [&](std::string_view name) { return thread_id(snapshot.thread->name_space, name); };
    store::ThreadNames out;
    if (!names.own.empty()) out.own = id(names.own);
    for (const auto name : names.also)
        out.also.push_back(id(name));
    if (names.topic) {
        const auto topic = "topic:" + std::string(names.topic->key);
        out.topic = store::ThreadNames::Topic{id(topic), names.topic->within, names.topic->joins};
    }
    return out;
}

Result<store::Observation> to_observation(Value document,
                                          const IdentityContext& identity,
                                          const RecordContext& context,
                                          Arena& arena) {
    document = normalise_points(document, context.region, arena);
    thread_local model::Snapshot snapshot;
    if (auto ok = model::read_snapshot(document, snapshot); !ok) return fail(std::move(ok.error()));
    store::Observation out;
    out.id = snapshot.id();
    out.name_space = snapshot.name_space;
    out.external_id = snapshot.external_id;
    out.source = snapshot.source;
    out.precedence = context.precedence;
    out.rev = snapshot.rev;
    out.channel = snapshot.channel;
    out.provider = snapshot.provider;
    out.direction = snapshot.direction;
    out.started_at = snapshot.started_at;
    if (snapshot.thread) {
        out.thread = thread_id(snapshot.thread->name_space, snapshot.thread->external_id);
        out.thread_names = to_thread_names(snapshot);
    }
    if (snapshot.copy) out.copy = to_copy(snapshot);
    for (const auto& alias : snapshot.aliases)
        out.aliases.push_back(interaction_id(alias.name_space, alias.external_id));
    out.points = customer_points(snapshot, identity, context.region);
    thread_local std::string json;  // kept for its memory
    json.clear();
    data::write_json(document, json);
    out.rev_hash = content_hash(json, context.arrived_at);
    out.document = json;
    out.event = context.event;
    out.consent = consent_of(document);
    out.patch = snapshot.patch;
    if (snapshot.part) {
        out.part = store::MessagePart{std::string(snapshot.part->key), snapshot.part->number, snapshot.part->total};
    }
    return out;
}

Result<ReceiptOutcome> to_receipt(Value document) {
    model::Receipt receipt;
    if (auto ok = model::read_receipt(document, receipt); !ok) return fail(std::move(ok.error()));
    if (receipt.external_id.empty()) {
        return store::Watermark{thread_id(receipt.thread->name_space, receipt.thread->external_id), receipt.status,
                                *receipt.until};
    }
    return store::ReceiptUpdate{interaction_id(receipt.name_space, receipt.external_id),
                                receipt.status,
                                receipt.at,
                                std::string(receipt.code),
                                std::string(receipt.reason),
                                receipt.part,
                                receipt.parts};
}

}  // namespace tandem::pipeline
