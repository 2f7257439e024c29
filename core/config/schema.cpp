#include "core/config/field_table.hpp"
#include "core/data/json.hpp"

#include <algorithm>
#include <array>

namespace tandem::config {
namespace {

using data::Arena;
using data::Member;
using data::Value;
using Members = data::ArenaList<Member>;

constexpr std::string_view kReference = R"(\$\{(env|file):[^}]+\})";

// What the schema and the table of the documentation say of a type.
struct TypeText {
    FieldType type;
    std::string_view name;     // for people
    std::string_view json;     // JSON Schema's type
    std::string_view pattern;  // of the text; empty: any
};
constexpr std::array<TypeText, 12> kTypes = {{{FieldType::Text, "text", "string", ""},
                                              {FieldType::Secret, "secret", "string", ""},
                                              {FieldType::Integer, "whole number", "integer", ""},
                                              {FieldType::Number, "number", "number", ""},
                                              {FieldType::Boolean, "true or false", "boolean", ""},
                                              {FieldType::Duration, "time", "string", "^([0-9]+(ms|d|h|m|s))+$"},
                                              {FieldType::Bytes, "size", "string", "^[0-9]+([KMGT]i?B|kB|B)$"},
                                              {FieldType::Choice, "word", "string", ""},
                                              {FieldType::Address, "host:port", "string", ":[0-9]{1,5}$"},
                                              {FieldType::Path, "path", "string", ""},
                                              {FieldType::Free, "mapping", "object", ""},
                                              {FieldType::Table, "table", "object", ""}}};

const TypeText& text_of(FieldType type) {
    return *std::ranges::find(kTypes, type, &TypeText::type);
}

class Schema {
public:
    explicit Schema(Arena& arena) : arena_(arena) {}

    void table(const FieldTable& table, Members& out) {
        Members properties(arena_);
        data::ArenaList<Value> required(arena_);
        for (const auto& field : table.fields()) {
            properties.push_back({arena_.copy(field.name), property(field)});
            if (field.required) required.push_back(text(field.name));
        }
        out.push_back({"type", Value::string("object")});
        out.push_back({"additionalProperties", Value::boolean(false)});
        if (required.size() > 0) out.push_back({"required", Value::array(required.items())});
        add_alternatives(table, out);
        out.push_back({"properties", Value::object(properties.items())});
    }

    Value text(std::string_view words) { return data::make_string(arena_, words); }

    // A value that is put in at start: allowed wherever a number or a word must stand.
    Value reference() {
        return data::make_object(arena_, {{"type", Value::string("string")}, {"pattern", Value::string(kReference)}});
    }

private:
    Value property(const Field& field) {
        Members out(arena_);
        out.push_back({"description", text(field.help)});
        if (!field.default_text.empty()) out.push_back({"default", default_of(field)});
        if (field.list && field.type == FieldType::Table) {
            out.push_back({"type", Value::string("array")});
            out.push_back({"items", one(field)});
        } else if (field.list) {
            auto item = one(field);
            Value many = data::make_object(arena_, {{"type", Value::string("array")}, {"items", item}});
            out.push_back({"anyOf", data::make_array(arena_, {many, item})});
        } else {
            for (const auto& member : one(field).members())
                out.push_back(member);
        }
        return Value::object(out.items());
    }

    Value one(const Field& field) {
        Members out(arena_);
        if (field.type == FieldType::Table) {
            table(*field.table, out);
            return Value::object(out.items());
        }
        const auto& type = text_of(field.type);
        out.push_back({"type", Value::string(type.json)});
        if (!type.pattern.empty()) out.push_back({"pattern", Value::string(type.pattern)});
        auto bounded = field.type == FieldType::Integer || field.type == FieldType::Number;
        if (bounded && field.minimum) out.push_back({"minimum", Value::integer(*field.minimum)});
        if (bounded && field.maximum) out.push_back({"maximum", Value::integer(*field.maximum)});
        if (!field.choices.empty()) out.push_back({"enum", words(field.choices)});
        auto strict = out.size() > 1 || (type.json != "string" && type.json != "object");
        if (!strict) return Value::object(out.items());
        auto referred = data::make_object(arena_, {{"$ref", Value::string("#/definitions/reference")}});
        auto either = data::make_array(arena_, {Value::object(out.items()), referred});
        return data::make_object(arena_, {{"anyOf", either}});
    }

    Value words(const std::vector<std::string>& texts) {
        data::ArenaList<Value> out(arena_);
        for (const auto& word : texts)
            out.push_back(text(word));
        return Value::array(out.items());
    }

    Value default_of(const Field& field) {
        if (field.list) return list_of(field.default_text);
        auto is_json =
            field.type == FieldType::Integer || field.type == FieldType::Number || field.type == FieldType::Boolean;
        if (!is_json) return text(field.default_text);
        auto parsed = data::parse_json(field.default_text, arena_);
        return parsed ? *parsed : text(field.default_text);
    }

    // "[a, b]", the form of a list's default.
    Value list_of(std::string_view shown) {
        data::ArenaList<Value> out(arena_);
        auto rest = shown.substr(1, shown.size() - 2);
        while (!rest.empty()) {
            auto comma = rest.find(", ");
            out.push_back(text(rest.substr(0, comma)));
            rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 2);
        }
        return Value::array(out.items());
    }

    void add_alternatives(const FieldTable& table, Members& out) {
        data::ArenaList<Value> all(arena_);
        for (const auto& [names, several] : table.alternatives()) {
            data::ArenaList<Value> either(arena_);
            for (const auto& name : names) {
                either.push_back(data::make_object(arena_, {{"required", data::make_array(arena_, {text(name)})}}));
            }
            all.push_back(data::make_object(arena_, {{several ? "anyOf" : "oneOf", Value::array(either.items())}}));
        }
        if (all.size() > 0) out.push_back({"allOf", Value::array(all.items())});
    }

    Arena& arena_;
};

std::string type_words(const Field& field) {
    std::string words(text_of(field.type).name);
    if (!field.choices.empty()) {
        words.clear();
        for (const auto& choice : field.choices)
            words += (words.empty() ? "`" : " \\| `") + choice + "`";
    }
    return field.list ? "list of " + words : words;
}

void add_rows(const FieldTable& table, const std::string& prefix, std::string& out) {
    for (const auto& field : table.fields()) {
        auto name = prefix + field.name;
        auto usual = field.required ? "required" : field.default_text.empty() ? "" : "`" + field.default_text + "`";
        auto type = field.type == FieldType::Table ? (field.list ? "list" : "mapping") : type_words(field);
        out += "| `" + name + "` | " + type + " | " + usual + " | " + field.help + " |\n";
        if (field.table) add_rows(*field.table, name + (field.list ? "[]." : "."), out);
    }
}

}  // namespace

std::string json_schema(const FieldTable& table, std::string_view title, std::string_view description) {
    Arena arena;
    Schema schema(arena);
    Members out(arena);
    out.push_back({"$schema", Value::string("http://json-schema.org/draft-07/schema#")});
    out.push_back({"title", schema.text(title)});
    out.push_back({"description", schema.text(description)});
    schema.table(table, out);
    out.push_back({"definitions", data::make_object(arena, {{"reference", schema.reference()}})});
    return data::to_pretty_json(Value::object(out.items())) + '\n';
}

std::string markdown(const FieldTable& table) {
    std::string out = "| option | type | default | meaning |\n| --- | --- | --- | --- |\n";
    add_rows(table, {}, out);
    return out;
}

}  // namespace tandem::config
