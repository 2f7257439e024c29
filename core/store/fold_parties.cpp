#include "core/store/fold_parties.hpp"

#include <algorithm>

namespace tandem::store {

using data::Arena;
using data::ArenaList;
using data::Member;
using data::Value;

namespace {

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
    if (text_of(a, "role") != text_of(b, "role")) return false;
    // A customer of whom nothing is known is the one of whom another source knows more, or nothing either.
    if (text_of(a, "role") == "customer" && text_of(b, "name").empty() && items_of(b.get("contact_points")).empty())
        return true;
    return text_of(a, "name") == text_of(b, "name") && !text_of(a, "name").empty();
}

}  // namespace

Value with_member(Value object, std::string_view key, Value value, Arena& arena) {
    ArenaList<Member> members(arena, object.size() + 1);
    for (const Member& member : object.members()) {
        if (member.key != key) members.push_back(member);
    }
    members.push_back({key, value});
    return Value::object(members.items());
}

Parties::Parties(std::span<const Value> documents, Arena& arena)
    : arena_(arena), list_(arena), numbers_(documents.size()) {
    for (std::size_t source = 0; source < documents.size(); ++source) {
        for (const Value& party : items_of(documents[source].get("parties"))) {
            if (party.is_object() && party.get("no").is_integer()) place(source, party);
        }
    }
}

Value Parties::translate(std::size_t source, Value number) const {
    if (!number.is_integer()) return number;
    const auto known = numbers_[source].find(number.as_int());
    return known == numbers_[source].end() ? number : Value::integer(known->second);
}

Value Parties::translate_item(std::size_t source, Value item) {
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

void Parties::place(std::size_t source, Value party) {
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

}  // namespace tandem::store
