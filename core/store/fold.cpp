#include "core/store/fold.hpp"

#include "core/data/json.hpp"
#include "core/data/value.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace tandem::store {
namespace {

using data::Arena;
using data::ArenaList;
using data::Member;
using data::Value;

enum class Rule { FirstKnown, Earliest, Highest, ByKey, Union, OnlyBest };

Rule rule_for(std::string_view key) {
    if (key == "started_at" || key == "answered_at") return Rule::Earliest;
    if (key.ends_with("_msgs") || key == "transfer_count") return Rule::Highest;
    if (key == "attributes" || key == "durations_ms" || key == "visitor") return Rule::ByKey;
    if (key == "messages" || key == "events" || key == "attachments") return Rule::Union;
    if (key == "deleted_at") return Rule::OnlyBest;
    return Rule::FirstKnown;
}

// Times are RFC 3339 in snapshots; whole numbers compare as they are.
bool less(Value a, Value b) {
    if (a.is_number() && b.is_number()) return a.as_double() < b.as_double();
    if (!a.is_string() || !b.is_string()) return a.is_number() && b.is_string();
    const auto first = parse_time(a.as_string());
    const auto second = parse_time(b.as_string());
    if (first && second) return *first < *second;
    return a.as_string() < b.as_string();
}

std::span<const Value> items_of(Value list) {
    return list.is_array() ? list.items() : std::span<const Value>{};
}

std::string_view text_of(Value object, std::string_view key) {
    return object.is_object() ? object.string_at(key).value_or("") : std::string_view{};
}

bool same_point(Value a, Value b) {
    return text_of(a, "scheme") == text_of(b, "scheme") && text_of(a, "scope") == text_of(b, "scope") &&
           text_of(a, "value") == text_of(b, "value");
}

bool same_party(Value a, Value b) {
    if (!text_of(a, "user_ref").empty() && text_of(a, "user_ref") == text_of(b, "user_ref")) return true;
    for (const Value& mine : items_of(a.get("contact_points"))) {
        for (const Value& other : items_of(b.get("contact_points"))) {
            if (same_point(mine, other)) return true;
        }
    }
    return text_of(a, "role") == text_of(b, "role") && text_of(a, "name") == text_of(b, "name") &&
           !text_of(a, "name").empty();
}

Value with_member(Value object, std::string_view key, Value value, Arena& arena) {
    ArenaList<Member> members(arena, object.size() + 1);
    for (const Member& member : object.members()) {
        if (member.key != key) members.push_back(member);
    }
    members.push_back({key, value});
    return Value::object(members.items());
}

// The folded party list, and for each source how its party numbers translate into it.
class Parties {
public:
    Parties(std::span<const Value> documents, Arena& arena) : arena_(arena), list_(arena), numbers_(documents.size()) {
        for (std::size_t source = 0; source < documents.size(); ++source) {
            for (const Value& party : items_of(documents[source].get("parties"))) {
                if (party.is_object() && party.get("no").is_integer()) place(source, party);
            }
        }
    }

    bool empty() const { return list_.size() == 0; }
    Value list() const { return Value::array(list_.items()); }

    Value translate(std::size_t source, Value number) const {
        if (!number.is_integer()) return number;
        const auto known = numbers_[source].find(number.as_int());
        return known == numbers_[source].end() ? number : Value::integer(known->second);
    }

    // A message, event or attachment with its party references in terms of the folded list.
    Value translate_item(std::size_t source, Value item) {
        if (source == first_source_ || !item.is_object()) return item;
        for (const std::string_view key : {"sender", "party"}) {
            if (item.get(key).is_integer()) item = with_member(item, key, translate(source, item.get(key)), arena_);
        }
        for (const std::string_view key : {"to", "cc"}) {
            if (!item.get(key).is_array()) continue;
            ArenaList<Value> numbers(arena_);
            for (const Value& number : item.get(key).items())
                numbers.push_back(translate(source, number));
            item = with_member(item, key, Value::array(numbers.items()), arena_);
        }
        return item;
    }

private:
    void place(std::size_t source, Value party) {
        if (empty()) first_source_ = source;
        if (source == first_source_) {
            numbers_[source][party.get("no").as_int()] = party.get("no").as_int();
            next_ = std::max(next_, party.get("no").as_int() + 1);
            list_.push_back(party);
            return;
        }
        for (const Value& known : list_.items()) {
            if (!same_party(known, party)) continue;
            numbers_[source][party.get("no").as_int()] = known.get("no").as_int();
            return;
        }
        numbers_[source][party.get("no").as_int()] = next_;
        list_.push_back(with_member(party, "no", Value::integer(next_++), arena_));
    }

    Arena& arena_;
    ArenaList<Value> list_;
    std::size_t first_source_ = 0;
    std::int64_t next_ = 0;
    std::vector<std::map<std::int64_t, std::int64_t>> numbers_;
};

std::int64_t rev_of(Value item) {
    return item.is_object() && item.get("rev").is_integer() ? item.get("rev").as_int() : 0;
}

std::string item_time(Value item) {
    for (const std::string_view key : {"sent_at", "at"}) {
        const auto at = parse_time(text_of(item, key));
        if (at) return format_time(*at);
    }
    return {};
}

class Fold {
public:
    Fold(std::span<const Value> documents, Arena& arena)
        : arena_(arena), documents_(documents), parties_(documents, arena) {}

    Value run() {
        ArenaList<Member> out(arena_);
        for (const Value& document : documents_) {
            for (const Member& member : document.members()) {
                const auto known = [&](const Member& other) { return other.key == member.key; };
                if (std::ranges::any_of(out.items(), known)) continue;
                const Value value = field(member.key);
                if (!value.is_null()) out.push_back({member.key, value});
            }
        }
        return Value::object(out.items());
    }

private:
    Value field(std::string_view key) {
        if (key == "parties" && !parties_.empty()) return parties_.list();
        switch (rule_for(key)) {
            case Rule::Earliest:
                return pick(key, [](Value best, Value other) { return less(other, best); });
            case Rule::Highest:
                return pick(key, [](Value best, Value other) { return less(best, other); });
            case Rule::ByKey:
                return by_key(key);
            case Rule::Union:
                return united(key);
            case Rule::OnlyBest:
                return documents_.front().get(key);
            case Rule::FirstKnown:
                break;
        }
        return pick(key, [](Value, Value) { return false; });
    }

    template <class Better>
    Value pick(std::string_view key, Better better) const {
        Value best;
        for (const Value& document : documents_) {
            const Value value = document.get(key);
            if (!value.is_null() && (best.is_null() || better(best, value))) best = value;
        }
        return best;
    }

    Value by_key(std::string_view key) {
        ArenaList<Member> out(arena_);
        for (const Value& document : documents_) {
            const Value object = document.get(key);
            if (!object.is_object()) continue;
            for (const Member& member : object.members()) {
                const auto known = [&](const Member& other) { return other.key == member.key; };
                if (!member.value.is_null() && std::ranges::none_of(out.items(), known)) out.push_back(member);
            }
        }
        return Value::object(out.items());
    }

    Value united(std::string_view key) {
        std::map<std::string, Value> items;
        bool any = false;
        for (std::size_t source = 0; source < documents_.size(); ++source) {
            const Value list = documents_[source].get(key);
            any = any || list.is_array();
            for (const Value& raw : items_of(list)) {
                const Value item = parties_.translate_item(source, raw);
                const auto id = text_of(item, "external_id");
                auto name = id.empty() ? "content:" + data::to_canonical_json(item) : "id:" + std::string(id);
                const auto [known, added] = items.try_emplace(std::move(name), item);
                if (!added && rev_of(item) > rev_of(known->second)) known->second = item;
            }
        }
        if (!any) return {};
        std::vector<std::tuple<std::string, std::string_view, Value>> sorted;
        for (const auto& [name, item] : items)
            sorted.emplace_back(item_time(item), name, item);
        std::ranges::sort(sorted, {}, [](const auto& entry) {
            return std::pair(std::string_view(std::get<0>(entry)), std::get<1>(entry));
        });
        ArenaList<Value> out(arena_, sorted.size());
        for (const auto& entry : sorted)
            out.push_back(std::get<2>(entry));
        return Value::array(out.items());
    }

    Arena& arena_;
    std::span<const Value> documents_;
    Parties parties_;
};

}  // namespace

bool put_register(std::vector<Register>& registers, Register incoming) {
    const auto known = std::ranges::find(registers, incoming.source, &Register::source);
    if (known != registers.end()) {
        if (std::tie(incoming.rev, incoming.rev_hash) <= std::tie(known->rev, known->rev_hash)) return false;
        *known = std::move(incoming);
    } else {
        registers.push_back(std::move(incoming));
    }
    std::ranges::sort(registers, {}, [](const Register& r) { return std::tie(r.precedence, r.source); });
    return true;
}

Visible fold_header(std::span<const Register> registers) {
    const Register& best = registers.front();
    Visible out{.started_at = best.started_at,
                .channel = best.channel,
                .outbound = best.outbound,
                .thread = best.thread,
                .point = best.point,
                .event = best.event,
                .document = {}};
    int rank = best.point_rank;
    for (const Register& one : registers.subspan(1)) {
        out.started_at = std::min(out.started_at, one.started_at);
        out.event = std::max(out.event, one.event);
        if (!out.thread) out.thread = one.thread;
        if (one.point != 0 && (out.point == 0 || one.point_rank < rank)) {
            out.point = one.point;
            rank = one.point_rank;
        }
    }
    return out;
}

Visible fold(std::span<const Register> registers) {
    Visible out = fold_header(registers);
    if (registers.size() == 1) {
        out.document = registers.front().document;
        return out;
    }
    std::vector<std::string_view> documents;
    for (const Register& one : registers)
        documents.push_back(one.document);
    out.document = fold_documents(documents);
    return out;
}

std::string fold_documents(std::span<const std::string_view> documents) {
    Arena arena;
    std::vector<Value> values;
    for (const std::string_view document : documents) {
        const auto value = data::parse_json(document, arena);
        if (value && value->is_object()) values.push_back(*value);
    }
    if (values.empty()) return documents.empty() ? std::string() : std::string(documents.front());
    return data::to_json(Fold(values, arena).run());
}

bool same_content(std::string_view a, std::string_view b) {
    if (a == b) return true;
    Arena arena;
    const auto first = data::parse_json(a, arena);
    const auto second = data::parse_json(b, arena);
    if (!first || !second || !first->is_object() || !second->is_object()) return false;
    const auto covered = [](Value one, Value other) {
        return std::ranges::all_of(one.members(), [&](const Member& member) {
            if (member.key == "rev") return true;
            const Value* counterpart = other.find(member.key);
            return counterpart != nullptr && *counterpart == member.value;
        });
    };
    return covered(*first, *second) && covered(*second, *first);
}

}  // namespace tandem::store
