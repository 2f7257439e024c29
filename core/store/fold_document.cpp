// Documents of several sources, or of one source's slots, as one.
#include "core/data/json.hpp"
#include "core/data/value.hpp"
#include "core/store/fold.hpp"
#include "core/store/fold_parties.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>

namespace tandem::store {
namespace {

using data::Arena;
using data::ArenaList;
using data::Member;
using data::Value;

enum class Rule { FirstKnown, Earliest, Highest, ByKey, Union, OnlyBest };

constexpr std::string_view kOwn = "tandem";  // source and name space of messages that this gateway sent
constexpr std::int64_t kFirstRecord = 2;     // ranks of copies that are records of a contact
constexpr std::int64_t kLastRecord = 8;
constexpr std::string_view kGap = "[…]";  // in the text of a long message, where a part is missing

// What a patch cannot change.
bool lasting(std::string_view key) {
    static constexpr std::array<std::string_view, 10> kKeys = {
        "schema_version", "source",    "namespace", "external_id",  "channel",
        "provider",       "direction", "thread",    "initiated_by", "entry_point"};
    return std::ranges::find(kKeys, key) != kKeys.end();
}

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

bool surely_before(Value one, Value other, std::string_view key) {
    const auto first = parse_time(text_of(one, key));
    const auto second = parse_time(text_of(other, key));
    if (!first || !second) return less(one.get(key), other.get(key));
    return *first + precision_of(one) < *second + precision_of(other);
}

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

enum class Between { Sources, PatchAndBase };

class Fold {
public:
    // Best document first; of PatchAndBase the patch, but the parties are those of the base.
    Fold(std::span<const Value> documents, Arena& arena, Between between = Between::Sources)
        : arena_(arena),
          documents_(documents),
          patched_(between == Between::PatchAndBase),
          own_(patched_ ? documents.size() : own_message(documents)),
          parties_(party_order(documents, patched_), arena) {}

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
    static std::vector<Value> party_order(std::span<const Value> documents, bool patched) {
        std::vector<Value> out(documents.begin(), documents.end());
        if (patched) std::ranges::reverse(out);
        return out;
    }
    std::size_t party_source(std::size_t document) const {
        return patched_ ? documents_.size() - 1 - document : document;
    }

    Value field(std::string_view key) {
        if (key == "parties" && !parties_.empty()) return parties_.list();
        if (patched_ && lasting(key) && !documents_.back().get(key).is_null()) return documents_.back().get(key);
        if (key == "ended_at" || key == "closed_at" || key == "end_reason") return ending(key);
        switch (rule_for(key)) {
            case Rule::Earliest:
                return earliest(key);
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

    // While the contact goes on, a record of a part of it ends nothing; and what is known to the minute ends after what
    // was seen to the second.
    Value ending(std::string_view key) {
        for (std::size_t source = 0; source < documents_.size(); ++source) {
            const Value value = documents_[source].get(key);
            if (value.is_null() || (is_record(source) && !patched_ && goes_on(source))) continue;
            const auto at = parse_time(text_of(documents_[source], key));
            if (patched_ || !at || precision_of(documents_[source]).count() == 0) return value;
            Instant latest = *at;
            for (const std::string_view earlier : {"started_at", "answered_at"}) {
                const Value known = earliest(earlier);
                if (!known.is_string()) continue;
                latest = std::max(latest, parse_time(known.as_string()).value_or(latest));
            }
            return latest == *at ? value : data::make_string(arena_, format_time(latest));
        }
        return {};
    }

    bool is_record(std::size_t source) const {
        const Value rank = documents_[source].get("copy").get("rank");
        return rank.is_integer() && rank.as_int() >= kFirstRecord && rank.as_int() <= kLastRecord;
    }
    bool goes_on(std::size_t before) const {
        return std::ranges::any_of(documents_.first(before), [](Value document) {
            const auto state = text_of(document, "state");
            return document.get("copy").is_object() && !state.empty() && state != "closed";
        });
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

    Value earliest(std::string_view key) const {
        const Value* best = nullptr;
        for (const Value& document : documents_) {
            if (document.get(key).is_null()) continue;
            if (best == nullptr || surely_before(document, *best, key)) best = &document;
        }
        return best == nullptr ? Value() : best->get(key);
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
        bool any = false;  // some source has a list
        const bool emptied = patched_ && key != "events" && !documents_.front().get("deleted_at").is_null();
        for (std::size_t source = 0; source < (emptied ? 1 : documents_.size()); ++source) {
            if (repeats_copy(source, key)) continue;
            const Value list = documents_[source].get(key);
            any = any || list.is_array();
            for (const Value& raw : items_of(list)) {
                if (key == "events" && repeats_event(source, text_of(raw, "type"))) continue;
                Value item = parties_.translate_item(party_source(source), raw);
                if (is_echo(source, key)) {
                    if (!changed(item)) continue;
                    item = as_own(item);
                }
                const auto id = text_of(item, "external_id");
                auto name = id.empty() ? "content:" + data::to_canonical_json(item) : "id:" + std::string(id);
                const auto [known, added] = items.try_emplace(std::move(name), item);
                if (!added && patched_) known->second = patched_item(known->second, item);
                if (!added && !patched_ && (rev_of(item) > rev_of(known->second) || is_echo(source, key))) {
                    known->second = item;
                }
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

    // The document of a message that this gateway sent; documents.size() if there is none.
    static std::size_t own_message(std::span<const Value> documents) {
        for (std::size_t i = 0; i < documents.size(); ++i) {
            const bool ours = text_of(documents[i], "source") == kOwn && text_of(documents[i], "namespace") == kOwn;
            if (ours && !items_of(documents[i].get("messages")).empty()) return i;
        }
        return documents.size();
    }

    // Copies of one contact have the same message, perhaps under other ids: the best that has any tells it.
    bool repeats_copy(std::size_t source, std::string_view key) const {
        if (key != "messages" && key != "attachments") return false;
        const auto tells = [&](Value document) {
            return document.get("copy").is_object() && !items_of(document.get("messages")).empty();
        };
        if (!documents_[source].get("copy").is_object()) return false;
        return std::ranges::any_of(documents_.first(source), tells);
    }

    // A record of the contact tells again, less exactly, what was seen live. A report tells what nobody else can.
    bool repeats_event(std::size_t source, std::string_view type) const {
        if (!is_record(source)) return false;
        const auto tells = [&](Value document) {
            return document.get("copy").is_object() &&
                   std::ranges::any_of(items_of(document.get("events")),
                                       [&](Value event) { return text_of(event, "type") == type; });
        };
        return std::ranges::any_of(documents_.first(source), tells);
    }

    // What a vendor says about a message of ours repeats it under the vendor's ids.
    bool is_echo(std::size_t source, std::string_view key) const {
        if (own_ == documents_.size() || source == own_) return false;
        return (key == "messages" || key == "attachments") && documents_[own_].get(key).is_array();
    }
    static bool changed(Value item) { return !item.get("edited_at").is_null() || !item.get("deleted_at").is_null(); }
    Value as_own(Value item) {
        const Value own = items_of(documents_[own_].get("messages")).front();
        item = with_member(item, "external_id", own.get("external_id"), arena_);
        return with_member(item, "sender", parties_.translate(own_, own.get("sender")), arena_);
    }

    // A message that both know: it was sent when and by whom the base says.
    Value patched_item(Value patch, Value base) {
        Value out = patch;
        for (const Member& member : base.members()) {
            const bool first = member.key == "sent_at" || member.key == "sender" || member.key == "author_kind";
            if (first || patch.get(member.key).is_null()) out = with_member(out, member.key, member.value, arena_);
        }
        return out;
    }

    Arena& arena_;
    std::span<const Value> documents_;
    bool patched_;
    std::size_t own_;  // index of the document
    Parties parties_;
};

Value without(Value object, std::string_view key, Arena& arena) {
    ArenaList<Member> members(arena, object.size());
    for (const Member& member : object.members()) {
        if (member.key != key) members.push_back(member);
    }
    return Value::object(members.items());
}

struct Slot {
    std::int64_t number = 0;
    Value document;
};

// The first message of every part, in order; a gap wherever one is missing.
std::string joined_text(std::span<const Slot> parts, std::int64_t total, ArenaList<Value>& missing) {
    std::string text;
    std::size_t next = 0;
    for (std::int64_t number = 1; number <= total; ++number) {
        const bool there = next < parts.size() && parts[next].number == number;
        if (there) {
            const auto messages = items_of(parts[next++].document.get("messages"));
            if (!messages.empty()) text += text_of(messages.front(), "body");
        } else {
            if (missing.size() == 0 || missing.items().back().as_int() != number - 1) text += kGap;
            missing.push_back(Value::integer(number));
        }
    }
    return text;
}

// `parts` in order, at least one.
Value join_parts(std::span<const Slot> parts, Arena& arena) {
    std::vector<Value> documents;
    std::int64_t total = parts.back().number;
    for (const Slot& part : parts) {
        documents.push_back(part.document);
        const Value stated = part.document.get("part").get("total");
        if (stated.is_integer()) total = std::max(total, std::min(stated.as_int(), kPatch - 1));
    }
    Value out = without(Fold(documents, arena).run(), "part", arena);
    ArenaList<Value> missing(arena);
    const auto text = joined_text(parts, total, missing);
    const auto messages = items_of(documents.front().get("messages"));
    if (!messages.empty()) {
        ArenaList<Value> whole(arena, 1);
        whole.push_back(with_member(messages.front(), "body", data::make_string(arena, text), arena));
        out = with_member(out, "messages", Value::array(whole.items()), arena);
    }
    if (missing.size() == 0) return out;
    Value attributes = out.get("attributes").is_object() ? out.get("attributes") : Value::object({});
    attributes = with_member(attributes, "incomplete", Value::boolean(true), arena);
    attributes = with_member(attributes, "missing_parts", Value::array(missing.items()), arena);
    return with_member(out, "attributes", attributes, arena);
}

}  // namespace

std::chrono::milliseconds precision_of(Value document) {
    const Value precision = document.get("copy").get("precision_ms");
    return std::chrono::milliseconds(precision.is_integer() ? precision.as_int() : 0);
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

std::string fold_slots(std::span<const SlotDocument> documents) {
    Arena arena;
    std::optional<Value> base;
    std::optional<Value> patch;
    std::vector<Slot> parts;
    for (const auto& [slot, document] : documents) {
        const auto value = data::parse_json(document, arena);
        if (!value || !value->is_object()) continue;
        if (slot == kWhole) {
            base = *value;
        } else if (slot == kPatch) {
            patch = without(*value, "patch", arena);
        } else {
            parts.push_back({slot, *value});
        }
    }
    if (!base && !parts.empty()) base = join_parts(parts, arena);
    if (base && patch) {
        const std::array both = {*patch, *base};
        base = Fold(both, arena, Between::PatchAndBase).run();
    }
    if (!base) base = patch;
    if (!base) return documents.empty() ? std::string() : std::string(documents.front().document);
    return data::to_json(*base);
}

}  // namespace tandem::store
