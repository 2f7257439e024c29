// A YAML document as a tree with positions and paths; yaml.cpp is the only user of yaml-cpp. Nodes are cheap to copy
// and share the document. YAML 1.2 core schema for scalars: only plain scalars become numbers, booleans or null.
// Thread-safe: a tree never changes.
#pragma once

#include "core/base/result.hpp"
#include "core/config/diagnostics.hpp"
#include "core/data/value.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::config {

enum class NodeKind { Missing, Null, Scalar, Sequence, Mapping };

class Node {
public:
    Node() = default;  // Missing

    NodeKind kind() const;
    explicit operator bool() const { return kind() != NodeKind::Missing; }
    const Position& position() const;
    const std::string& path() const;  // from the root of the file: "records[1].when"
    const std::string& text() const;  // scalar text after substitution; empty for the rest
    bool quoted() const;              // the scalar was quoted, a block or tagged !!str: always a string
    bool unresolved() const;          // a ${...} of it failed, which a diagnostic says: nothing more to complain about
    bool substituted() const;         // the text came, whole or in part, from ${...}: never repeat it in a message
    int column_of_text() const;       // where the scalar's first character stands, for errors inside expressions
    // Where the byte at `offset` of text() stands in the file: looks through quotes, escapes and block indentation. Of
    // a substituted scalar, and of the rest, it is position().
    Position position_in_text(std::size_t offset) const;

    std::vector<Node> items() const;                     // of a sequence
    std::vector<std::pair<Node, Node>> entries() const;  // of a mapping, in order: key node, value node
    Node get(std::string_view key) const;                // Missing if absent
    // Typed scalars; nullopt if the scalar is of another type, quoted, or does not fit. A substituted scalar may be
    // quoted: "${env:PORT}" can be a number.
    std::optional<bool> as_bool() const;
    std::optional<std::int64_t> as_int() const;
    std::optional<double> as_double() const;

    // The plain data below this node. Substituted scalars are strings.
    data::Value to_value(data::Arena& arena) const;

private:
    friend class NodeBuilder;
    struct Data;
    explicit Node(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
    std::shared_ptr<const Data> data_;
};

// Reads one YAML document of at most 16 MiB. Syntax errors, duplicate keys, aliases that expand without end, control
// characters and non-UTF-8 are diagnostics. An empty document is Null; one that cannot be read to its end is Missing;
// of a key given twice the first counts. `file` is only a name. Never throws for bad input.
Node parse_yaml(std::string_view text, const std::string& file, Diagnostics& diagnostics);
Node load_yaml(const std::string& path, Diagnostics& diagnostics);

}  // namespace tandem::config
