#include "core/expr/functions_call.hpp"
#include "core/expr/operators.hpp"
#include "core/expr/standard.hpp"

#include <algorithm>
#include <expected>
#include <map>
#include <string>
#include <utility>

namespace tandem::expr {
namespace {

using data::Member;
using data::Value;

bool spend_members(Call& call, std::size_t size) {
    return call.spend(size) && call.afford(size * 3 * sizeof(Member));
}

Outcome keys(Call& call) {
    auto members = call.value(0).members();
    if (!spend_members(call, members.size())) return call.too_much_work();
    auto out = call.arena().array<Value>(members.size());
    std::ranges::transform(members, out.begin(), [](const Member& member) { return Value::string(member.key); });
    return Value::array(out);
}

Outcome values(Call& call) {
    auto members = call.value(0).members();
    if (!spend_members(call, members.size())) return call.too_much_work();
    auto out = call.arena().array<Value>(members.size());
    std::ranges::transform(members, out.begin(), &Member::value);
    return Value::array(out);
}

Outcome items(Call& call) {
    auto members = call.value(0).members();
    if (!spend_members(call, members.size())) return call.too_much_work();
    auto out = call.arena().array<Value>(members.size());
    std::ranges::transform(members, out.begin(), [&](const Member& member) {
        return data::make_array(call.arena(), {Value::string(member.key), member.value});
    });
    return Value::array(out);
}

// Members in the order of their first appearance; a later value replaces an earlier one.
class ObjectBuilder {
public:
    explicit ObjectBuilder(data::Arena& arena) : members_(arena) {}

    void set(std::string_view key, Value value) {
        auto [at, fresh] = positions_.try_emplace(key, members_.size());
        if (fresh) {
            members_.push_back({key, value});
        } else {
            members_[at->second].value = value;
        }
    }
    Value value() const { return Value::object(members_.items()); }

private:
    data::ArenaList<Member> members_;
    std::map<std::string_view, std::size_t> positions_;
};

Outcome merge(Call& call) {
    ObjectBuilder out(call.arena());
    for (std::size_t i = 0; i < call.size(); ++i) {
        if (!spend_members(call, call.value(i).size())) return call.too_much_work();
        for (const auto& member : call.value(i).members())
            out.set(member.key, member.value);
    }
    return out.value();
}

Outcome from_items(Call& call) {
    auto pairs = call.value(0).items();
    if (!spend_members(call, pairs.size())) return call.too_much_work();
    ObjectBuilder out(call.arena());
    for (const auto& pair : pairs) {
        if (!pair.is_array()) return call.invalid_type(0, "every item must be an array of a name and a value");
        if (pair.size() != 2 || !pair.items()[0].is_string()) {
            return call.invalid_value(0, "every item must be an array of a name and a value");
        }
        out.set(pair.items()[0].as_string(), pair.items()[1]);
    }
    return out.value();
}

Outcome group_by(Call& call) {
    auto list = call.value(0).items();
    if (!spend_members(call, list.size())) return call.too_much_work();
    std::vector<std::pair<std::string_view, std::vector<Value>>> groups;
    std::map<std::string_view, std::size_t> positions;
    for (const auto& item : list) {
        auto key = call.apply(1, item);
        if (!key) return key;
        if (!key->is_string()) return call.invalid_type(1, "must give a string for every item");
        auto [at, fresh] = positions.try_emplace(key->as_string(), groups.size());
        if (fresh) groups.emplace_back(key->as_string(), std::vector<Value>());
        groups[at->second].second.push_back(item);
    }
    auto out = call.arena().array<Member>(groups.size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
        auto members = call.arena().array<Value>(groups[i].second.size());
        std::ranges::copy(groups[i].second, members.begin());
        out[i] = {groups[i].first, Value::array(members)};
    }
    return Value::object(out);
}

}  // namespace

std::vector<Function> object_functions() {
    return {
        {"from_items",
         {{"pairs", kArray}},
         "object",
         "An object of arrays of a name and a value.",
         "from_items([['a', `1`]])",
         R"({"a": 1})",
         from_items},
        {"group_by",
         {{"items", kArray}, {"key", kExpression}},
         "object",
         "Items by key, which must be a text: each key with the array of its items.",
         "group_by(`[{\"k\": \"x\"}]`, &k)",
         R"({"x": [{"k": "x"}]})",
         group_by},
        {"items",
         {{"object", kObject}},
         "array",
         "An array of a name and a value for each member.",
         "items(`{\"a\": 1}`)",
         R"([["a", 1]])",
         items},
        {"keys",
         {{"object", kObject}},
         "array[string]",
         "The names of the members.",
         "keys(`{\"a\": 1}`)",
         R"(["a"])",
         keys},
        {"merge",
         {{"objects", kObject, false, true}},
         "object",
         "One object of all members; later ones win.",
         "merge(`{\"a\": 1, \"b\": 1}`, `{\"b\": 2}`)",
         R"({"a": 1, "b": 2})",
         merge},
        {"values", {{"object", kObject}}, "array", "The values of the members.", "values(`{\"a\": 1}`)", "[1]", values},
    };
}

}  // namespace tandem::expr
