#include "core/data/json.hpp"
#include "core/mapping/documentation.hpp"
#include "core/mapping/keys.hpp"
#include "core/model/schema.hpp"

#include <map>
#include <string>
#include <vector>

namespace tandem::mapping {

using data::Member;
using data::Value;
using model::Check;
using model::ObjectSchema;

namespace {

class SchemaWriter {
public:
    std::string write() {
        auto root = table(kPackKeys);
        members_of(root, {{"$schema", text("http://json-schema.org/draft-07/schema#")},
                          {"$id", text("urn:tandem:schema:pack:1")},
                          {"title", text("Tandem pack")}});
        define("snapshot", object_template(model::snapshot_schema(), true));
        define("receipt", object_template(model::receipt_schema(), false));
        std::vector<Member> definitions;
        for (const auto& [name, schema] : definitions_)
            definitions.push_back({arena_.copy(name), schema});
        members_of(root, {{"definitions", object(definitions)}});
        return data::to_pretty_json(root) + "\n";
    }

private:
    Value text(std::string_view value) { return Value::string(arena_.copy(value)); }
    Value object(const std::vector<Member>& members) {
        auto copy = arena_.array<Member>(members.size());
        std::uninitialized_copy(members.begin(), members.end(), copy.begin());
        return Value::object(copy);
    }
    Value array(const std::vector<Value>& items) {
        auto copy = arena_.array<Value>(items.size());
        std::uninitialized_copy(items.begin(), items.end(), copy.begin());
        return Value::array(copy);
    }
    Value typed(std::string_view type) { return object({{"type", text(type)}}); }
    Value list_of(Value items) { return object({{"type", text("array")}, {"items", items}}); }
    Value map_of(Value values) { return object({{"type", text("object")}, {"additionalProperties", values}}); }
    Value any_of(std::vector<Value> options) { return object({{"anyOf", array(options)}}); }
    Value reference(std::string_view name) { return object({{"$ref", text("#/definitions/" + std::string(name))}}); }

    void members_of(Value& schema, std::vector<Member> more) {
        std::vector<Member> members(schema.members().begin(), schema.members().end());
        members.insert(members.end(), more.begin(), more.end());
        schema = object(members);
    }

    void define(std::string_view name, Value schema) { definitions_[std::string(name)] = schema; }

    Value table(const KeyTable& keys) {
        std::vector<Member> properties;
        std::vector<Value> required;
        for (const auto& key : keys.keys) {
            auto schema = shape(key);
            members_of(schema, {{"description", text(key.help)}});
            properties.push_back({key.name, schema});
            if (key.required) required.push_back(text(key.name));
        }
        std::vector<Member> out = {{"type", text("object")},
                                   {"properties", object(properties)},
                                   {"additionalProperties", Value::boolean(false)}};
        if (!required.empty()) out.push_back({"required", array(required)});
        return object(out);
    }

    Value referred(const KeyTable& keys) {
        const std::string name(keys.name);
        if (!definitions_.contains(name)) define(name, table(keys));
        return reference(name);
    }

    // Plain YAML numbers are texts as well: `default: 17`, `prefix: 1`.
    Value shape(const Key& key) {
        switch (key.shape) {
            case Shape::Text:
                return object({{"type", array({text("string"), text("number")})}});
            case Shape::Place:
                return object({{"type", text("string")}, {"pattern", text("^(header|query):.")}});
            case Shape::Word:
                return words(key.words);
            case Shape::Words:
                return list_of(words(key.words));
            case Shape::Parts:
                return list_of(part(true));
            case Shape::Claims:
                return map_of(part(false));
            case Shape::Boolean:
                return typed("boolean");
            case Shape::Integer:
                return integer(key);
            case Shape::Texts:
                return list_of(object({{"type", array({text("string"), text("number")})}}));
            case Shape::Expression:
                return typed("string");
            case Shape::Names:
                return map_of(typed("string"));
            case Shape::Object:
                return object({{"allOf", array({referred(*key.table)})}});
            case Shape::Objects:
                return list_of(referred(*key.table));
            case Shape::Map:
                return map_of(referred(*key.table));
            case Shape::Tables:
                return map_of(typed("object"));
            case Shape::Each:
                return each();
            case Shape::Template:
                return object({{"allOf", array({reference(key.name)})}});
            case Shape::OpenTemplate:
                return typed("object");
            case Shape::Data:
                return object({});
        }
        return object({});
    }

    Value words(std::span<const std::string_view> allowed) {
        std::vector<Value> out;
        for (auto word : allowed)
            out.push_back(text(word));
        return object({{"enum", array(out)}});
    }

    // A part of a signed text.
    Value part(bool sortable) {
        const auto single = [&](std::string_view name, Value value) {
            return object({{"type", text("object")},
                           {"properties", object({{name, value}})},
                           {"required", array({text(name)})},
                           {"additionalProperties", Value::boolean(false)}});
        };
        std::vector<Value> options = {object({{"type", array({text("string"), text("number")})}}),
                                      single("text", typed("string"))};
        if (sortable) options.push_back(single("sorted", list_of(part(false))));
        return any_of(options);
    }

    Value integer(const Key& key) {
        std::vector<Member> out = {{"type", text("integer")}};
        if (key.minimum != INT64_MIN) out.push_back({"minimum", Value::integer(key.minimum)});
        if (key.maximum != INT64_MAX) out.push_back({"maximum", Value::integer(key.maximum)});
        return object(out);
    }

    Value each() {
        auto step = map_of(typed("string"));
        members_of(step, {{"maxProperties", Value::integer(1)}, {"minProperties", Value::integer(1)}});
        return any_of({typed("string"), list_of(any_of({typed("string"), step}))});
    }

    // Every leaf of a template is an expression, so types and vocabularies of the common schema do not apply; the
    // names of keys do.
    Value object_template(const ObjectSchema& schema, bool snapshot) {
        std::vector<Member> properties = {
            {"$if", typed("string")}, {"$let", map_of(typed("string"))}, {"$each", typed("string")}};
        std::vector<Value> required;
        for (const auto& rule : schema.rules()) {
            const bool filled_in = snapshot && (rule.name == "schema_version" || rule.name == "source");
            if (filled_in) continue;
            properties.push_back({rule.name, leaf(rule)});
            if (rule.required && !(snapshot && rule.name == "rev")) required.push_back(text(rule.name));
        }
        std::vector<Member> out = {{"type", text("object")},
                                   {"properties", object(properties)},
                                   {"additionalProperties", Value::boolean(schema.open())}};
        if (!required.empty()) out.push_back({"required", array(required)});
        return object(out);
    }

    Value leaf(const model::Rule& rule) {
        switch (rule.check) {
            case Check::Object:
                return any_of({typed("string"), object_template(*rule.schema, false)});
            case Check::OpenObject:
                return any_of({typed("string"), typed("object")});
            case Check::Objects:
                return any_of({typed("string"), list_of(object_template(*rule.schema, false))});
            case Check::Texts:
            case Check::Integers:
                return any_of({typed("string"), list_of(typed("string"))});
            default:
                return typed("string");
        }
    }

    data::Arena arena_;
    std::map<std::string, Value> definitions_;
};

}  // namespace

std::string pack_json_schema() {
    return SchemaWriter().write();
}

}  // namespace tandem::mapping
