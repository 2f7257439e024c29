// The description of options that reader, JSON Schema and documentation share, without the struct they are read into.
// Tables are written with Fields (fields.hpp).
#pragma once

#include "core/config/diagnostics.hpp"
#include "core/config/node.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::config {

enum class FieldType {
    Text,
    Secret,
    Integer,
    Number,
    Boolean,
    Duration,
    Bytes,
    Choice,
    Address,
    Path,
    Free,  // any mapping; its reader is somebody else
    Table
};

class FieldTable;

// nullopt if the text is good, else what it must be: "must begin with ...".
using Check = std::function<std::optional<std::string>(std::string_view text)>;

struct Field {
    std::string name;
    FieldType type = FieldType::Text;
    std::string help;          // one sentence
    std::string default_text;  // as a user would write it; empty if there is none
    bool required = false;
    bool list = false;                             // many of the type; of scalars one alone will do
    std::optional<std::int64_t> minimum, maximum;  // Integer; Duration in milliseconds; Bytes
    std::vector<std::string> choices;              // Choice
    Check check;                                   // Text
    std::shared_ptr<const FieldTable> table;       // Table
    std::function<void(void* target)> clear;       // list: forgets the default before the first item
    // Stores one value (of a list: one item) or adds a diagnostic. `node` is a scalar unless the type is Free or Table.
    std::function<void(void* target, const Node& node, const Field& self, Diagnostics& diagnostics)> set;
};

// Of these keys one must be given, or at least one.
struct Alternatives {
    std::vector<std::string> names;
    bool several = false;
};

class FieldTable {
public:
    void add(Field field) { fields_.push_back(std::move(field)); }
    Field& last() { return fields_.back(); }
    // Exactly one of these keys must be given.
    void one_of(std::vector<std::string> names) { alternatives_.push_back({std::move(names), false}); }
    // At least one of these keys must be given.
    void any_of(std::vector<std::string> names) { alternatives_.push_back({std::move(names), true}); }

    // Missing and Null count as an empty mapping. What is wrong keeps its default and is a diagnostic: unknown keys,
    // missing required ones, wrong values.
    void read(const Node& node, void* target, Diagnostics& diagnostics) const;

    const std::vector<Field>& fields() const { return fields_; }
    const std::vector<Alternatives>& alternatives() const { return alternatives_; }

private:
    void read_entry(const Node& key, const Node& value, void* target, Diagnostics& diagnostics) const;
    void check_presence(const Node& node, Diagnostics& diagnostics) const;

    std::vector<Field> fields_;
    std::vector<Alternatives> alternatives_;
};

// "a list", "a mapping", "'abc'" ... for messages. A substituted text, which may be secret, is not repeated.
std::string describe(const Node& node);

// JSON Schema, draft-07, pretty.
std::string json_schema(const FieldTable& table, std::string_view title, std::string_view description);
// | option | type | default | meaning |, nested options with their path.
std::string markdown(const FieldTable& table);

}  // namespace tandem::config
