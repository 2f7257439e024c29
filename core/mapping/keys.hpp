// The keys of a pack and of its test file: one set of tables from which come the checks of what a user wrote, the JSON
// Schema for editors and the documentation. Private to the layer.
#pragma once

#include "core/config/diagnostics.hpp"
#include "core/config/node.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tandem::mapping {

enum class Shape : std::uint8_t {
    Text,
    Word,  // one of Key::words
    Boolean,
    Integer,
    Texts,
    Expression,
    Names,    // name: expression
    Object,   // Key::table
    Objects,  // a list of Key::table
    Map,      // name: Key::table
    Tables,   // name: {key: plain value}
    Each,     // an expression, or a list of steps
    Template,
    OpenTemplate,  // of no schema
    Place,         // "header:Name" or "query:name"
    Words,         // a list of Key::words
    Parts,         // of a signed text
    Claims,        // name: part
    Data,          // anything
};

struct KeyTable;

struct Key {
    std::string_view name;
    Shape shape = Shape::Text;
    std::string_view help;
    bool required = false;
    const KeyTable* table = nullptr;
    std::span<const std::string_view> words{};
    std::int64_t minimum = INT64_MIN;
    std::int64_t maximum = INT64_MAX;
};

struct KeyTable {
    std::string_view name;  // of the definition in the JSON Schema
    std::span<const Key> keys;
};

// Kinds of errors that a pack can tell apart.
inline constexpr std::array<std::string_view, 7> kSendErrors = {"transient", "throttled", "auth",           "config",
                                                                "rejected",  "opted_out", "unknown_outcome"};

extern const KeyTable kPackKeys;
extern const KeyTable kTestFileKeys;

// Reports unknown and missing keys and values of the wrong kind at every level, so that readers may rely on the shapes
// of what is there. False if `node` and what is below it cannot be used.
bool check_keys(const config::Node& node, const KeyTable& table, config::Diagnostics& diagnostics);

// Of a whole file of tests: its keys, and whether every case can prove something.
bool check_tests(const config::Node& tests, config::Diagnostics& diagnostics);

// ": did you mean 'x'?" or nothing.
std::string suggestion(std::string_view word, std::span<const std::string> candidates);

}  // namespace tandem::mapping
