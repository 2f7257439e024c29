// A YAML document as a tree with positions and paths; node.cpp is the only user of yaml-cpp. Nodes are cheap to copy and
// share the document. YAML 1.2 core schema for scalars: only plain scalars become numbers, booleans or null.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/config/diagnostics.hpp"
#include "core/data/value.hpp"

namespace tandem::config {

enum class NodeKind { Missing, Null, Scalar, Sequence, Mapping };

class Node {
public:
    Node() = default;  // Missing

    NodeKind kind() const;
    explicit operator bool() const { return kind() != NodeKind::Missing; }
    const Position& position() const;
    const std::string& path() const;     // from the root of the file: "records[1].when"
    const std::string& text() const;     // scalar text after substitution; empty for the rest
    bool quoted() const;                 // the scalar was quoted or a block: always a string
    int column_of_text() const;          // where the scalar's first character stands, for errors inside expressions

    std::vector<Node> items() const;                               // of a sequence
    std::vector<std::pair<Node, Node>> entries() const;            // of a mapping, in order: key node, value node
    Node get(std::string_view key) const;                          // Missing if absent
    std::optional<bool> as_bool() const;
    std::optional<std::int64_t> as_int() const;
    std::optional<double> as_double() const;

    // The plain data below this node.
    data::Value to_value(data::Arena& arena) const;

private:
    friend class DocumentReader;
    struct Data;
    explicit Node(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
    std::shared_ptr<const Data> data_;
};

// Reads one YAML document. Syntax errors, duplicate keys, anchors that expand without end and non-UTF-8 are diagnostics.
// `file` is only a name.
Node parse_yaml(std::string_view text, const std::string& file, Diagnostics& diagnostics);
Node load_yaml(const std::string& path, Diagnostics& diagnostics);

}  // namespace tandem::config
