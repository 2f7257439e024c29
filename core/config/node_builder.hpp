// The inside of Node, for the two files that make trees: yaml.cpp (from text) and substitution.cpp (from another tree).
#pragma once

#include "core/config/node.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tandem::config {

enum class ScalarStyle { Plain, SingleQuoted, DoubleQuoted, Block };

struct Node::Data {
    NodeKind kind = NodeKind::Null;
    ScalarStyle style = ScalarStyle::Plain;
    bool tagged_string = false;
    bool substituted = false;
    bool unresolved = false;
    Position position;
    std::string path;
    std::string text;
    std::vector<Node> items;
    std::vector<std::pair<Node, Node>> entries;
    std::shared_ptr<const std::string> source;  // of scalars: the file's text, and in it
    std::size_t text_offset = 0;                // the first byte of the scalar's text
    int text_line = 0;                          // with its position
    int text_column = 0;
};

class NodeBuilder {
public:
    using Data = Node::Data;
    static Node make(Data data) { return Node(std::make_shared<const Data>(std::move(data))); }
    static const Data& data(const Node& node);  // of a Missing node: empty data
};

}  // namespace tandem::config
