#include "core/model/schema.hpp"

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/model/snapshot.hpp"

#include <algorithm>
#include <cassert>

namespace tandem::model {
namespace {

using data::Kind;
using data::Value;

std::unexpected<Error> wrong(std::string text) {
    return fail(rejected(std::move(text)));
}

std::string quoted(std::string_view text) {
    constexpr std::size_t kShown = 60;
    std::string out = "'";
    out.append(sanitize_utf8(text.substr(0, kShown)));
    if (text.size() > kShown) out.append("...");
    return out + "'";
}

std::string_view kind_name(const Value& value) {
    switch (value.kind()) {
        case Kind::Null:
            return "null";
        case Kind::Bool:
            return "a boolean";
        case Kind::Int:
        case Kind::Uint:
            return "an integer";
        case Kind::Double:
            return "a fraction";
        case Kind::String:
            return "a text";
        case Kind::Array:
            return "a list";
        case Kind::Object:
            return "an object";
    }
    return "something";
}

std::unexpected<Error> not_a(std::string_view wanted, const Value& value) {
    return wrong(std::string(wanted) + " is needed, not " + std::string(kind_name(value)));
}

bool lower_word(char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
}

bool source_name(std::string_view text) {
    auto alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (text.empty() || text.size() > 64 || !alnum(text.front())) return false;
    return std::ranges::all_of(text, [&](char c) { return alnum(c) || c == '_' || c == '-'; });
}

bool event_type(std::string_view text) {
    std::size_t parts = 1;
    bool in_word = false;
    for (char c : text) {
        if (lower_word(c)) {
            in_word = true;
        } else if (c == '.' && in_word) {
            in_word = false;
            ++parts;
        } else {
            return false;
        }
    }
    return in_word && parts >= 2;
}

bool utc_time(std::string_view text) {
    if (text.size() < 20 || text.size() > 27 || text.back() != 'Z' || text[10] != 'T') return false;
    return parse_time(text).has_value();
}

Result<void> check_word(std::string_view text, std::span<const std::string_view> words) {
    if (std::ranges::find(words, text) != words.end()) return {};
    std::string list;
    for (auto word : words)
        list.append(list.empty() ? "" : ", ").append(word);
    return wrong(quoted(text) + " is not one of " + list);
}

Result<void> check_text(const Rule& rule, const Value& value) {
    if (!value.is_string()) return not_a("a text", value);
    auto text = value.as_string();
    if (rule.max_length != 0 && text.size() > rule.max_length) {
        return wrong("longer than " + std::to_string(rule.max_length) + " bytes");
    }
    switch (rule.check) {
        case Check::NonEmptyText:
            return text.empty() ? Result<void>(wrong("must not be empty")) : Result<void>();
        case Check::Word:
            return check_word(text, rule.words);
        case Check::Source:
            return source_name(text) ? Result<void>() : Result<void>(wrong(quoted(text) + " is not a source name"));
        case Check::EventType:
            return event_type(text) ? Result<void>() : Result<void>(wrong(quoted(text) + " is not an event type"));
        case Check::Time:
            return utc_time(text) ? Result<void>()
                                  : Result<void>(wrong(quoted(text) + " is not a UTC time like 2026-11-20T13:05:00Z"));
        default:
            return {};
    }
}

Result<void> check_number(const Rule& rule, const Value& value) {
    if (rule.check == Check::Number) return value.is_number() ? Result<void>() : not_a("a number", value);
    if (value.kind() != Kind::Int) return not_a("an integer", value);
    if (rule.check == Check::NonNegative && value.as_int() < 0) return wrong("must not be negative");
    if (rule.check == Check::Version && value.as_int() != kSchemaVersion) return wrong("must be 1");
    return {};
}

template <class Test>
Result<void> check_items(const Rule& rule, const Value& value, Test test) {
    if (!value.is_array()) return not_a("a list", value);
    if (value.size() < rule.min_items) return wrong("needs at least " + std::to_string(rule.min_items) + " items");
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (auto ok = test(value.items()[i]); !ok) {
            ok.error().text.insert(0, "[" + std::to_string(i) + "]" + (rule.check == Check::Objects ? "." : ": "));
            return ok;
        }
    }
    return {};
}

Result<void> check_value(const Rule& rule, const Value& value) {
    switch (rule.check) {
        case Check::Integer:
        case Check::NonNegative:
        case Check::Version:
        case Check::Number:
            return check_number(rule, value);
        case Check::Flag:
            return value.is_bool() ? Result<void>() : not_a("true or false", value);
        case Check::OpenObject:
            return value.is_object() ? Result<void>() : not_a("an object", value);
        case Check::Object:
            return rule.schema->check(value);
        case Check::Objects:
            return check_items(rule, value, [&](const Value& item) { return rule.schema->check(item); });
        case Check::Texts:
            return check_items(rule, value, [](const Value& item) -> Result<void> {
                return item.is_string() ? Result<void>() : not_a("a text", item);
            });
        case Check::Integers:
            return check_items(rule, value, [](const Value& item) -> Result<void> {
                return item.kind() == Kind::Int ? Result<void>() : not_a("an integer", item);
            });
        default:
            return check_text(rule, value);
    }
}

// Where a nested failure's path continues: "parties" + "[0].role: ..." or "thread" + ".namespace: ..."
void prepend(std::string_view name, const Rule& rule, std::string& text) {
    bool nested_object = rule.check == Check::Object && !text.starts_with("an object");
    bool list_item = text.starts_with('[');
    text.insert(0, list_item ? "" : nested_object ? "." : ": ").insert(0, name);
}

}  // namespace

ObjectSchema::ObjectSchema(std::vector<Rule> rules, bool open) : rules_(std::move(rules)), open_(open) {
    assert(rules_.size() <= kMaxRules);
    index_.fill(-1);
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        auto at = hash(rules_[i].name);
        while (index_[at] >= 0)
            at = (at + 1) % kIndexSize;
        index_[at] = static_cast<std::int8_t>(i);
    }
}

int ObjectSchema::find(std::string_view name) const {
    if (name.empty()) return -1;
    for (auto at = hash(name); index_[at] >= 0; at = (at + 1) % kIndexSize) {
        if (rules_[static_cast<std::size_t>(index_[at])].name == name) return index_[at];
    }
    return -1;
}

std::size_t ObjectSchema::number(std::string_view name) const {
    auto found = find(name);
    assert(found >= 0);
    return static_cast<std::size_t>(found);
}

Result<void> ObjectSchema::check_member(const data::Member& member, Slots& slots) const {
    auto found = find(member.key);
    if (found < 0) {
        if (open_) return {};
        return wrong(std::string(sanitize_utf8(member.key)) + ": no such field");
    }
    const auto& rule = rules_[static_cast<std::size_t>(found)];
    slots[static_cast<std::size_t>(found)] = &member.value;
    auto ok = check_value(rule, member.value);
    if (!ok) prepend(rule.name, rule, ok.error().text);
    return ok;
}

Result<void> ObjectSchema::check(data::Value object, Slots* slots) const {
    if (!object.is_object()) return not_a("an object", object);
    Slots own;
    auto& seen = slots != nullptr ? *slots : own;
    std::fill_n(seen.begin(), rules_.size(), nullptr);
    for (const auto& member : object.members()) {
        if (auto ok = check_member(member, seen); !ok) return ok;
    }
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        if (rules_[i].required && seen[i] == nullptr) return wrong(std::string(rules_[i].name) + ": is missing");
    }
    return {};
}

}  // namespace tandem::model
